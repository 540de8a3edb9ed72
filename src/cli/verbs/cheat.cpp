// cheat: short recipes.
#include "cli/cheat_sheet.hpp"
#include "cli/suggestions.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {

Result<int> show_cheat(const Invocation& said, World& world) {
  const std::string topic = said.text("TOPIC");
  std::vector<std::string> known;
  std::string text;
  for (const Recipe& recipe : cheat_sheet()) {
    known.emplace_back(recipe.topic);
    if (topic.empty() || topic == recipe.topic) text += (text.empty() ? "" : "\n") + std::string(recipe.text);
  }
  if (!text.empty()) return world.terminal.out(text), 0;
  return fail(Errc::invalid_params, "no recipes about " + topic,
              Value{{"hint", suggest(topic, std::move(known), "p2p_admin cheat")}});
}

}  // namespace p2p

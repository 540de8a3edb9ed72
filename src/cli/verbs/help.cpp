// help, version: texts of the program itself. Nothing is opened and no node is asked.
#include "cli/help.hpp"

#include "cli/commands.hpp"
#include "cli/suggestions.hpp"
#include "cli/verbs/verbs.hpp"
#include "node/version.hpp"

namespace p2p {

Result<int> show_version(const Invocation&, World& world) {
  const std::string version(product_version);
  if (is_document(world.output))
    print_document(world.terminal, world.output,
                   Value{{"name", "p2p_admin"}, {"version", version}, {"api", 1}});
  else
    world.terminal.out("p2p_admin " + version + '\n');
  return 0;
}

Result<int> show_help(const Invocation& said, World& world) {
  std::string topic;
  for (const std::string& word : said.all("COMMAND")) topic += (topic.empty() ? "" : " ") + word;
  if (topic.empty()) return world.terminal.out(top_help()), 0;
  if (const Command* command = find_command(topic)) return world.terminal.out(command_help(*command)), 0;
  std::vector<std::string> known;
  for (const Command& command : commands()) known.emplace_back(command.name);
  return fail(Errc::invalid_params, "no command " + topic,
              Value{{"hint", suggest(topic, std::move(known), "p2p_admin help")}});
}

}  // namespace p2p

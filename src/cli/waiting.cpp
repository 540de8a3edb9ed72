#include "cli/waiting.hpp"

#include <algorithm>
#include <string_view>

#include "base/log.hpp"
#include "cli/suggestions.hpp"

namespace p2p {

std::string waiting_text(const std::string& step, std::vector<std::string> names) {
  constexpr std::string_view begin = "wait for ";
  if (!step.starts_with(begin)) return "has waited for over 30 s: " + escape_control(step);
  const std::string wanted = step.substr(begin.size());
  const std::string text = "has waited for " + escape_control(wanted) + " for over 30 s, ";
  if (std::ranges::find(names, wanted) != names.end()) return text + "which does not run";
  const std::string near = did_you_mean(close_words(wanted, std::move(names)));
  return text + "and there is no such service" + (near.empty() ? "" : "; " + near);
}

}  // namespace p2p

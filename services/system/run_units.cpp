// The methods of `system` that ask systemd.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include "parameters.hpp"
#include "run.hpp"
#include "systemctl.hpp"
#include "unit_texts.hpp"

namespace system_service {
namespace {

using namespace p2p;

constexpr std::int64_t systemctl_ms = 20'000;
constexpr std::size_t longest_list = std::size_t{8} << 20;  // some 50,000 units
constexpr std::array<std::string_view, 6> actions = {"start",  "stop",    "restart",
                                                     "enable", "disable", "status"};
constexpr std::int64_t not_running = 3;  // what `status` ends with for a unit that is well known and inactive

void check_action(const std::string& action, Parameters& parameters) {
  if (std::ranges::find(actions, action) == actions.end())
    parameters.wrong("action", "must be start, stop, restart, enable, disable or status",
                     action.substr(0, 64));
}

Error not_allowed(const std::string& unit) {
  return Error(Errc::forbidden, unit + " is not among system.services_allow, so only its status may be asked",
               Value{{"hint", "add \"" + unit + "\" to system.services_allow"}});
}

}  // namespace

Task<CommandOutcome> Run::run_systemctl(std::vector<std::string> words, std::size_t output) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody here sets one
  const std::optional<std::string> program = find_systemctl(path == nullptr ? "/usr/bin:/bin" : path);
  if (!program) throw no_systemd("there is no systemctl in PATH");
  words.insert(words.begin(), {*program, "--no-ask-password", "--no-pager"});
  CommandOutcome outcome = co_await run_to_its_end(systemctl_, {std::move(words), systemctl_ms, "/", output});
  check_systemctl(outcome);
  co_return outcome;
}

Task<UnitList> Run::list_services(std::string pattern, std::int64_t limit) {
  Parameters parameters;
  if (!sound_unit_pattern(pattern))
    parameters.wrong("pattern", "must be 1 to 255 of A-Z a-z 0-9 @ . _ : \\ - * ? [ ] ! and not begin with -",
                     pattern.substr(0, 64));
  parameters.range("limit", limit, 1, 1000);
  parameters.raise();
  const CommandOutcome outcome = co_await run_systemctl(
      {"list-units", "--all", "--full", "--plain", "--no-legend", "--", std::move(pattern)}, longest_list);
  if (outcome.return_code != 0 || outcome.out_truncated)
    throw Error(Errc::method_failed, "systemctl list-units failed: " + outcome.err.substr(0, 1024));
  UnitList list;
  list.services = parse_units(outcome.out);
  list.total = static_cast<std::int64_t>(list.services.size());
  if (list.total > limit) list.services.resize(static_cast<std::size_t>(limit));
  list.timestamp = timestamp();
  co_return list;
}

Task<ServiceActionResult> Run::service_action(std::string service_name, std::string action) {
  Parameters parameters;
  if (!sound_unit_name(service_name))
    parameters.wrong("service_name", "must be 1 to 255 of A-Z a-z 0-9 @ . _ : \\ - and not begin with -",
                     service_name.substr(0, 64));
  check_action(action, parameters);
  parameters.raise();
  const std::string unit = whole_unit_name(service_name);
  if (action != "status" && !fits_any(unit, settings_.services_allow)) throw not_allowed(unit);
  // Flags before the names: what follows `--` is a name whatever it looks like.
  CommandOutcome done = co_await run_systemctl(
      action == "status" ? std::vector<std::string>{"status", "--full", "--lines=10", "--", unit}
                         : std::vector<std::string>{action, "--", unit},
      settings_.output_max);
  const CommandOutcome state =
      co_await run_systemctl({"show", "--property=ActiveState,SubState", "--", unit}, settings_.output_max);
  ServiceActionResult result;
  result.service_name = std::move(service_name);
  result.action = std::move(action);
  result.return_code = done.return_code.value_or(-1);
  result.success =
      result.return_code == 0 || (result.action == "status" && result.return_code == not_running);
  result.stdout = std::move(done.out);
  result.stderr = std::move(done.err);
  UnitState told = parse_unit_state(state.out);
  result.active_state = std::move(told.active);
  result.sub_state = std::move(told.sub);
  result.timestamp = timestamp();
  co_return result;
}

}  // namespace system_service

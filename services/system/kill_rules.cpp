#include "kill_rules.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace system_service {
namespace {

using p2p::Errc;
using p2p::Error;
using p2p::Value;

/// The kernel gives the time of boot in whole seconds, which may turn over between two looks.
constexpr double same_time = 1.01;

std::string seconds(double time) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.begin(), text.end(), time, std::chars_format::fixed, 2);
  return end.ec == std::errc() ? std::string(text.begin(), end.ptr) : "another time";
}

Error spared(std::string message, std::string_view hint = {}) {
  Error error(Errc::forbidden, std::move(message));
  return hint.empty() ? error : std::move(error).with("hint", hint);
}

Error another_process(const std::string& who, double began, double wanted) {
  return Error(
      Errc::conflict,
      who + " is not the one you mean: it began at " + seconds(began) + ", not at " + seconds(wanted),
      Value{{"create_time", began}, {"hint", "look again with system/list_processes"}});
}

}  // namespace

std::optional<Error> reason_to_spare(const Suspect& suspect, const KillRules& rules,
                                     std::optional<double> wanted) {
  const ProcessStat& stat = suspect.stat;
  const std::string who = "process " + std::to_string(stat.pid) + " (" + stat.name + ")";
  if (rules.scope == KillScope::none)
    return spared("this node ends no processes", "system.processes_kill is \"none\"");
  if (wanted && !(std::abs(suspect.create_time - *wanted) < same_time))
    return another_process(who, suspect.create_time, *wanted);
  if (stat.pid == 1) return spared(who + " keeps the machine running");
  if (stat.kernel_thread) return spared(who + " is a thread of the kernel");
  if (stat.pid == rules.node_pid)
    return spared(who + " is this node itself", "stop it with its service manager");
  if (stat.ppid == rules.node_pid)
    return spared(who + " works for this node",
                  "a service is ended with `service disable`, a command by ending its call");
  if (rules.scope == KillScope::own && suspect.real_uid != rules.own_uid)
    return spared(who + " belongs to another user than the node",
                  "set system.processes_kill to \"any\" to allow it");
  return std::nullopt;
}

}  // namespace system_service

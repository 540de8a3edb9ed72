#include "settings.hpp"

#include <string_view>

namespace system_service {
namespace {

using p2p::Value;

std::int64_t number_of(const Value& config, std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most, std::vector<std::string>& complaints) {
  const Value& given = config[key];
  if (given.is_null()) return fallback;
  if (given.kind() == Value::Kind::integer && given.as_int() >= least && given.as_int() <= most)
    return given.as_int();
  complaints.push_back("system." + std::string(key) + " must be " + std::to_string(least) + " to " +
                       std::to_string(most) + "; " + std::to_string(fallback) + " is used");
  return fallback;
}

KillScope scope_of(const Value& given, std::vector<std::string>& complaints) {
  if (given.is_null()) return KillScope::own;
  const std::string_view word = given.is_string() ? std::string_view(given.as_string()) : "";
  if (word == "own") return KillScope::own;
  if (word == "any") return KillScope::any;
  if (word != "none")
    complaints.emplace_back("system.processes_kill must be \"own\", \"any\" or \"none\"; \"none\" is used");
  return KillScope::none;
}

std::vector<std::string> globs_of(const Value& given, std::vector<std::string>& complaints) {
  std::vector<std::string> globs;
  bool sound = given.is_null() || given.is_array();
  if (given.is_array()) {
    for (const Value& glob : given.as_array()) {
      if (glob.is_string() && !glob.as_string().empty())
        globs.push_back(glob.as_string());
      else
        sound = false;
    }
  }
  if (!sound)
    complaints.emplace_back(
        "system.services_allow must be a list of unit names or globs; the rest is left out");
  return globs;
}

}  // namespace

Settings read_settings(const Value& config, std::vector<std::string>& complaints) {
  Settings settings;
  settings.sample_interval_ms =
      number_of(config, "sample_interval_ms", settings.sample_interval_ms, 250, 60'000, complaints);
  settings.execute_timeout_max =
      number_of(config, "execute_timeout_max", settings.execute_timeout_max, 1, 590, complaints);
  settings.output_max = static_cast<std::size_t>(number_of(
      config, "output_max", static_cast<std::int64_t>(settings.output_max), 1024, 16 << 20, complaints));
  settings.services_allow = globs_of(config["services_allow"], complaints);
  settings.processes_kill = scope_of(config["processes_kill"], complaints);
  return settings;
}

}  // namespace system_service

// Settings: what can be set on `system` (setup.md, section 4), read from the service's config. What is
// missing has its default; what makes no sense has the default too, or the safer choice, and is complained
// of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <p2p/value.hpp>

#include "kill_rules.hpp"

namespace system_service {

struct Settings {
  std::int64_t sample_interval_ms = 1000;  ///< 250 ms to 60 s: shorter costs CPU, longer shows less
  std::int64_t execute_timeout_max = 60;   ///< seconds, 1 to 590: how long a command may keep its place
  std::size_t output_max = std::size_t{256} << 10;  ///< 1 KiB to 16 MiB of each stream of each command
  std::vector<std::string> services_allow;          ///< globs of the units that service_action may touch
  KillScope processes_kill = KillScope::own;
};

[[nodiscard]] Settings read_settings(const p2p::Value& config, std::vector<std::string>& complaints);

}  // namespace system_service

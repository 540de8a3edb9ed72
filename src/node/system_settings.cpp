#include "node/system_settings.hpp"

namespace p2p {

ServiceSettings system_settings(const SystemConfig& config) {
  ServiceSettings settings;
  Value allowed = Value::array();
  for (const std::string& unit : config.services_allow) allowed.push_back(unit);
  settings.config = Value{{"sample_interval_ms", config.sample_interval.count()},
                          {"execute_timeout_max", config.execute_timeout_max.count()},
                          {"output_max", config.output_max},
                          {"services_allow", std::move(allowed)},
                          {"processes_kill", config.processes_kill}};
  if (!config.execute)
    for (const char* method : {"execute_command", "execute_simple_test"})
      settings.methods[method].enabled = false;
  return settings;
}

}  // namespace p2p

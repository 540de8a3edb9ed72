// What a second reading of the configuration changes in a running node. Pure: the effect of what is taken is
// the business of whoever holds the parts.
#pragma once

#include <string>
#include <vector>

#include "node/config_keys.hpp"

namespace p2p {

struct ConfigChange {
  const ConfigKey* key = nullptr;
  std::string from, to;
  bool taken = false;  ///< else it needs a restart
};

/// Moves into `running` what a running node takes; notes the rest in `after_restart`. The differences, in the
/// order of the keys.
std::vector<ConfigChange> take_changes(Config& running, Config fresh);

}  // namespace p2p

// The flags of `coordinator` and `worker` as settings, and with them where the node's configuration comes
// from.
#pragma once

#include "cli/config_sources.hpp"
#include "cli/invocation.hpp"

namespace p2p {

/// invalid_params with the flag's name for a value of what is no setting.
[[nodiscard]] Result<ConfigSources> node_sources(const Invocation& said, Environment environment);

}  // namespace p2p

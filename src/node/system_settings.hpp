// The settings `system.*` of a node as the settings of the built-in service, which has no service.toml.
#pragma once

#include "framework/service_settings.hpp"
#include "node/config.hpp"

namespace p2p {

/// Without `execute` its methods that run commands do not exist.
[[nodiscard]] ServiceSettings system_settings(const SystemConfig& config);

}  // namespace p2p

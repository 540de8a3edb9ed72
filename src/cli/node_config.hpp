// The configuration of a node from the flags of `coordinator` and `worker`, over what the environment gave.
#pragma once

#include "cli/invocation.hpp"
#include "node/config.hpp"

namespace p2p {

/// invalid_params with the flag's name for a value that is none.
[[nodiscard]] Result<Config> with_flags(const Invocation& said, Config environment);

}  // namespace p2p

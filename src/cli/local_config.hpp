// The configuration that a node started here and now would have: what commands look at that need a node's
// settings and no node.
#pragma once

#include "base/result.hpp"
#include "node/config.hpp"

namespace p2p {

/// invalid_params with what is wrong in it; `errors` lists the mistakes when there are several.
[[nodiscard]] Result<Config> local_config();

}  // namespace p2p

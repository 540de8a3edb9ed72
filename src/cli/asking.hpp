// Asking first: an act on a protected context asks before it acts. Without a terminal nothing asks.
#pragma once

#include "cli/node_link.hpp"

namespace p2p {

/// Fine when there is nothing to ask, --yes was given or the person agrees. `what`: "system.ping",
/// "service reload hello". invalid_params without a terminal, cancelled when the answer is no.
[[nodiscard]] Result<void> agree(const Invocation& said, World& world, const NodeLink& link,
                                 const std::string& what);

}  // namespace p2p

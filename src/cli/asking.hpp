// Asking first: an act on a protected context asks before it acts, and so does one that is risky by itself.
// Without a terminal nothing asks.
#pragma once

#include "cli/node_link.hpp"

namespace p2p {

/// Fine when there is nothing to ask, --yes was given or the person agrees. `what`: "system.ping",
/// "service reload hello". invalid_params without a terminal, cancelled when the answer is no.
[[nodiscard]] Result<void> agree(const Invocation& said, World& world, const NodeLink& link,
                                 const std::string& what);

/// The same of an act that is risky wherever it is done. `why`: "shop.order may not be idempotent".
[[nodiscard]] Result<void> agree_to_risk(const Invocation& said, World& world, const std::string& why);

}  // namespace p2p

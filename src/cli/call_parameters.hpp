// The parameters of the method that a command names: its words key=value, or its -d.
#pragma once

#include "cli/invocation.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

/// Asks the node for the method's schema when a word needs it. method_not_found with the nearest names.
[[nodiscard]] Result<Value> call_parameters(const Invocation& said, P2PClient& client,
                                            const std::string& method);

}  // namespace p2p

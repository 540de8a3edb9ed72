// The parameters of the method that a command names: its words key=value, or its -d.
#pragma once

#include <functional>

#include "cli/invocation.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

/// What the node says of a method. Null when the token may call but not look (a scope such as rpc:stats/*).
/// method_not_found with the nearest names.
[[nodiscard]] Result<Value> look_at_method(P2PClient& client, const std::string& method);

using MethodLook = std::function<Result<Value>()>;

/// Looks at the method when a word needs its schema; without one a value is what it looks like as JSON.
[[nodiscard]] Result<Value> call_parameters(const Invocation& said, const MethodLook& look);

}  // namespace p2p

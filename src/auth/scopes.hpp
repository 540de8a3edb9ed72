// Scopes of a token as asked for: which are well formed, and which is within which (security.md,
// section 6.3). What a scope permits when a call is made stands with Caller in model/.
#pragma once

#include <span>
#include <string_view>

#include "model/caller.hpp"

namespace p2p {

/// "rpc:<service>/<method>", either as `*`, with "@<node>" behind it if wanted; "read:<word>",
/// "admin:<word>".
[[nodiscard]] bool is_scope(std::string_view text) noexcept;

/// Whether everything that `wanted` permits is permitted by one of `held`.
[[nodiscard]] bool within(const Scope& wanted, std::span<const Scope> held) noexcept;

}  // namespace p2p

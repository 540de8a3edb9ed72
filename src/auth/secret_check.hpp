// Whether a secret that somebody chose (JWT_SECRET_KEY) may sign tokens. Whoever guesses it is admin on every
// node, so what is short, monotonous or printed in some manual does not start a node.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace p2p {

inline constexpr std::size_t secret_bytes = 32;           ///< the least for HS256 (RFC 7518, section 3.2)
inline constexpr std::size_t secret_distinct_bytes = 16;  ///< of them different ones

/// invalid_params with the reason and, as `hint`, the command that makes a good secret. Never shows the
/// secret.
[[nodiscard]] Result<void> check_secret(std::string_view secret);

/// Whether this is a default from a manual or a tutorial, in any case and punctuation.
[[nodiscard]] bool is_known_secret(std::string_view secret);

}  // namespace p2p

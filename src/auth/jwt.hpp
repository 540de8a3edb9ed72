// JWT: a token's text to what it claims, and back (RFC 7519 within the rules of security.md, section 5).
//
// `verify_token` believes nothing that is not signed by a key of the ring: shape first, then key and
// algorithm, then the signature, then the claims. What it refuses is unauthenticated with the reason as
// message ("expired 34 s ago", "not valid yet", "other cluster", "unknown key", "bad signature", "malformed
// token: ..."): plain ASCII without quotes, fit for a WWW-Authenticate header. It never says whether a
// subject exists.
//
// Does not: look at revocations, remember tokens (auth/token_cache.hpp), read a clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/context.hpp>

#include "auth/key_ring.hpp"
#include "base/clock.hpp"
#include "model/caller.hpp"

namespace p2p {

/// What a token says.
struct TokenClaims {
  std::string subject;
  std::string jti;
  std::string amr;  ///< several are joined by a comma
  Role role = Role::none;
  std::vector<Scope> scopes;
  WallTime issued{};
  WallTime not_before{};
  WallTime expires{};
};

/// For whom tokens are good, and the bounds.
struct TokenRules {
  std::string issuer;                ///< "p2p://<cluster_id>"
  std::string audience = "p2p-api";  ///< both are compared exactly
  std::chrono::seconds leeway{30};   ///< more forgives worse clocks, and keeps dead tokens alive for longer
  std::chrono::seconds longest{24 * 3600};  ///< from iat to exp
};

inline constexpr std::size_t token_limit = 8 * 1024;  ///< bytes of a token

[[nodiscard]] Result<TokenClaims> verify_token(std::string_view token, const KeyRing& keys,
                                               const TokenRules& rules, WallTime now);

/// The token's text, times in whole seconds.
[[nodiscard]] Result<std::string> sign_token(const TokenClaims& claims, const KeyRing& keys,
                                             const TokenRules& rules);

}  // namespace p2p

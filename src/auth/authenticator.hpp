// Authenticator: who is asking? It turns a bearer token into a Caller, and a grant into a token.
//
// A token is verified once (auth/jwt.hpp), then found in a cache until it expires or something is revoked: 60
// ns a request instead of a signature.
//
// Threads:  one at a time; a loop has an authenticator of its own.
// Lifetime: `revocations` and `random` outlive it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/jwt.hpp"
#include "auth/key_ring.hpp"
#include "auth/revocation_set.hpp"
#include "auth/token_cache.hpp"
#include "base/random.hpp"
#include "model/caller.hpp"

namespace p2p {

/// What a new token will say.
struct TokenGrant {
  std::string subject;
  Role role = Role::none;
  std::vector<Scope> scopes{};  ///< empty: the whole role
  std::string amr{};            ///< "local", "token"
  std::chrono::seconds life{24 * 3600};
};

struct IssuedToken {
  std::string text;
  std::string jti;
  WallTime expires{};
};

class Authenticator {
 public:
  Authenticator(KeyRing keys, std::string_view cluster_id, const RevocationSet& revocations, Random& random);

  /// The caller, or unauthenticated with the reason: "expired 34 s ago", "revoked", ...
  [[nodiscard]] Result<CallerPtr> authenticate(std::string_view token, WallTime now);

  /// A token that starts now. internal when the grant is not one (no subject, no role, a life outside the
  /// rules).
  [[nodiscard]] Result<IssuedToken> issue(const TokenGrant& grant, WallTime now);

  [[nodiscard]] const KeyRing& keys() const noexcept { return keys_; }

 private:
  [[nodiscard]] Result<CallerPtr> verify(std::string_view token, WallTime now);

  KeyRing keys_;
  TokenRules rules_;
  const RevocationSet& revocations_;
  Random& random_;
  TokenCache cache_;
};

}  // namespace p2p

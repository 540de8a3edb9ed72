// The decisions of POST /auth/token (http-api.md, section 2.1): who gets a token, for whom, with which rights
// and for how long. Pure: the request's body, what is known of the asker, and the bounds come in; a grant or
// an error comes out. The route in service_layer adds the bytes, the audit record and `Cache-Control:
// no-store`.
#pragma once

#include <chrono>

#include "auth/authenticator.hpp"
#include "base/result.hpp"
#include "model/caller.hpp"

namespace p2p {

/// Who asks. A credential that was given counts, also where local trust would do.
struct TokenAsker {
  /// The outcome of Authenticator::authenticate when an Authorization header was sent; null when there was
  /// none.
  const Result<CallerPtr>* bearer = nullptr;
  /// The outcome of judge_local_trust.
  Result<void> local_trust = fail(Errc::unauthenticated, "a token is needed");
};

struct TokenPolicy {
  std::chrono::seconds life{24 * 3600};  ///< auth.token_ttl: what one gets, and may ask for at most
};

/// Errors: unauthenticated (with `hint`), invalid_request ("node_id required"), invalid_params (with
/// `errors`), forbidden (asks for more than the asker may have).
[[nodiscard]] Result<TokenGrant> decide_token(const Value& body, const TokenAsker& asker,
                                              const TokenPolicy& policy, WallTime now);

/// {"access_token", "token_type", "expires_in", "role", "trust"}
[[nodiscard]] Value token_answer(const TokenGrant& grant, const IssuedToken& token);

}  // namespace p2p

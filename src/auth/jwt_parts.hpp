// The parts of a token as text and as what they say, before anything of it is believed: shape only, no keys.
//
// Refused: not exactly three parts, base64url that is not canonical, more than 8 KiB, no JSON object, members
// that stand twice, claims missing or of another kind, header members that would make a key or a rule of the
// sender's ours (jku, x5u, jwk, x5c, crit, zip, enc, ...).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace p2p {

/// Views into the token.
struct TokenParts {
  std::string_view header, claims, signature;
  std::string_view signed_text;  ///< header.claims
};

struct TokenHeader {
  std::string alg, typ, kid;
};

/// Times in seconds since 1970, fractions allowed.
struct RawClaims {
  std::string iss, aud, sub, jti, role, amr;
  std::vector<std::string> scopes;
  double iat = 0, nbf = 0, exp = 0;
};

[[nodiscard]] Result<TokenParts> split_token(std::string_view token);
[[nodiscard]] Result<TokenHeader> read_token_header(std::string_view encoded);
[[nodiscard]] Result<RawClaims> read_token_claims(std::string_view encoded);

/// [A-Za-z0-9_-]{1,64}
[[nodiscard]] bool is_kid(std::string_view text) noexcept;

/// What may stand in `sub`: 1 to 512 bytes without control characters.
[[nodiscard]] bool is_subject(std::string_view text) noexcept;

}  // namespace p2p

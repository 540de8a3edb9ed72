// For tests: tokens that are good, and tokens that are not, signed all the same.
#pragma once

#include <string>
#include <string_view>

#include "auth/jwt.hpp"
#include "auth/key_ring.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p::test_tokens {

inline constexpr std::int64_t seconds_now = 1'795'326'813;
inline constexpr std::string_view secret_text = "kX7-vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5eTo0iBqVnM";

inline WallTime now() { return WallTime(std::chrono::seconds(seconds_now)); }
inline TokenRules rules() { return {.issuer = "p2p://c1"}; }
inline KeyRing seed_ring() { return std::move(*KeyRing::from_seed(Secret(std::string(32, 's')))); }
inline KeyRing secret_ring() { return std::move(*KeyRing::from_secret(Secret(std::string(secret_text)))); }

inline TokenClaims good_claims() {
  TokenClaims claims;
  claims.subject = "client";
  claims.jti = "4fa1c07e9b2d4c6f8a1b3c5d7e9f0a1b";
  claims.amr = "local";
  claims.role = Role::operator_;
  claims.issued = claims.not_before = now();
  claims.expires = now() + std::chrono::hours(24);
  return claims;
}

inline Value good_body() {
  return {{"iss", "p2p://c1"},         {"aud", "p2p-api"},   {"sub", "client"},
          {"iat", seconds_now},        {"nbf", seconds_now}, {"exp", seconds_now + 3600},
          {"jti", "4fa1c07e9b2d4c6f"}, {"role", "admin"},    {"amr", Value::array({"local"})}};
}

inline Value good_header(const KeyRing& ring) {
  return {{"alg", ring.signing().alg()},
          {"typ", ring.signing().alg() == "EdDSA" ? "at+jwt" : "JWT"},
          {"kid", ring.signing().kid()}};
}

/// Any two texts, signed properly.
inline std::string signed_text(const KeyRing& ring, std::string_view header, std::string_view claims) {
  const std::string text = base64url(header) + "." + base64url(claims);
  return text + "." + base64url(ring.signing().sign(text));
}
inline std::string signed_with(const KeyRing& ring, const Value& header, const Value& claims) {
  return signed_text(ring, json::dump(header), json::dump(claims));
}
inline std::string signed_with(const KeyRing& ring, const Value& claims) {
  return signed_with(ring, good_header(ring), claims);
}

/// Part 0 or 1 of a token as a document.
inline Value part(std::string_view token, int index) {
  if (index > 0) token.remove_prefix(token.find('.') + 1);
  return *json::parse(*from_base64url(token.substr(0, token.find('.'))));
}

/// Why the token is refused; empty when it is accepted.
inline std::string reason(const KeyRing& ring, std::string_view token) {
  const auto read = verify_token(token, ring, rules(), now());
  if (read) return {};
  return read.error().code() == Errc::unauthenticated ? read.error().message() : "another error code";
}

}  // namespace p2p::test_tokens

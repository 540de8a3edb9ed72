#include "auth/authenticator.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/digest.hpp"

namespace p2p {
namespace {

std::string make_jti(Random& random) {
  std::array<char, 16> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return hex({bytes.data(), bytes.size()});
}

Caller caller_of(TokenClaims claims) {
  return {.subject = std::move(claims.subject),
          .role = claims.role,
          .jti = std::move(claims.jti),
          .amr = std::move(claims.amr),
          .scopes = std::move(claims.scopes),
          .expires = claims.expires};
}

}  // namespace

Authenticator::Authenticator(KeyRing keys, std::string_view cluster_id, const RevocationSet& revocations,
                             Random& random)
    : keys_(std::move(keys)),
      rules_{.issuer = "p2p://" + std::string(cluster_id)},
      revocations_(revocations),
      random_(random),
      cache_(random.next()) {}

Result<CallerPtr> Authenticator::authenticate(std::string_view token, WallTime now) {
  if (CallerPtr known = cache_.find(token, now, revocations_.number())) return known;
  return verify(token, now);
}

Result<CallerPtr> Authenticator::verify(std::string_view token, WallTime now) {
  const std::uint64_t number = revocations_.number();
  auto claims = verify_token(token, keys_, rules_, now);
  if (!claims) return fail(std::move(claims.error()));
  if (revocations_.revoked(*claims)) return fail(Errc::unauthenticated, "revoked");
  CallerPtr caller = std::make_shared<const Caller>(caller_of(std::move(*claims)));
  cache_.put(token, caller, now, number);
  return caller;
}

Result<IssuedToken> Authenticator::issue(const TokenGrant& grant, WallTime now) {
  if (grant.subject.empty() || grant.role == Role::none || grant.life.count() < 1 ||
      grant.life > rules_.longest) {
    return fail(Errc::internal, "a token needs a subject, a role and a life of 1 s to 24 h");
  }
  TokenClaims claims;
  claims.subject = grant.subject;
  claims.jti = make_jti(random_);
  claims.amr = grant.amr;
  claims.role = grant.role;
  claims.scopes = grant.scopes;
  claims.issued = claims.not_before = std::chrono::floor<std::chrono::seconds>(now);
  claims.expires = claims.issued + grant.life;
  auto text = sign_token(claims, keys_, rules_);
  if (!text) return fail(std::move(text.error()));
  return IssuedToken{.text = std::move(*text), .jti = std::move(claims.jti), .expires = claims.expires};
}

}  // namespace p2p

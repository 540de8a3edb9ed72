#include "auth/jwt.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/jwt_parts.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

std::unexpected<Error> refuse(std::string reason) { return fail(Errc::unauthenticated, std::move(reason)); }

double since_epoch(WallTime time) { return seconds(time.time_since_epoch()); }

WallTime wall_time(double since) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(since)));
}

/// The key this header asks for: found by `kid` here, never by anything the token brings along.
Result<const TokenKey*> key_of(std::string_view encoded, const KeyRing& keys) {
  if (const TokenKey* ours = keys.find_by_header(encoded)) return ours;
  const auto header = read_token_header(encoded);
  if (!header) return fail(header.error());
  const TokenKey* key = keys.find(header->kid);
  if (key == nullptr) return nullptr;
  if (header->alg != key->alg()) return refuse("wrong algorithm");
  if (!key->accepts_type(header->typ)) return refuse("wrong token type");
  return key;
}

Result<void> check_times(const RawClaims& raw, const TokenRules& rules, WallTime now) {
  const double today = since_epoch(now), leeway = seconds(rules.leeway);
  if (today > raw.exp + leeway) {
    // A hostile `exp` may be any double; what is printed is bounded.
    const auto ago = static_cast<std::int64_t>(std::min(today - raw.exp, 1e12));
    return refuse("expired " + std::to_string(ago) + " s ago");
  }
  if (raw.nbf > today + leeway) return refuse("not valid yet");
  if (raw.iat > today + leeway) return refuse("issued in the future");
  if (raw.exp <= raw.iat) return refuse("malformed token: exp is not after iat");
  if (raw.exp - raw.iat > seconds(rules.longest)) {
    return refuse("lives longer than " + std::to_string(rules.longest.count()) + " s");
  }
  return {};
}

TokenClaims claims_of(RawClaims raw, Role role) {
  TokenClaims claims;
  claims.subject = std::move(raw.sub);
  claims.jti = std::move(raw.jti);
  claims.amr = std::move(raw.amr);
  claims.role = role;
  for (std::string& scope : raw.scopes) claims.scopes.push_back({std::move(scope)});
  claims.issued = wall_time(raw.iat);
  claims.not_before = wall_time(std::max(raw.nbf, 0.0));
  claims.expires = wall_time(raw.exp);
  return claims;
}

Array texts(const std::vector<Scope>& scopes) {
  Array items;
  for (const Scope& scope : scopes) items.emplace_back(scope.text);
  return items;
}

Array pieces(std::string_view joined) {
  Array items;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find(','), joined.size());
    items.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return items;
}

std::int64_t whole_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

Result<TokenClaims> verify_token(std::string_view token, const KeyRing& keys, const TokenRules& rules,
                                 WallTime now) {
  const auto parts = split_token(token);
  if (!parts) return fail(parts.error());
  const auto signature = from_base64url(parts->signature);
  if (!signature) return refuse("malformed token: signature is no base64url");
  auto raw = read_token_claims(parts->claims);
  if (!raw) return fail(std::move(raw.error()));
  const auto key = key_of(parts->header, keys);
  if (!key) return fail(key.error());
  // Its own issuer is not proven yet: good for naming the reason, for nothing else.
  if (*key == nullptr) return refuse(raw->iss == rules.issuer ? "unknown key" : "other cluster");
  if (!(*key)->verify(parts->signed_text, *signature)) return refuse("bad signature");

  if (raw->iss != rules.issuer) return refuse("other cluster");
  if (raw->aud != rules.audience) return refuse("other audience");
  if (auto in_time = check_times(*raw, rules, now); !in_time) return fail(std::move(in_time.error()));
  const Role role = role_of(raw->role);
  if (role == Role::none) return refuse("unknown role");
  return claims_of(std::move(*raw), role);
}

Result<std::string> sign_token(const TokenClaims& claims, const KeyRing& keys, const TokenRules& rules) {
  Value body{{"iss", rules.issuer},
             {"aud", rules.audience},
             {"sub", claims.subject},
             {"iat", whole_seconds(claims.issued)},
             {"nbf", whole_seconds(claims.not_before)},
             {"exp", whole_seconds(claims.expires)},
             {"jti", claims.jti},
             {"role", role_name(claims.role)}};
  if (!claims.scopes.empty()) body.set("scopes", texts(claims.scopes));
  body.set("amr", pieces(claims.amr));
  std::string token(keys.signing().header());
  token.append(".").append(base64url(json::dump(body)));
  const std::string signature = keys.signing().sign(token);
  if (signature.empty()) return fail(Errc::internal, "the signing key gives no signature");
  token.append(".").append(base64url(signature));
  if (token.size() > token_limit) return fail(Errc::too_large, "the token would have more than 8192 bytes");
  return token;
}

}  // namespace p2p

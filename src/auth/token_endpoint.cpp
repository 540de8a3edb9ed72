#include "auth/token_endpoint.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "auth/jwt_parts.hpp"
#include "auth/scopes.hpp"

namespace p2p {
namespace {

constexpr std::size_t node_id_limit = 128, scopes_limit = 64, shown_limit = 64;
constexpr std::int64_t longest_ttl = 24 * 3600;

/// What the body asks for; absent members ask for what one may have.
struct Wanted {
  std::string subject;
  std::optional<Role> role;
  std::vector<Scope> scopes;
  std::optional<std::chrono::seconds> life;
};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Value shown(const Value& value) {
  if (value.is_string() && value.as_string().size() > shown_limit) {
    std::size_t end = shown_limit;  // not inside a character
    while (end > 0 && (static_cast<unsigned char>(value.as_string()[end]) & 0xC0U) == 0x80U) --end;
    return value.as_string().substr(0, end);
  }
  return value.is_array() || value.is_object() ? Value(kind_name(value.kind())) : value;
}

/// All that is wrong in the body, told at once.
class Problems {
 public:
  void add(std::string_view member, std::string_view what, const Value& got) {
    errors_.push_back(Value{{"pointer", "#/" + std::string(member)}, {"detail", what}, {"got", shown(got)}});
  }
  [[nodiscard]] bool none() const noexcept { return errors_.empty(); }
  [[nodiscard]] std::unexpected<Error> error() && {
    const std::string many = errors_.size() == 1 ? "1 parameter is wrong"
                                                 : std::to_string(errors_.size()) + " parameters are wrong";
    const std::string first =
        errors_.front()["pointer"].as_string().substr(2) + " " + errors_.front()["detail"].as_string();
    return fail(Errc::invalid_params, many + ": " + first, Value{{"errors", std::move(errors_)}});
  }

 private:
  Array errors_;
};

void read_subject(const Value& value, Wanted& wanted, Problems& problems) {
  if (!value.is_string()) return problems.add("node_id", "must be a string", value);
  wanted.subject = value.as_string();
  if (characters(wanted.subject) > node_id_limit) {
    problems.add("node_id", "must have 1 to 128 characters", value);
  } else if (!is_subject(wanted.subject)) {
    problems.add("node_id", "must be without control characters", value);
  } else if (wanted.subject.starts_with("service:")) {
    problems.add("node_id", "must not start with service: (services have identities of their own)", value);
  }
}

void read_role(const Value& value, Wanted& wanted, Problems& problems) {
  if (value.is_null()) return;
  wanted.role = value.is_string() ? role_of(value.as_string()) : Role::none;
  if (wanted.role == Role::none) problems.add("role", "must be viewer, operator, admin or node", value);
}

void read_scopes(const Value& value, Wanted& wanted, Problems& problems) {
  if (value.is_null()) return;
  if (!value.is_array() || value.size() == 0 || value.size() > scopes_limit) {
    return problems.add("scopes", "must be a list of 1 to 64 scopes (left out: the whole role)", value);
  }
  for (const Value& item : value.as_array()) {
    if (!item.is_string() || !is_scope(item.as_string())) {
      return problems.add("scopes", "must be scopes such as rpc:system/* or read:cluster", item);
    }
    wanted.scopes.push_back({item.as_string()});
  }
}

void read_life(const Value& value, Wanted& wanted, Problems& problems) {
  if (value.is_null()) return;
  if (value.kind() != Value::Kind::integer || value.as_int() < 1 || value.as_int() > longest_ttl) {
    return problems.add("ttl_seconds", "must be a whole number from 1 to 86400", value);
  }
  wanted.life = std::chrono::seconds(value.as_int());
}

Result<Wanted> read_body(const Value& body) {
  if (!body.is_object()) return fail(Errc::invalid_request, "the body must be an object with node_id");
  const Value& subject = body["node_id"];
  if (subject.is_null() || (subject.is_string() && subject.as_string().empty())) {
    return fail(Errc::invalid_request, "node_id required");
  }
  Wanted wanted;
  Problems problems;
  read_subject(subject, wanted, problems);
  read_role(body["role"], wanted, problems);
  read_scopes(body["scopes"], wanted, problems);
  read_life(body["ttl_seconds"], wanted, problems);
  if (!problems.none()) return std::move(problems).error();
  return wanted;
}

std::unexpected<Error> too_much(std::string what) { return fail(Errc::forbidden, std::move(what)); }

/// Whether somebody with `held` may have a token with `wanted`. An admin without scopes may give out every
/// role.
bool may_have(Role held, Role wanted) {
  return held == wanted || held == Role::admin || covers(held, wanted);
}

/// A token that says no more than the one it was asked with, for the same subject.
Result<TokenGrant> narrower(TokenGrant grant, const Wanted& wanted, const Caller& caller, WallTime now) {
  if (grant.subject != caller.subject) return too_much("only an admin gets tokens for another subject");
  if (!may_have(caller.role, grant.role)) {
    return too_much("role " + std::string(role_name(grant.role)) + " is more than the token's " +
                    std::string(role_name(caller.role)));
  }
  if (!caller.scopes.empty()) {
    if (wanted.scopes.empty()) grant.scopes = caller.scopes;
    for (const Scope& scope : grant.scopes) {
      if (!within(scope, caller.scopes))
        return too_much("scope " + scope.text + " is more than the token's scopes");
    }
  }
  const auto left = std::chrono::floor<std::chrono::seconds>(caller.expires - now);
  if (wanted.life && *wanted.life > left) return too_much("the token would outlive the one it is asked with");
  grant.life = std::min(grant.life, left);
  if (grant.life.count() < 1) return fail(Errc::unauthenticated, "the token expires now");
  return grant;
}

Result<TokenGrant> for_caller(TokenGrant grant, const Wanted& wanted, const Caller& caller, WallTime now) {
  grant.amr = "token";
  grant.role = wanted.role.value_or(caller.role);
  if (caller.role == Role::admin && caller.scopes.empty()) return grant;
  return narrower(std::move(grant), wanted, caller, now);
}

std::unexpected<Error> unknown_asker(const TokenAsker& asker) {
  const Error& error = asker.bearer != nullptr ? asker.bearer->error() : asker.local_trust.error();
  if (!error.detail()["hint"].is_null()) return fail(error);
  return fail(Error(error).with("hint", error.message()));
}

}  // namespace

Result<TokenGrant> decide_token(const Value& body, const TokenAsker& asker, const TokenPolicy& policy,
                                WallTime now) {
  const bool known = asker.bearer != nullptr ? asker.bearer->has_value() : asker.local_trust.has_value();
  if (!known) return unknown_asker(asker);
  auto wanted = read_body(body);
  if (!wanted) return fail(std::move(wanted.error()));
  const auto life = wanted->life.value_or(policy.life);
  if (life > policy.life) {
    return too_much("ttl_seconds is more than auth.token_ttl, " + std::to_string(policy.life.count()) + " s");
  }
  TokenGrant grant{.subject = wanted->subject,
                   .role = wanted->role.value_or(Role::admin),
                   .scopes = wanted->scopes,
                   .amr = "local",
                   .life = life};
  if (asker.bearer == nullptr) return grant;
  return for_caller(std::move(grant), *wanted, ***asker.bearer, now);
}

Value token_answer(const TokenGrant& grant, const IssuedToken& token) {
  return {{"access_token", token.text},
          {"token_type", "bearer"},
          {"expires_in", grant.life.count()},
          {"role", role_name(grant.role)},
          {"trust", grant.amr}};
}

}  // namespace p2p

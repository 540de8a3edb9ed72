#include "auth/token_endpoint.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

const WallTime now{std::chrono::seconds(1'795'326'813)};
const Value just_client{{"node_id", "client"}};

Result<TokenGrant> local(const Value& body, std::chrono::seconds life = std::chrono::hours(24)) {
  return decide_token(body, {.local_trust = {}}, {.life = life}, now);
}

CallerPtr holder(Role role, std::vector<Scope> scopes = {},
                 std::chrono::seconds left = std::chrono::hours(10)) {
  Caller caller;
  caller.subject = "alice";
  caller.role = role;
  caller.scopes = std::move(scopes);
  caller.expires = now + left;
  return std::make_shared<const Caller>(std::move(caller));
}

Result<TokenGrant> with_token(const CallerPtr& caller, const Value& body) {
  const Result<CallerPtr> bearer = caller;
  return decide_token(body, {.bearer = &bearer}, {}, now);
}

std::string problem(const Result<TokenGrant>& grant) {
  return grant ? "granted" : std::string(errc_name(grant.error().code())) + ": " + grant.error().message();
}

TEST(TokenEndpoint, the_seeds_body_gets_an_admin_token_of_a_day_by_local_trust) {
  const auto grant = local(just_client);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->subject, "client");
  EXPECT_EQ(grant->role, Role::admin);
  EXPECT_EQ(grant->amr, "local");
  EXPECT_EQ(grant->life, std::chrono::hours(24));
  const Value answer = token_answer(*grant, {.text = "a.b.c", .jti = "j"});
  EXPECT_EQ(answer, (Value{{"access_token", "a.b.c"},
                           {"token_type", "bearer"},
                           {"expires_in", 86400},
                           {"role", "admin"},
                           {"trust", "local"}}));
}

TEST(TokenEndpoint, less_may_be_asked_for) {
  const auto grant = local({{"node_id", "client"},
                            {"role", "viewer"},
                            {"ttl_seconds", 60},
                            {"scopes", Value::array({"rpc:system/*", "read:cluster"})},
                            {"unknown", 1}});
  ASSERT_TRUE(grant) << grant.error().message();
  EXPECT_EQ(grant->role, Role::viewer);
  EXPECT_EQ(grant->life, std::chrono::seconds(60));
  ASSERT_EQ(grant->scopes.size(), 2U);
  EXPECT_EQ(grant->scopes[0].text, "rpc:system/*");
}

TEST(TokenEndpoint, node_id_is_needed) {
  EXPECT_EQ(problem(local(Value::object())), "invalid_request: node_id required");
  EXPECT_EQ(problem(local({{"node_id", ""}})), "invalid_request: node_id required");
  EXPECT_EQ(problem(local({{"node_id", Value()}})), "invalid_request: node_id required");
  EXPECT_EQ(problem(local(Value::array())), "invalid_request: the body must be an object with node_id");
}

TEST(TokenEndpoint, wrong_members_are_named_all_at_once) {
  const auto grant = local({{"node_id", 7}, {"role", "root"}, {"ttl_seconds", 86401}, {"scopes", "all"}});
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().code(), Errc::invalid_params);
  EXPECT_EQ(grant.error().message(), "4 parameters are wrong: node_id must be a string");
  const Value& errors = grant.error().detail()["errors"];
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0]["pointer"], Value("#/node_id"));
  EXPECT_EQ(errors[0]["got"], Value(7));
  EXPECT_EQ(errors[1]["pointer"], Value("#/role"));
  EXPECT_EQ(errors[3]["pointer"], Value("#/ttl_seconds"));
}

TEST(TokenEndpoint, wrong_values_are_invalid_params) {
  const auto code = [](const char* name, Value value) {
    Value body = just_client;
    const auto grant = local(body.set(name, std::move(value)));
    return grant ? std::string("granted") : std::string(errc_name(grant.error().code()));
  };
  for (const Value& wrong : {Value(1), Value(true), Value::object(), Value::array({"a"}),
                             Value(std::string(129, 'a')), Value("a\nb"), Value("service:system@n1")}) {
    EXPECT_EQ(code("node_id", wrong), "invalid_params");
  }
  std::string accents;
  for (int i = 0; i < 128; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(code("node_id", accents), "granted") << "128 characters, not bytes";
  for (const Value& wrong : {Value("none"), Value("Admin"), Value(""), Value(1)})
    EXPECT_EQ(code("role", wrong), "invalid_params");
  for (const Value& wrong :
       {Value(0), Value(-1), Value(86401), Value(1.5), Value("60"), Value(true), Value(INT64_MAX)}) {
    EXPECT_EQ(code("ttl_seconds", wrong), "invalid_params");
  }
  for (const Value& wrong :
       {Value("read:cluster"), Value::array(), Value::array({1}), Value::array({"everything"})}) {
    EXPECT_EQ(code("scopes", wrong), "invalid_params") << "an empty list must not read as the whole role";
  }
  EXPECT_EQ(code("role", Value()), "granted");
  EXPECT_EQ(code("ttl_seconds", 86400), "granted");
}

TEST(TokenEndpoint, a_stranger_is_told_the_condition_that_failed) {
  const TokenAsker stranger{.local_trust =
                                fail(Errc::unauthenticated, "a token is needed: X", {{"hint", "X"}})};
  const auto grant = decide_token(just_client, stranger, {}, now);
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().code(), Errc::unauthenticated);
  EXPECT_EQ(grant.error().detail()["hint"], Value("X"));
  EXPECT_FALSE(decide_token(just_client, TokenAsker{}, {}, now)) << "an asker nobody knows";
  EXPECT_EQ(decide_token(Value{{"node_id", 7}}, stranger, {}, now).error().code(), Errc::unauthenticated)
      << "who may not ask learns nothing of the body";
}

TEST(TokenEndpoint, a_wrong_credential_is_not_saved_by_local_trust) {
  const Result<CallerPtr> expired = fail(Errc::unauthenticated, "expired 34 s ago");
  const auto grant = decide_token(just_client, {.bearer = &expired, .local_trust = {}}, {}, now);
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().code(), Errc::unauthenticated);
  EXPECT_EQ(grant.error().detail()["hint"], Value("expired 34 s ago"));
}

TEST(TokenEndpoint, the_life_is_bounded_by_the_setting) {
  EXPECT_EQ(local(just_client, std::chrono::hours(1))->life, std::chrono::hours(1));
  EXPECT_EQ(problem(local({{"node_id", "client"}, {"ttl_seconds", 3601}}, std::chrono::hours(1))),
            "forbidden: ttl_seconds is more than auth.token_ttl, 3600 s");
}

TEST(TokenEndpoint, an_admin_gets_tokens_for_anybody) {
  const auto grant = with_token(holder(Role::admin), {{"node_id", "bob"}, {"role", "operator"}});
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->subject, "bob");
  EXPECT_EQ(grant->role, Role::operator_);
  EXPECT_EQ(grant->amr, "token");
  EXPECT_EQ(with_token(holder(Role::admin), {{"node_id", "n1"}, {"role", "node"}})->role, Role::node);
  EXPECT_EQ(with_token(holder(Role::admin), {{"node_id", "bob"}})->role, Role::admin);
}

TEST(TokenEndpoint, others_get_narrower_tokens_for_themselves) {
  EXPECT_EQ(with_token(holder(Role::operator_), {{"node_id", "alice"}})->role, Role::operator_);
  EXPECT_EQ(with_token(holder(Role::operator_), {{"node_id", "alice"}, {"role", "viewer"}})->role,
            Role::viewer);
  EXPECT_EQ(with_token(holder(Role::node), {{"node_id", "alice"}})->role, Role::node);
  EXPECT_EQ(problem(with_token(holder(Role::operator_), {{"node_id", "bob"}})),
            "forbidden: only an admin gets tokens for another subject");
  EXPECT_EQ(problem(with_token(holder(Role::viewer), {{"node_id", "alice"}, {"role", "operator"}})),
            "forbidden: role operator is more than the token's viewer");
  EXPECT_EQ(problem(with_token(holder(Role::operator_), {{"node_id", "alice"}, {"role", "node"}})),
            "forbidden: role node is more than the token's operator");
  EXPECT_EQ(problem(with_token(holder(Role::node), {{"node_id", "alice"}, {"role", "viewer"}})),
            "forbidden: role viewer is more than the token's node");
}

TEST(TokenEndpoint, scopes_are_inherited_and_only_narrowed) {
  const CallerPtr scoped = holder(Role::admin, {{"rpc:system/*"}});
  const auto inherited = with_token(scoped, {{"node_id", "alice"}});
  ASSERT_TRUE(inherited);
  ASSERT_EQ(inherited->scopes.size(), 1U) << "a token with scopes must not give birth to one without";
  EXPECT_TRUE(with_token(scoped, {{"node_id", "alice"}, {"scopes", Value::array({"rpc:system/ping"})}}));
  EXPECT_EQ(problem(with_token(scoped, {{"node_id", "alice"}, {"scopes", Value::array({"rpc:*"})}})),
            "forbidden: scope rpc:* is more than the token's scopes");
  EXPECT_EQ(problem(with_token(scoped, {{"node_id", "bob"}})),
            "forbidden: only an admin gets tokens for another subject")
      << "an admin with scopes is no full admin";
}

TEST(TokenEndpoint, a_narrower_token_does_not_outlive_the_first) {
  const CallerPtr soon = holder(Role::viewer, {}, std::chrono::seconds(100));
  EXPECT_EQ(with_token(soon, {{"node_id", "alice"}})->life, std::chrono::seconds(100));
  EXPECT_EQ(with_token(soon, {{"node_id", "alice"}, {"ttl_seconds", 100}})->life, std::chrono::seconds(100));
  EXPECT_EQ(problem(with_token(soon, {{"node_id", "alice"}, {"ttl_seconds", 101}})),
            "forbidden: the token would outlive the one it is asked with");
  EXPECT_FALSE(with_token(holder(Role::viewer, {}, std::chrono::seconds(-10)), {{"node_id", "alice"}}));
}

}  // namespace
}  // namespace p2p

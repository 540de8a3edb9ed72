#include "auth/jwt.hpp"

#include <string>

#include <gtest/gtest.h>

#include "auth/jwt_test_kit.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

using namespace test_tokens;

class Jwt : public testing::TestWithParam<bool> {  // EdDSA, HS256
 protected:
  KeyRing ring = GetParam() ? secret_ring() : seed_ring();
};
INSTANTIATE_TEST_SUITE_P(BothAlgorithms, Jwt, testing::Bool());

TEST_P(Jwt, what_was_signed_is_verified) {
  TokenClaims claims = good_claims();
  claims.scopes = {{"rpc:system/*"}, {"read:cluster"}};
  const auto token = sign_token(claims, ring, rules());
  ASSERT_TRUE(token);
  const auto read = verify_token(*token, ring, rules(), now());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->subject, "client");
  EXPECT_EQ(read->role, Role::operator_);
  EXPECT_EQ(read->jti, claims.jti);
  EXPECT_EQ(read->amr, "local");
  EXPECT_EQ(read->issued, claims.issued);
  EXPECT_EQ(read->expires, claims.expires);
  ASSERT_EQ(read->scopes.size(), 2U);
  EXPECT_EQ(read->scopes[1].text, "read:cluster");
}

TEST_P(Jwt, header_and_claims_are_as_promised) {
  const auto token = sign_token(good_claims(), ring, rules());
  ASSERT_TRUE(token);
  const auto header = part(*token, 0), claims = part(*token, 1);
  EXPECT_EQ(header["alg"], Value(GetParam() ? "HS256" : "EdDSA"));
  EXPECT_EQ(header["typ"], Value(GetParam() ? "JWT" : "at+jwt"));
  EXPECT_EQ(header["kid"], Value(ring.signing().kid()));
  EXPECT_EQ(claims["iss"], Value("p2p://c1"));
  EXPECT_EQ(claims["aud"], Value("p2p-api"));
  EXPECT_EQ(claims["exp"].as_int() - claims["iat"].as_int(), 86400);
  EXPECT_EQ(claims.find("scopes"), nullptr);
  EXPECT_EQ(claims["amr"], Value::array({"local"}));
}

TEST_P(Jwt, times_have_a_leeway_of_30_s) {
  const auto at = [&](std::int64_t iat, std::int64_t nbf, std::int64_t exp) {
    Value claims = good_body();
    claims.set("iat", seconds_now + iat).set("nbf", seconds_now + nbf).set("exp", seconds_now + exp);
    return reason(ring, signed_with(ring, claims));
  };
  EXPECT_EQ(at(-100, -100, 100), "");
  EXPECT_EQ(at(-100, -100, -30), "");
  EXPECT_EQ(at(-100, -100, -31), "expired 31 s ago");
  EXPECT_EQ(at(-100, -100, -34), "expired 34 s ago");
  EXPECT_EQ(at(30, 30, 100), "");
  EXPECT_EQ(at(31, 0, 100), "issued in the future");
  EXPECT_EQ(at(0, 31, 100), "not valid yet");
  EXPECT_EQ(at(0, 0, 86400), "");
  EXPECT_EQ(at(0, 0, 86401), "lives longer than 86400 s");
  EXPECT_EQ(at(10, 10, 10), "malformed token: exp is not after iat");
}

TEST_P(Jwt, times_may_have_fractions) {
  Value claims = good_body();
  claims.set("iat", static_cast<double>(seconds_now) - 0.5)
      .set("nbf", static_cast<double>(seconds_now) - 0.25);
  claims.set("exp", static_cast<double>(seconds_now) + 10.75);
  const auto read = verify_token(signed_with(ring, claims), ring, rules(), now());
  ASSERT_TRUE(read);
  EXPECT_NEAR(seconds(read->expires - now()), 10.75, 0.001);
}

TEST_P(Jwt, a_claim_that_is_missing_or_of_another_kind_is_named) {
  for (const char* name : {"iss", "aud", "sub", "jti", "role", "iat", "nbf", "exp"}) {
    Value claims = good_body();
    std::erase_if(claims.make_object(), [&](const Member& member) { return member.first == name; });
    EXPECT_EQ(reason(ring, signed_with(ring, claims)), std::string("malformed token: no claim ") + name);
    for (const Value& wrong : {Value(true), Value(), Value::array({"x"}), Value::object()}) {
      EXPECT_EQ(reason(ring, signed_with(ring, good_body().set(name, wrong))),
                std::string("malformed token: claim ") + name + " is wrong");
    }
  }
  for (const char* name : {"scopes", "amr"}) {
    for (const Value& wrong : {Value("x"), Value(1), Value::array(), Value::array({1}), Value::array({""})}) {
      EXPECT_EQ(reason(ring, signed_with(ring, good_body().set(name, wrong))),
                std::string("malformed token: claim ") + name + " is wrong");
    }
  }
}

TEST_P(Jwt, claims_of_others_are_refused) {
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("iss", "p2p://c2"))), "other cluster");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("iss", "P2P://c1"))), "other cluster");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("iss", "p2p://c1/"))), "other cluster");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("aud", "p2p-peer"))), "other audience");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("role", "root"))), "unknown role");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("role", "Admin"))), "unknown role");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("role", "none"))), "unknown role");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("sub", "a\nb"))),
            "malformed token: claim sub is wrong");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("sub", std::string(513, 'a')))),
            "malformed token: claim sub is wrong");
}

TEST_P(Jwt, unknown_claims_and_roles_in_use_are_accepted) {
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("extra", Value{{"deep", 1}}))), "");
  for (const char* role : {"viewer", "operator", "admin", "node"}) {
    EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("role", role))), "");
  }
}

TEST(JwtRing, a_token_of_another_key_of_the_ring_is_accepted) {
  KeyRing ring = seed_ring();
  const auto old_ring = KeyRing::from_seed(Secret(std::string(32, 'o')));
  ASSERT_TRUE(old_ring && ring.add_public_key(old_ring->public_key()));
  EXPECT_EQ(reason(ring, signed_with(*old_ring, good_body())), "");
  KeyRing secrets = secret_ring();
  const Secret old_secret("p9Zr-2Kc7Lw_4Qx8Tn1Vb6Jh3Fd5Gs0My");
  const auto old_secrets = KeyRing::from_secret(old_secret);
  ASSERT_TRUE(old_secrets && secrets.add_previous_secret(old_secret));
  EXPECT_EQ(reason(secrets, signed_with(*old_secrets, good_body())), "");
}

TEST(JwtRing, hs256_may_say_at_jwt_and_eddsa_must) {
  const KeyRing secrets = secret_ring(), seeds = seed_ring();
  EXPECT_EQ(reason(secrets, signed_with(secrets, good_header(secrets).set("typ", "at+jwt"), good_body())),
            "");
  EXPECT_EQ(reason(seeds, signed_with(seeds, good_header(seeds).set("typ", "JWT"), good_body())),
            "wrong token type");
}

TEST(JwtRing, a_token_that_would_be_too_long_is_not_made) {
  TokenClaims claims = good_claims();
  for (int i = 0; i < 60; ++i) claims.scopes.push_back({"rpc:service/" + std::string(150, 'm')});
  const auto token = sign_token(claims, seed_ring(), rules());
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code(), Errc::too_large);
}

}  // namespace
}  // namespace p2p

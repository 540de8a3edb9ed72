#include "auth/authenticator.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "auth/bearer.hpp"
#include "auth/jwt_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_tokens;

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(next_++);
  }

 private:
  unsigned next_ = 1;
};

class Revoked final : public RevocationSet {
 public:
  std::set<std::string, std::less<>> jtis;
  std::uint64_t changes = 0;
  [[nodiscard]] std::uint64_t number() const noexcept override { return changes; }
  [[nodiscard]] bool revoked(const TokenClaims& claims) const override { return jtis.contains(claims.jti); }
};

struct AuthenticatorTest : testing::Test {
  CountingRandom random;
  Revoked revoked;
  Authenticator auth{seed_ring(), "c1", revoked, random};
  TokenGrant grant{.subject = "client", .role = Role::admin, .scopes = {}, .amr = "local"};
};

TEST_F(AuthenticatorTest, knows_the_holder_of_a_token_it_issued) {
  const auto token = auth.issue(grant, now());
  ASSERT_TRUE(token);
  EXPECT_EQ(token->expires, now() + std::chrono::hours(24));
  EXPECT_EQ(token->jti.size(), 32U);
  const auto caller = auth.authenticate(token->text, now());
  ASSERT_TRUE(caller);
  EXPECT_EQ((*caller)->subject, "client");
  EXPECT_EQ((*caller)->role, Role::admin);
  EXPECT_EQ((*caller)->amr, "local");
  EXPECT_EQ((*caller)->jti, token->jti);
  EXPECT_EQ(*auth.authenticate(token->text, now()), *caller) << "the second time it comes from the cache";
}

TEST_F(AuthenticatorTest, each_token_has_a_name_of_its_own) {
  EXPECT_NE(auth.issue(grant, now())->jti, auth.issue(grant, now())->jti);
}

TEST_F(AuthenticatorTest, a_token_seen_before_still_expires) {
  grant.life = std::chrono::seconds(10);
  const auto token = auth.issue(grant, now());
  ASSERT_TRUE(auth.authenticate(token->text, now()));
  EXPECT_TRUE(auth.authenticate(token->text, now() + std::chrono::seconds(40))) << "within the leeway";
  const auto late = auth.authenticate(token->text, now() + std::chrono::seconds(44));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message(), "expired 34 s ago");
}

TEST_F(AuthenticatorTest, a_revoked_token_is_refused_though_it_was_seen_before) {
  const auto token = auth.issue(grant, now());
  ASSERT_TRUE(auth.authenticate(token->text, now()));
  revoked.jtis.insert(token->jti);
  revoked.changes++;
  const auto refused = auth.authenticate(token->text, now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "revoked");
}

TEST_F(AuthenticatorTest, a_token_of_another_cluster_says_so) {
  CountingRandom other_random;
  auto ring = KeyRing::from_seed(Secret(std::string(32, 'o')));
  ASSERT_TRUE(ring);
  Authenticator other(std::move(*ring), "c2", revoked, other_random);
  EXPECT_EQ(auth.authenticate(other.issue(grant, now())->text, now()).error().message(), "other cluster");
}

TEST_F(AuthenticatorTest, makes_no_token_out_of_nothing) {
  for (TokenGrant wrong :
       {TokenGrant{.subject = "", .role = Role::admin}, TokenGrant{.subject = "x", .role = Role::none},
        TokenGrant{.subject = "x", .role = Role::admin, .life = std::chrono::seconds(0)},
        TokenGrant{.subject = "x", .role = Role::admin, .life = std::chrono::seconds(86401)}}) {
    EXPECT_FALSE(auth.issue(wrong, now()));
  }
}

TEST(Bearer, is_read_with_the_scheme_in_any_case) {
  EXPECT_EQ(*bearer_token("Bearer a.b.c"), "a.b.c");
  EXPECT_EQ(*bearer_token("bearer a.b.c"), "a.b.c");
  EXPECT_EQ(*bearer_token("BEARER  a.b.c"), "a.b.c");
  EXPECT_EQ(*bearer_token("Bearer a b"), "a b") << "white space inside is for the verification to refuse";
  for (const char* wrong : {"", "Bearer", "Bearer ", "Basic dTpw", "a.b.c", "Bearera.b.c"}) {
    EXPECT_FALSE(bearer_token(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace p2p

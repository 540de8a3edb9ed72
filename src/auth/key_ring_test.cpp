#include "auth/key_ring.hpp"

#include <string>

#include <gtest/gtest.h>

#include "auth/secret_check.hpp"
#include "base/digest.hpp"

namespace p2p {
namespace {

constexpr std::string_view good_secret = "kX7-vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5eTo0iBqVnM";

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

Result<KeyRing> ring_of(std::string_view secret) { return KeyRing::from_secret(Secret(std::string(secret))); }

TEST(KeyRing, signs_as_rfc_8032_says) {
  // RFC 8032, section 7.1, test 1: the empty message.
  const Secret seed(from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  const auto ring = KeyRing::from_seed(seed);
  ASSERT_TRUE(ring);
  EXPECT_EQ(hex(ring->public_key()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(hex(ring->signing().sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0"
            "595bbe24655141438e7a100b");
}

TEST(KeyRing, an_ed25519_key_verifies_its_own_signature_and_no_other) {
  const auto ring = KeyRing::from_seed(Secret(std::string(32, 's')));
  const auto other = KeyRing::from_seed(Secret(std::string(32, 't')));
  ASSERT_TRUE(ring && other);
  const std::string signature = ring->signing().sign("text");
  EXPECT_TRUE(ring->signing().verify("text", signature));
  EXPECT_FALSE(ring->signing().verify("texT", signature));
  EXPECT_FALSE(ring->signing().verify("text", signature.substr(1)));
  EXPECT_FALSE(ring->signing().verify("text", ""));
  EXPECT_FALSE(other->signing().verify("text", signature));
}

TEST(KeyRing, kid_is_16_characters_and_belongs_to_the_key) {
  const auto ring = KeyRing::from_seed(Secret(std::string(32, 's')));
  const auto same = KeyRing::from_seed(Secret(std::string(32, 's')));
  const auto secret = ring_of(good_secret);
  ASSERT_TRUE(ring && same && secret);
  EXPECT_EQ(ring->signing().kid(), base64url(as_text(sha256(ring->public_key()))).substr(0, 16));
  EXPECT_EQ(ring->signing().kid(), same->signing().kid());
  EXPECT_EQ(secret->signing().kid().size(), 16U);
  EXPECT_NE(secret->signing().kid(), base64url(as_text(sha256(good_secret))).substr(0, 16))
      << "a plain digest of the secret could be guessed offline";
}

TEST(KeyRing, finds_keys_by_kid_and_by_header) {
  auto ring = KeyRing::from_seed(Secret(std::string(32, 's')));
  const auto earlier = KeyRing::from_seed(Secret(std::string(32, 't')));
  ASSERT_TRUE(ring && earlier);
  ASSERT_TRUE(ring->add_public_key(earlier->public_key()));
  const TokenKey* found = ring->find(earlier->signing().kid());
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(found->verify("text", earlier->signing().sign("text")));
  EXPECT_EQ(found->sign("text"), "") << "it only verifies";
  EXPECT_EQ(ring->find_by_header(earlier->signing().header()), found);
  EXPECT_NE(&ring->signing(), found) << "the first one signs";
  EXPECT_EQ(ring->find("nobody"), nullptr);
  EXPECT_EQ(ring->find_by_header(""), nullptr);
}

TEST(KeyRing, refuses_keys_of_a_wrong_length) {
  EXPECT_FALSE(KeyRing::from_seed(Secret(std::string(31, 's'))));
  EXPECT_FALSE(KeyRing::from_seed(Secret()));
  auto ring = KeyRing::from_seed(Secret(std::string(32, 's')));
  ASSERT_TRUE(ring);
  EXPECT_FALSE(ring->add_public_key(std::string(33, 'p')));
  EXPECT_FALSE(ring->add_previous_secret(Secret("short")));
}

TEST(SecretCheck, takes_a_good_secret) {
  EXPECT_TRUE(check_secret(good_secret));
  EXPECT_TRUE(
      check_secret("0f4c1d8ea92b73655fe0d1c2b3a4958671625344"));  // hexadecimal digits are 16 different bytes
}

TEST(SecretCheck, refuses_weak_ones_with_the_repair_and_without_showing_them) {
  const std::string_view weak[] = {
      "",
      "short",
      "kX7-vQ2mZ9tLw4RbN8sYc3HdJ6gFp1U",                  // 31 bytes
      "abababababababababababababababababababab",         // 2 different ones
      "12345678901234567890123456789012",                 // 10
      "your-super-secret-key-change-this-in-production",  // the seed's
      "YOUR_SUPER_SECRET_KEY_CHANGE_THIS_IN_PRODUCTION",  // the same to a guesser
      "a-string-secret-at-least-256-bits-long",           // of a well-known web page
      "0123456789abcdef0123456789abcdef",
  };
  for (const std::string_view secret : weak) {
    const auto ring = ring_of(secret);
    ASSERT_FALSE(ring) << secret;
    EXPECT_EQ(ring.error().code(), Errc::invalid_params);
    EXPECT_NE(ring.error().message().find("openssl rand"), std::string::npos);
    EXPECT_TRUE(secret.empty() || ring.error().message().find(secret) == std::string::npos);
  }
}

}  // namespace
}  // namespace p2p

#include "auth/token_cache.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

const WallTime start{std::chrono::seconds(1000)};

CallerPtr caller(std::string subject, std::chrono::seconds life = std::chrono::seconds(100)) {
  Caller made;
  made.subject = std::move(subject);
  made.expires = start + life;
  return std::make_shared<const Caller>(std::move(made));
}

std::string token(int number) {
  std::string text = "header.claims." + std::string(40, 's') + std::to_string(number);
  return text;
}

TEST(TokenCache, finds_what_was_put) {
  TokenCache cache(7);
  EXPECT_EQ(cache.find(token(1), start, 0), nullptr);
  const CallerPtr who = caller("a");
  cache.put(token(1), who, start, 0);
  EXPECT_EQ(cache.find(token(1), start, 0), who);
  EXPECT_EQ(cache.find(token(2), start, 0), nullptr);
}

TEST(TokenCache, compares_the_whole_text) {
  TokenCache cache(7);
  cache.put(token(1), caller("a"), start, 0);
  std::string other = token(1);
  other[0] = 'H';  // the same tail, so the same slot
  EXPECT_EQ(cache.find(other, start, 0), nullptr);
  EXPECT_EQ(cache.find("x" + token(1), start, 0), nullptr);
  EXPECT_EQ(cache.find("", start, 0), nullptr);
  EXPECT_EQ(cache.find("short", start, 0), nullptr);
}

TEST(TokenCache, an_entry_dies_when_its_token_expires) {
  TokenCache cache(7);
  cache.put(token(1), caller("a", std::chrono::seconds(10)), start, 0);
  EXPECT_NE(cache.find(token(1), start + std::chrono::milliseconds(9999), 0), nullptr);
  EXPECT_EQ(cache.find(token(1), start + std::chrono::seconds(10), 0), nullptr);
  EXPECT_EQ(cache.size(), 0U);
  cache.put(token(2), caller("b", std::chrono::seconds(0)), start, 0);
  EXPECT_EQ(cache.size(), 0U) << "it was dead already";
}

TEST(TokenCache, all_entries_die_when_something_is_revoked) {
  TokenCache cache(7);
  cache.put(token(1), caller("a"), start, 5);
  EXPECT_NE(cache.find(token(1), start, 5), nullptr);
  EXPECT_EQ(cache.find(token(1), start, 6), nullptr);
  EXPECT_EQ(cache.find(token(1), start, 5), nullptr);
}

TEST(TokenCache, is_bounded_and_a_full_one_still_takes_new_tokens) {
  TokenCache cache(7, 64);
  for (int i = 0; i < 10'000; ++i) {
    cache.put(token(i), caller(std::to_string(i)), start, 0);
    const CallerPtr found = cache.find(token(i), start, 0);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(found->subject, std::to_string(i));
  }
  EXPECT_LE(cache.size(), 64U);
  EXPECT_GE(cache.size(), 60U);
}

TEST(TokenCache, holds_most_of_as_many_tokens_as_it_has_slots) {
  TokenCache cache(7);
  for (int i = 0; i < 2000; ++i) cache.put(token(i), caller("a"), start, 0);
  EXPECT_GE(cache.size(), 1700U) << "the hash spreads badly";
}

TEST(TokenCache, a_dead_entry_is_given_up_first) {
  TokenCache cache(7, 4);
  cache.put(token(0), caller("dies", std::chrono::seconds(1)), start, 0);
  for (int i = 1; i < 4; ++i) cache.put(token(i), caller("lives"), start, 0);
  cache.put(token(4), caller("new"), start + std::chrono::seconds(2), 0);
  for (int i = 1; i < 5; ++i)
    EXPECT_NE(cache.find(token(i), start + std::chrono::seconds(2), 0), nullptr) << i;
}

TEST(TokenCache, the_same_token_takes_one_entry) {
  TokenCache cache(7);
  cache.put(token(1), caller("a"), start, 0);
  cache.put(token(1), caller("b"), start, 0);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.find(token(1), start, 0)->subject, "b");
}

TEST(TokenCache, very_long_tokens_are_not_kept) {
  TokenCache cache(7);
  cache.put(std::string(TokenCache::text_limit + 1, 'x'), caller("a"), start, 0);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace p2p

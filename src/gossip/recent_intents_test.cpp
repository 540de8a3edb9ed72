#include "gossip/recent_intents.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

constexpr TimePoint minute = 60 * seconds_us;

TEST(RecentIntents, the_latest_about_a_node_is_kept) {
  RecentIntents recent(10, 300'000);
  EXPECT_TRUE(recent.add({"a", IntentKind::join, 5, 0}));
  EXPECT_FALSE(recent.add({"a", IntentKind::leave, 5, 0}));
  EXPECT_FALSE(recent.add({"a", IntentKind::leave, 4, 0}));
  EXPECT_TRUE(recent.add({"a", IntentKind::leave, 6, 0}));
  const auto intent = recent.take(1, "a");
  ASSERT_TRUE(intent.has_value());
  EXPECT_EQ(intent->kind, IntentKind::leave);
  EXPECT_EQ(intent->ltime, 6u);
  EXPECT_FALSE(recent.take(1, "a").has_value());
}

TEST(RecentIntents, after_five_minutes_it_is_forgotten) {
  RecentIntents recent(10, 300'000);
  ASSERT_TRUE(recent.add({"a", IntentKind::join, 5, 0}));
  ASSERT_TRUE(recent.add({"b", IntentKind::join, 5, 0}));
  EXPECT_TRUE(recent.take(5 * minute, "a").has_value());
  EXPECT_FALSE(recent.take(5 * minute + 1, "b").has_value());
  ASSERT_TRUE(recent.add({"b", IntentKind::join, 5, 0}));
  EXPECT_TRUE(recent.add({"b", IntentKind::leave, 2, 6 * minute}));  // the old one counts no more
}

TEST(RecentIntents, for_a_new_name_above_the_limit_the_longest_unheard_of_goes) {
  RecentIntents recent(3, 300'000);
  for (const char* node : {"a", "b", "c"}) ASSERT_TRUE(recent.add({node, IntentKind::join, 1, 0}));
  ASSERT_TRUE(recent.add({"a", IntentKind::join, 2, 1}));
  ASSERT_TRUE(recent.add({"d", IntentKind::join, 1, 2}));
  EXPECT_EQ(recent.size(), 3u);
  EXPECT_FALSE(recent.take(3, "b").has_value());
  EXPECT_TRUE(recent.take(3, "a").has_value());
}

}  // namespace
}  // namespace p2p::gossip

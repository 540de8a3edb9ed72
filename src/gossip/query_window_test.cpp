#include "gossip/query_window.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

TEST(QueryWindow, a_query_is_known_by_its_time_and_id) {
  QueryWindow window;
  EXPECT_TRUE(window.add(5, 1, 6));
  EXPECT_FALSE(window.add(5, 1, 6));
  EXPECT_TRUE(window.add(5, 2, 6));
  EXPECT_TRUE(window.add(6, 1, 7));
}

TEST(QueryWindow, one_that_is_too_old_is_taken_for_known) {
  QueryWindow window;
  ASSERT_TRUE(window.add(1'000, 1, 1'001));
  EXPECT_FALSE(window.add(488, 1, 1'001));
  EXPECT_TRUE(window.add(489, 1, 1'001));
}

TEST(QueryWindow, above_4096_the_oldest_go_and_do_not_come_back) {
  QueryWindow window;
  for (std::uint32_t id = 1; id <= 5'000; ++id) ASSERT_TRUE(window.add(7, id, 8));
  EXPECT_FALSE(window.add(7, 1, 8));
  EXPECT_FALSE(window.add(7, 5'000, 8));
  EXPECT_TRUE(window.add(8, 1, 9));
}

}  // namespace
}  // namespace p2p::gossip

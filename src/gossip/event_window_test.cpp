#include "gossip/event_window.hpp"

#include <set>

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

UserEvent event(LamportTime ltime, std::string name = "e", Bytes payload = "p") {
  return {ltime, std::move(name), std::move(payload), false};
}

TEST(EventWindow, an_event_is_delivered_once_and_differs_by_time_name_and_payload) {
  EventWindow window(10'000);
  EXPECT_TRUE(window.add(event(5), 6));
  EXPECT_FALSE(window.add(event(5), 6));
  EXPECT_TRUE(window.add(event(6), 7));
  EXPECT_TRUE(window.add(event(5, "other"), 7));
  EXPECT_TRUE(window.add(event(5, "e", "other"), 7));
}

TEST(EventWindow, what_is_more_than_512_times_old_is_not_delivered) {
  EventWindow window(10'000);
  EXPECT_TRUE(window.add(event(1'000), 1'001));
  EXPECT_FALSE(window.add(event(488), 1'001));
  EXPECT_TRUE(window.add(event(489), 1'001));
  EXPECT_TRUE(window.add(event(1'500), 1'501));
  EXPECT_FALSE(window.add(event(988), 1'501));
  EXPECT_EQ(window.past().size(), 2u);  // 1,000 and 1,500
}

TEST(EventWindow, all_of_one_window_have_a_place_of_their_own_in_the_ring_of_512) {
  EventWindow window(1'000'000);
  for (LamportTime ltime = 1; ltime <= 2'000; ++ltime) ASSERT_TRUE(window.add(event(ltime), ltime + 1));
  std::set<LamportTime> places;
  for (const PastEvents& past : window.past()) EXPECT_TRUE(places.insert(past.ltime % event_ring).second);
  EXPECT_EQ(places.size(), event_ring);
}

TEST(EventWindow, what_is_to_be_ignored_is_gone_and_does_not_come_back) {
  EventWindow window(10'000);
  ASSERT_TRUE(window.add(event(5), 6));
  window.ignore_before(10);
  EXPECT_TRUE(window.past().empty());
  EXPECT_EQ(window.bytes(), 0u);
  EXPECT_FALSE(window.add(event(9), 11));
  EXPECT_TRUE(window.add(event(10), 11));
}

TEST(EventWindow, above_its_bytes_the_oldest_go_and_are_not_delivered_again) {
  EventWindow window(100);
  for (LamportTime ltime = 1; ltime <= 50; ++ltime)
    ASSERT_TRUE(window.add(event(ltime, "name", "payload"), ltime + 1));
  EXPECT_LE(window.bytes(), 100u);
  EXPECT_FALSE(window.add(event(1, "name", "payload"), 51));
  EXPECT_TRUE(window.add(event(50, "n"), 51));
}

TEST(EventWindow, of_one_time_there_are_at_most_64) {
  EventWindow window(100'000);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(window.add(event(5, std::to_string(i)), 6));
  EXPECT_FALSE(window.add(event(5, "one more"), 6));
  EXPECT_TRUE(window.add(event(6, "one more"), 7));
}

}  // namespace
}  // namespace p2p::gossip

#include "gossip/lamport_clock.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

TEST(LamportClock, begins_at_one_and_stamps_rising_times) {
  LamportClock clock(100, 1'000);
  EXPECT_EQ(clock.tick(), 1u);
  EXPECT_EQ(clock.tick(), 2u);
  EXPECT_EQ(clock.time(), 3u);
}

TEST(LamportClock, is_after_all_it_has_seen_and_never_goes_back) {
  LamportClock clock(100, 1'000);
  EXPECT_TRUE(clock.witness(7));
  EXPECT_EQ(clock.time(), 8u);
  EXPECT_TRUE(clock.witness(3));
  EXPECT_EQ(clock.time(), 8u);
}

TEST(LamportClock, a_time_beyond_the_stride_is_not_believed_and_moves_it_by_the_stride) {
  LamportClock clock(100, 1'000);
  EXPECT_TRUE(clock.witness(101));  // the horizon itself is believed
  EXPECT_EQ(clock.time(), 102u);
  EXPECT_FALSE(clock.witness(203));
  EXPECT_EQ(clock.time(), 203u);
}

TEST(LamportClock, a_state_of_many_times_moves_it_no_further_than_one) {
  LamportClock clock(100, 1'000);
  const LamportTime horizon = clock.horizon();
  for (LamportTime seen = 50; seen < 900; seen += 50) EXPECT_EQ(clock.witness(seen, horizon), seen <= 101);
  EXPECT_EQ(clock.time(), 102u);
}

TEST(LamportClock, stands_still_at_its_ceiling_and_never_overflows) {
  for (LamportClock clock : {LamportClock(UINT64_MAX, UINT64_MAX), intent_clock(), event_clock()}) {
    const LamportTime before = clock.time();
    for (int i = 0; i < 5'000; ++i) (void)clock.witness(UINT64_MAX);
    EXPECT_GT(clock.time(), before);
    const LamportTime last = clock.time();
    (void)clock.tick();
    EXPECT_GE(clock.time(), last);
    EXPECT_GE(clock.horizon(), clock.time());
  }
  LamportClock intents = intent_clock();
  for (int i = 0; i < 5'000; ++i) (void)intents.witness(UINT64_MAX);
  EXPECT_EQ(intents.time(), UINT32_MAX);
}

}  // namespace
}  // namespace p2p::gossip

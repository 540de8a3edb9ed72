#include "gossip/suspicion.hpp"

#include <gtest/gtest.h>

#include "gossip/awareness.hpp"

namespace p2p::gossip {
namespace {

double shortest_s(std::size_t n) {
  return static_cast<double>(Suspicion::Terms::of({}, n).shortest) / seconds_us;
}
double longest_s(std::size_t n) {
  return static_cast<double>(Suspicion::Terms::of({}, n).longest) / seconds_us;
}

TEST(Suspicion, its_shortest_time_grows_with_the_logarithm_of_the_cluster) {
  EXPECT_DOUBLE_EQ(shortest_s(0), 4);
  EXPECT_DOUBLE_EQ(shortest_s(10), 4);
  EXPECT_DOUBLE_EQ(shortest_s(50), 6.792);
  EXPECT_DOUBLE_EQ(shortest_s(100), 8);
  EXPECT_DOUBLE_EQ(shortest_s(10'000), 16);
}

TEST(Suspicion, its_longest_time_is_six_times_that_but_at_most_40_s) {
  EXPECT_DOUBLE_EQ(longest_s(10), 24);
  EXPECT_DOUBLE_EQ(longest_s(50), 40);
  EXPECT_DOUBLE_EQ(longest_s(10'000), 40);
  SwimConfig config;
  config.suspicion_max_ms = 1'000;
  const Suspicion::Terms terms = Suspicion::Terms::of(config, 10);
  EXPECT_EQ(terms.longest, terms.shortest);  // never below it
}

TEST(Suspicion, in_a_cluster_of_three_nobody_could_confirm_it_so_it_is_short) {
  EXPECT_EQ(Suspicion::Terms::of({}, 3).confirmations, 0u);
  EXPECT_EQ(Suspicion::Terms::of({}, 4).confirmations, 2u);
  EXPECT_EQ(Suspicion(Suspicion::Terms::of({}, 3), "a", 100).deadline(), 100 + 4 * seconds_us);
  EXPECT_EQ(Suspicion(Suspicion::Terms::of({}, 4), "a", 100).deadline(), 100 + 24 * seconds_us);
}

TEST(Suspicion, each_further_accuser_brings_the_end_nearer) {
  Suspicion suspicion({4 * seconds_us, 24 * seconds_us, 2}, "a", 0);
  EXPECT_TRUE(suspicion.confirm("b"));
  EXPECT_EQ(suspicion.deadline(), 11'381 * milliseconds_us);  // 24 - ln 2 / ln 3 * 20, whole ms
  EXPECT_TRUE(suspicion.confirm("c"));
  EXPECT_EQ(suspicion.deadline(), 4 * seconds_us);
}

TEST(Suspicion, an_accuser_counts_once_and_more_than_enough_do_not_count) {
  Suspicion suspicion({4 * seconds_us, 24 * seconds_us, 2}, "a", 0);
  EXPECT_FALSE(suspicion.confirm("a"));
  EXPECT_TRUE(suspicion.confirm("b"));
  EXPECT_FALSE(suspicion.confirm("b"));
  EXPECT_TRUE(suspicion.confirm("c"));
  EXPECT_FALSE(suspicion.confirm("d"));
  EXPECT_FALSE(Suspicion({4, 4, 0}, "a", 0).confirm("b"));
}

TEST(Awareness, stays_between_well_and_worst_and_stretches_intervals) {
  Awareness health(7);
  health.better();
  EXPECT_EQ(health.score(), 0u);
  EXPECT_EQ(health.scale(1000), 1000);
  health.worse(3);
  EXPECT_EQ(health.scale(1000), 4000);
  health.worse(9);
  EXPECT_EQ(health.score(), 7u);
  health.better();
  EXPECT_EQ(health.score(), 6u);
}

}  // namespace
}  // namespace p2p::gossip

// What a whole cluster does, in simulated networks of 5, 20 and 50 nodes.
#include <gtest/gtest.h>

#include "testing/sim_cluster.hpp"

namespace p2p::gossip {
namespace {

using Start = SimCluster::Start;

double median(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  return numbers.empty() ? -1 : numbers[numbers.size() / 2];
}

struct SwimClusterOf : testing::TestWithParam<std::size_t> {};

TEST_P(SwimClusterOf, nodes_that_join_one_seed_all_see_all) {
  SimCluster cluster(GetParam(), 1, Start::joining);
  const double took = cluster.settle(20);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 4);
  for (SimNetwork::Node node = 1; node < GetParam(); ++node) {
    ASSERT_TRUE(cluster.net.last_join(node).has_value());
    EXPECT_FALSE(cluster.net.last_join(node)->error.has_value());
  }
}

TEST_P(SwimClusterOf, a_death_is_noticed_by_all_at_about_the_reference_time) {
  const double reference = GetParam() == 5 ? 5.5 : GetParam() == 20 ? 6.9 : 8.3;
  std::vector<double> medians;
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    SimCluster cluster(GetParam(), seed, Start::joining);
    ASSERT_GE(cluster.settle(30), 0);
    cluster.net.run_for(10 * seconds_us + static_cast<TimePoint>(seed) * 77'777);
    const std::vector<double> noticed = cluster.kill(static_cast<SimNetwork::Node>(seed) % 5);
    ASSERT_EQ(noticed.size(), GetParam() - 1);
    EXPECT_LE(noticed.back(), 60);
    EXPECT_EQ(cluster.false_deaths(), 0u);
    medians.push_back(median(noticed));
  }
  EXPECT_NEAR(median(medians), reference, 0.15 * reference);
}

TEST_P(SwimClusterOf, idling_costs_at_most_two_packets_and_300_bytes_a_second) {
  SimCluster cluster(GetParam(), 3, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.run_for(20 * seconds_us);
  const SimCluster::Rate rate = cluster.idle_for(60);
  EXPECT_LE(rate.packets_s, 2.1);
  EXPECT_LE(rate.bytes_s, 300);
  EXPECT_GE(rate.packets_s, 1.9);  // it did probe
}

TEST_P(SwimClusterOf, nobody_is_believed_dead_in_ten_minutes_with_two_percent_loss) {
  SimCluster cluster(GetParam(), 4, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.weather.loss = 0.02;
  cluster.net.run_for(600 * seconds_us);
  EXPECT_EQ(cluster.false_deaths(), 0u);
  EXPECT_TRUE(cluster.all_see_all());
}

INSTANTIATE_TEST_SUITE_P(Sizes, SwimClusterOf, testing::Values(5, 20, 50),
                         [](const auto& size) { return std::to_string(size.param); });

TEST(SwimCluster, who_leaves_is_known_as_left_everywhere_and_never_as_failed) {
  SimCluster cluster(20, 5, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.leave(7);
  EXPECT_TRUE(cluster.net.run_until([&] { return !cluster.net.runs(7); }, 7 * seconds_us));
  cluster.net.run_for(60 * seconds_us);
  for (SimNetwork::Node node = 0; node < 20; ++node)
    if (node != 7) EXPECT_EQ(cluster.state_of(node, 7), NodeState::left) << node;
  EXPECT_EQ(cluster.told(MemberEventKind::failed), 0u);
}

TEST(SwimCluster, a_node_stopped_for_three_seconds_refutes_and_never_fails) {
  SimCluster cluster(20, 6, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  const std::uint32_t before = cluster.net.core(3).incarnation();
  cluster.net.stop(3);
  cluster.net.run_for(3 * seconds_us);
  cluster.net.go_on(3);
  cluster.net.run_for(30 * seconds_us);
  EXPECT_GT(cluster.net.core(3).incarnation(), before);
  EXPECT_EQ(cluster.false_deaths(), 0u);
  EXPECT_GE(cluster.told(MemberEventKind::alive_again), 1u);
  EXPECT_TRUE(cluster.all_see_all());
}

TEST(SwimCluster, a_node_stopped_for_a_minute_is_failed_and_then_alive_again) {
  SimCluster cluster(20, 7, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.stop(3);
  cluster.net.run_for(25 * seconds_us);
  EXPECT_EQ(cluster.state_of(0, 3), NodeState::dead);
  cluster.net.go_on(3);
  EXPECT_GE(cluster.settle(30), 0);
}

TEST(SwimCluster, a_one_way_cut_between_two_is_no_death) {
  SimCluster cluster(5, 8, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.cut([](SimNetwork::Node from, SimNetwork::Node to) { return from == 1 && to == 2; });
  cluster.net.run_for(120 * seconds_us);
  EXPECT_EQ(cluster.false_deaths(), 0u);
  EXPECT_TRUE(cluster.all_see_all());
}

TEST(SwimCluster, two_sides_of_a_partition_fail_one_another_and_one_join_heals_it) {
  SimCluster cluster(20, 9, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  cluster.net.cut([](SimNetwork::Node from, SimNetwork::Node to) { return (from < 8) != (to < 8); });
  cluster.net.run_for(60 * seconds_us);
  EXPECT_EQ(cluster.net.core(0).members().living(), 8u);
  EXPECT_EQ(cluster.net.core(19).members().living(), 12u);
  cluster.net.heal();
  cluster.net.join(0, 19);
  const double took = cluster.settle(30);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 10);
}

TEST(SwimCluster, a_node_that_was_killed_comes_back_under_its_name) {
  SimCluster cluster(20, 10, Start::joining);
  ASSERT_GE(cluster.settle(30), 0);
  ASSERT_EQ(cluster.kill(4).size(), 19u);
  cluster.net.revive(4);
  cluster.net.join(4, 0);
  const double took = cluster.settle(30);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 10);
}

std::uint64_t trace_of_a_bad_day(std::uint64_t seed) {
  SimCluster cluster(9, seed, Start::joining);
  cluster.net.weather = {.loss = 0.1, .duplicated = 0.1, .late = 0.1};
  cluster.net.run_for(10 * seconds_us);
  cluster.net.kill(2);
  cluster.net.stop(3);
  cluster.net.run_for(20 * seconds_us);
  cluster.net.go_on(3);
  cluster.net.revive(2);
  cluster.net.join(2, 0);
  cluster.net.run_for(20 * seconds_us);
  return cluster.net.trace();
}

TEST(SwimCluster, the_same_seed_is_the_same_run_and_another_is_another) {
  EXPECT_EQ(trace_of_a_bad_day(1), trace_of_a_bad_day(1));
  EXPECT_NE(trace_of_a_bad_day(1), trace_of_a_bad_day(2));
}

TEST(SwimCluster, after_a_bad_day_and_a_minute_of_quiet_all_views_are_equal) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SimCluster cluster(3 + seed % 7, seed, Start::joining);
    ASSERT_GE(cluster.settle(30), 0);
    cluster.net.weather = {.loss = 0.2, .duplicated = 0.1, .late = 0.1};
    cluster.net.cut([&](SimNetwork::Node from, SimNetwork::Node) { return from == seed % 3; });
    cluster.net.run_for(20 * seconds_us);
    cluster.net.weather = {};
    cluster.net.heal();
    for (SimNetwork::Node node = 1; node < cluster.net.size(); ++node) cluster.net.join(node, 0);
    EXPECT_GE(cluster.settle(60), 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace p2p::gossip

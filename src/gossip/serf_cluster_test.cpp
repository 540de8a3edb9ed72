// What whole clusters of SerfCores do, in simulated networks of 5 and 20 nodes; their messages are handed
// over as they are, or go through Codec and Keyring.
#include "testing/serf_cluster.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

using Node = SerfCluster::Node;
using Mode = SerfCluster::Mode;

struct Shape {
  std::size_t n;
  Mode mode;
};

struct SerfClusterOf : testing::TestWithParam<Shape> {};

TEST_P(SerfClusterOf, nodes_that_join_one_seed_all_see_all) {
  SerfCluster nodes(GetParam().n, 1, GetParam().mode);
  const double took = nodes.settle(20);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 4);
  if (nodes.wire() != nullptr) EXPECT_EQ(nodes.wire()->unreadable(), 0u);
}

TEST_P(SerfClusterOf, tags_are_seen_everywhere_in_two_seconds) {
  SerfCluster nodes(GetParam().n, 2, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  ASSERT_TRUE(nodes.set_tags(3, {{"zone", "x"}, {"inst", "4"}}));
  const auto all_see_it = [&] {
    for (Node node = 0; node < nodes.net.size(); ++node)
      if (nodes.tag(node, "n3", "zone") != "x") return false;
    return true;
  };
  EXPECT_FALSE(all_see_it());
  EXPECT_TRUE(nodes.net.run_until(all_see_it, 2 * seconds_us));
  EXPECT_GE(nodes.told(0, MemberEventKind::updated, "n3"), 1u);
}

TEST_P(SerfClusterOf, a_user_event_comes_to_every_node_exactly_once_though_packets_are_lost_and_doubled) {
  SerfCluster nodes(GetParam().n, 3, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.run(8);
  nodes.net.weather = {.loss = 0.1, .duplicated = 0.1, .late = 0.1};
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(nodes.user_event(static_cast<Node>(i) % 5, "deploy", std::to_string(i)));
    nodes.run(0.3);
  }
  nodes.run(60);  // whoever missed one has it from a push/pull by then
  for (Node node = 0; node < nodes.net.size(); ++node)
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(nodes.got(node, "deploy", std::to_string(i)), 1u) << node << " " << i;
}

TEST_P(SerfClusterOf, who_leaves_is_left_and_who_is_killed_is_failed) {
  SerfCluster nodes(GetParam().n, 4, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.run(8);
  nodes.net.leave(1);
  nodes.net.kill(2);
  EXPECT_TRUE(nodes.net.run_until([&] { return !nodes.net.runs(1); }, 11 * seconds_us));
  nodes.run(60);
  for (Node node = 0; node < nodes.net.size(); ++node) {
    if (node == 1 || node == 2) continue;
    EXPECT_EQ(nodes.status(node, "n1"), MemberStatus::left) << node;
    EXPECT_EQ(nodes.status(node, "n2"), MemberStatus::failed) << node;
    EXPECT_EQ(nodes.told(node, MemberEventKind::left, "n1"), 1u) << node;
    EXPECT_EQ(nodes.told(node, MemberEventKind::failed, "n1"), 0u) << node;
    EXPECT_EQ(nodes.told(node, MemberEventKind::failed, "n2"), 1u) << node;
  }
}

TEST_P(SerfClusterOf, a_node_that_left_joins_again) {
  SerfCluster nodes(GetParam().n, 5, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.net.leave(1);
  nodes.run(15);
  ASSERT_FALSE(nodes.net.runs(1));
  nodes.net.revive(1);
  nodes.net.join(1, 0);
  const double took = nodes.settle(30);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 10);
  nodes.run(30);
  EXPECT_TRUE(nodes.all_see_all());
}

TEST_P(SerfClusterOf, a_node_restarted_with_a_new_instance_is_alive_again_everywhere) {
  SerfCluster nodes(GetParam().n, 6, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  const std::string before = nodes.tag(0, "n4", "inst");
  nodes.net.kill(4);
  nodes.run(2);  // nobody has noticed yet
  nodes.net.revive(4);
  nodes.net.join(4, 0);
  nodes.run(10);
  EXPECT_TRUE(nodes.all_see_all());
  for (Node node = 0; node < nodes.net.size(); ++node) {
    EXPECT_NE(nodes.tag(node, "n4", "inst"), before) << node;
    EXPECT_EQ(nodes.tag(node, "n4", "inst"), nodes.tag(4, "n4", "inst")) << node;
  }
}

TEST_P(SerfClusterOf,
       a_partition_that_heals_is_mended_by_reconnecting_within_ten_seconds_of_the_first_contact) {
  SerfCluster nodes(GetParam().n, 7, GetParam().mode);
  ASSERT_GE(nodes.settle(20), 0);
  const Node half = static_cast<Node>(GetParam().n / 2);
  nodes.net.cut([=](Node from, Node to) { return (from < half) != (to < half); });
  nodes.run(70);
  EXPECT_EQ(nodes.serf(0).swim().members().living(), half);
  EXPECT_EQ(nodes.status(0, "n" + std::to_string(GetParam().n - 1)), MemberStatus::failed);
  nodes.net.heal();
  const std::size_t told = nodes.seen.size();
  ASSERT_TRUE(nodes.net.run_until([&] { return nodes.seen.size() > told; }, 90 * seconds_us));  // contact
  const double took = nodes.settle(30);
  EXPECT_GE(took, 0);
  EXPECT_LE(took, 10);
}

INSTANTIATE_TEST_SUITE_P(Shapes, SerfClusterOf,
                         testing::Values(Shape{5, Mode::messages}, Shape{20, Mode::messages},
                                         Shape{5, Mode::bytes}, Shape{20, Mode::bytes}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.n) +
                                  (shape.param.mode == Mode::bytes ? "_in_bytes" : "");
                         });

TEST(SerfCluster, an_event_of_the_time_before_the_first_join_is_not_delivered) {
  SerfCluster nodes(3, 8, Mode::messages);
  ASSERT_GE(nodes.settle(20), 0);
  ASSERT_TRUE(nodes.user_event(0, "before"));
  nodes.run(20);
  const Node late = nodes.net.add("late");
  nodes.net.join(late, 0);
  nodes.run(20);
  ASSERT_TRUE(nodes.user_event(0, "after"));
  nodes.run(20);
  EXPECT_EQ(nodes.got(late, "before"), 0u);
  EXPECT_EQ(nodes.got(late, "after"), 1u);
}

TEST(SerfCluster, events_missed_behind_a_cut_come_once_with_the_next_push_pull) {
  SerfCluster nodes(3, 9, Mode::bytes);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.run(10);
  nodes.net.cut([](Node from, Node to) { return from == 2 || to == 2; });
  ASSERT_TRUE(nodes.user_event(0, "deploy", "v1"));
  nodes.run(3);
  nodes.net.heal();
  nodes.run(60);
  EXPECT_EQ(nodes.got(2, "deploy", "v1"), 1u);
}

TEST(SerfCluster, a_leaver_who_is_alone_leaves_at_once) {
  SerfCluster nodes(1, 10, Mode::messages);
  nodes.run(1);
  nodes.net.leave(0);
  EXPECT_FALSE(nodes.net.runs(0));
}

TEST(SerfCluster, the_intent_to_leave_is_known_before_the_leave) {
  SerfCluster nodes(20, 11, Mode::messages);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.run(8);
  nodes.net.leave(3);
  EXPECT_TRUE(
      nodes.net.run_until([&] { return nodes.status(0, "n3") == MemberStatus::leaving; }, 2 * seconds_us));
  EXPECT_EQ(nodes.serf(0).swim().record("n3")->state, NodeState::alive);
}

TEST(SerfCluster, a_node_that_dies_in_the_middle_of_leaving_has_left) {
  SerfCluster nodes(5, 12, Mode::messages);
  ASSERT_GE(nodes.settle(20), 0);
  nodes.run(8);
  nodes.net.leave(3);
  ASSERT_TRUE(
      nodes.net.run_until([&] { return nodes.status(0, "n3") == MemberStatus::leaving; }, 2 * seconds_us));
  ASSERT_EQ(nodes.serf(0).swim().record("n3")->state, NodeState::alive);
  nodes.net.kill(3);
  nodes.run(60);
  EXPECT_EQ(nodes.status(0, "n3"), MemberStatus::left);
  EXPECT_EQ(nodes.told(0, MemberEventKind::failed, "n3"), 0u);
}

TEST(SerfCluster, whoever_is_forgotten_is_forgotten_by_all) {
  SerfCluster nodes(5, 13, Mode::messages);
  ASSERT_GE(nodes.settle(20), 0);
  EXPECT_EQ(nodes.serf(0).forget(nodes.net.now(), "n4").error().code(), Errc::conflict);
  EXPECT_EQ(nodes.serf(0).forget(nodes.net.now(), "nobody").error().code(), Errc::node_not_found);
  nodes.net.kill(4);
  nodes.run(60);
  ASSERT_TRUE(nodes.serf(0).forget(nodes.net.now(), "n4"));
  nodes.net.poke(0);
  nodes.run(30);
  for (Node node = 0; node < 4; ++node) EXPECT_EQ(nodes.status(node, "n4"), MemberStatus::none) << node;
}

TEST(SerfCluster, a_key_is_changed_by_queries_and_nobody_is_lost) {
  SerfCluster nodes(5, 14, Mode::bytes);
  ASSERT_GE(nodes.settle(20), 0);
  const Bytes old_key(32, 'k'), new_key(32, 'n');
  std::uint32_t id = 0;
  const auto ask_all = [&](std::string name, const Bytes& key) {
    Query query;
    query.ltime = nodes.serf(0).query_time();
    query.id = ++id;
    query.from = nodes.net.info(0)->at;
    query.source_node = "n0";
    query.name = std::move(name);
    query.payload = encode_serf(KeyRequest{key});
    nodes.hear(0, query);
    nodes.run(3);
  };
  ask_all("_serf_install-key", new_key);
  ask_all("_serf_use-key", new_key);
  ask_all("_serf_remove-key", old_key);
  nodes.run(60);
  for (Node node = 0; node < 5; ++node) {
    const auto keys = nodes.wire()->keyring(node).keys();
    ASSERT_EQ(keys.size(), 1u) << node;
    EXPECT_EQ(keys.front(), new_key) << node;
    EXPECT_EQ(nodes.told(0, MemberEventKind::failed, "n" + std::to_string(node)), 0u);
  }
  EXPECT_TRUE(nodes.all_see_all());
}

std::uint64_t trace_of_a_bad_day(std::uint64_t seed) {
  SerfCluster nodes(7, seed, Mode::bytes);
  nodes.net.weather = {.loss = 0.1, .duplicated = 0.1, .late = 0.1};
  nodes.run(10);
  (void)nodes.user_event(1, "deploy", "v1");
  nodes.net.leave(2);
  nodes.run(20);
  return nodes.net.trace();
}

TEST(SerfCluster, the_same_seed_is_the_same_run_and_another_is_another) {
  EXPECT_EQ(trace_of_a_bad_day(1), trace_of_a_bad_day(1));
  EXPECT_NE(trace_of_a_bad_day(1), trace_of_a_bad_day(2));
}

}  // namespace
}  // namespace p2p::gossip

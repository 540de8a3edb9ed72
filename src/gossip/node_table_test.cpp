#include "gossip/node_table.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

NodeInfoPtr named(const std::string& name) { return new NodeInfo(name, Endpoint{}, {}); }

struct NodeTableTest : testing::Test {
  void fill(int n) {
    for (int i = 0; i < n; ++i) (void)table.insert(named("n" + std::to_string(i)), dice);
  }
  void expect_each_is_found(int n) {
    for (int i = 0; i < n; ++i) {
      const NodeTable::Position at = table.find("n" + std::to_string(i));
      ASSERT_NE(at, NodeTable::nowhere) << i;
      EXPECT_EQ(table[at].info->name, "n" + std::to_string(i));
    }
  }
  std::vector<std::string> order() const {
    std::vector<std::string> names;
    for (const Record& record : table.records()) names.push_back(record.info->name);
    return names;
  }
  Dice dice{1};
  NodeTable table;
};

TEST_F(NodeTableTest, every_name_is_found_after_inserts_shuffles_and_removals) {
  EXPECT_EQ(table.find("n0"), NodeTable::nowhere);
  fill(1000);
  expect_each_is_found(1000);
  table.shuffle(dice);
  expect_each_is_found(1000);
  table.erase(table.find("n999"));
  table.forget_if([](const Record& record) { return record.info->name.size() == 4; });  // n100 and above
  expect_each_is_found(100);
  EXPECT_EQ(table.size(), 100u);
  EXPECT_EQ(table.find("n999"), NodeTable::nowhere);
  EXPECT_EQ(table.find("n500"), NodeTable::nowhere);
}

TEST_F(NodeTableTest, a_new_record_is_dead_with_incarnation_zero_and_stands_anywhere) {
  fill(100);
  EXPECT_NE(order().back(), "n99");
  const Record& record = table[table.find("n99")];
  EXPECT_EQ(record.state, NodeState::dead);
  EXPECT_EQ(record.incarnation, 0u);
  EXPECT_EQ(record.status, MemberStatus::none);
}

TEST_F(NodeTableTest, states_are_counted) {
  fill(4);
  table.set_state(table.find("n0"), NodeState::alive, 7);
  table.set_state(table.find("n1"), NodeState::suspect, 7);
  table.set_state(table.find("n2"), NodeState::left, 7);
  EXPECT_EQ(table.living(), 2u);
  EXPECT_EQ(table.count(NodeState::dead), 1u);
  EXPECT_EQ(table.count(NodeState::left), 1u);
  table.erase(table.find("n0"));
  table.forget_if([](const Record& record) { return record.state == NodeState::left; });
  EXPECT_EQ(table.living(), 1u);
  EXPECT_EQ(table.count(NodeState::left), 0u);
}

TEST_F(NodeTableTest, a_state_that_stays_keeps_its_time) {
  fill(1);
  table.set_state(0, NodeState::alive, 7);
  table.set_state(0, NodeState::alive, 9);
  EXPECT_EQ(table[0].changed_ms, 7u);
}

TEST_F(NodeTableTest, a_shuffle_changes_the_order_and_loses_nobody) {
  fill(50);
  const auto before = order();
  table.shuffle(dice);
  EXPECT_NE(order(), before);
  EXPECT_EQ(std::set<std::string>(before.begin(), before.end()).size(), 50u);
}

TEST_F(NodeTableTest, random_picks_are_different_fit_and_come_to_all) {
  for (const int n : {5, 100}) {
    table = NodeTable();
    fill(n);
    std::set<std::string> seen;
    for (int i = 0; i < 20 * n; ++i) {
      const auto picked = table.pick(dice, 3, [](const Record& record) { return record.info->name != "n0"; });
      ASSERT_EQ(picked.size(), 3u);
      EXPECT_EQ(std::set(picked.begin(), picked.end()).size(), 3u);
      for (const auto at : picked) seen.insert(table[at].info->name);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(n - 1));
    EXPECT_FALSE(seen.contains("n0"));
  }
}

TEST_F(NodeTableTest, a_pick_that_nobody_fits_is_empty) {
  fill(100);
  EXPECT_TRUE(table.pick(dice, 3, [](const Record&) { return false; }).empty());
}

}  // namespace
}  // namespace p2p::gossip

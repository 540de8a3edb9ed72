#include "cluster/cluster_view.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

ClusterMember member(std::string id, MemberStatus status, gossip::Tags tags = {}) {
  ClusterMember one;
  one.id = std::move(id);
  one.status = status;
  one.tags = std::move(tags);
  return one;
}

TEST(ClusterView, is_in_order_and_finds_by_id) {
  const ClusterView view(
      {member("b", MemberStatus::dead), member("a", MemberStatus::alive), member("c", MemberStatus::alive)});
  EXPECT_EQ(view.members().front().id, "a");
  ASSERT_NE(view.find("b"), nullptr);
  EXPECT_EQ(view.find("b")->status, MemberStatus::dead);
  EXPECT_EQ(view.find("bb"), nullptr);
  EXPECT_EQ(view.find("d"), nullptr);
  EXPECT_EQ(view.count(MemberStatus::alive), 2U);
  EXPECT_EQ(view.count(MemberStatus::left), 0U);
}

TEST(ClusterView, a_members_tags_are_the_nodes_own_and_the_operators) {
  const ClusterMember one =
      member("a", MemberStatus::alive, {{"role", "worker"}, {"deg", "loop"}, {"zone", "x"}});
  EXPECT_EQ(one.role(), "worker");
  EXPECT_EQ(one.degraded(), "loop");
  EXPECT_FALSE(one.draining());
  EXPECT_EQ(one.own_tags(), (gossip::Tags{{"zone", "x"}}));
  EXPECT_TRUE(member("b", MemberStatus::alive, {{"drain", "1"}}).draining());
}

TEST(ClusterView, every_tag_of_the_nodes_own_is_reserved) {
  for (const std::string_view key : {"role", "ver", "scheme", "svc", "cat", "deg", "drain", "inst"})
    EXPECT_TRUE(is_reserved_tag(key)) << key;
  for (const std::string_view key : {"zone", "disk", "", "roles"}) EXPECT_FALSE(is_reserved_tag(key)) << key;
}

}  // namespace
}  // namespace p2p

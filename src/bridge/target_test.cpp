#include "bridge/target.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using Kind = Target::Kind;

TEST(Target, is_read_from_each_kind_of_selector) {
  EXPECT_EQ(Target::parse("")->kind, Kind::any);
  EXPECT_EQ(Target::parse("auto")->kind, Kind::any);
  EXPECT_EQ(Target::parse("local")->kind, Kind::local);
  EXPECT_EQ(Target::parse("coordinator")->kind, Kind::role);
  EXPECT_EQ(Target::parse("worker")->name, "worker");
  EXPECT_EQ(Target::parse("role:worker")->kind, Kind::role);
  EXPECT_EQ(Target::parse("role:worker")->name, "worker");
  EXPECT_EQ(Target::parse("web-1")->kind, Kind::node);
  EXPECT_EQ(Target::parse("web-1")->name, "web-1");
  const Target tag = Target::parse("tag:disk=ssd").value();
  EXPECT_EQ(tag.kind, Kind::tag);
  EXPECT_EQ(tag.name, "disk");
  EXPECT_EQ(tag.value, "ssd");
  EXPECT_EQ(Target::parse("tag:gpu")->value, "");
}

TEST(Target, a_glob_is_for_broadcasts) {
  for (const std::string_view glob : {"web-*", "*", "web-?", "web-[12]", "role:*"}) {
    const auto target = Target::parse(glob);
    ASSERT_FALSE(target) << glob;
    EXPECT_EQ(target.error().code(), Errc::invalid_params);
    EXPECT_TRUE(target.error().message().ends_with("broadcast")) << glob;
  }
}

TEST(Target, what_is_no_selector_is_refused) {
  for (const std::string& wrong :
       {std::string("role:boss"), std::string("tag:"), std::string("tag:=x"), std::string("a b"),
        std::string("web/1"), std::string(129, 'n'), std::string("zone:1")}) {
    const auto target = Target::parse(wrong);
    ASSERT_FALSE(target) << wrong;
    EXPECT_EQ(target.error().code(), Errc::invalid_params) << wrong;
  }
}

TEST(Target, this_node_is_met_by_its_id_its_role_and_local) {
  const Self self{"node-1", "coordinator"};
  for (const std::string_view here : {"", "auto", "local", "node-1", "coordinator", "role:coordinator"})
    EXPECT_TRUE(runs_here(*Target::parse(here), self)) << here;
}

TEST(Target, this_node_is_met_by_the_tags_it_has_now) {
  NodeTags tags;
  tags.set({{"disk", "ssd"}, {"gpu", ""}});
  const Self self{"node-1", "coordinator", &tags};
  for (const std::string_view here : {"tag:disk=ssd", "tag:disk", "tag:gpu"})
    EXPECT_TRUE(runs_here(*Target::parse(here), self)) << here;
  for (const std::string_view there : {"tag:disk=hdd", "tag:gpu=1", "tag:zone"})
    EXPECT_FALSE(runs_here(*Target::parse(there), self)) << there;
  tags.set({{"disk", "hdd"}});
  EXPECT_TRUE(runs_here(*Target::parse("tag:disk=hdd"), self));
  EXPECT_FALSE(runs_here(*Target::parse("tag:gpu"), self));
}

TEST(Target, another_node_is_not_reached_and_the_error_says_which_node_this_is) {
  const Self self{"node-1", "coordinator"};
  for (const std::string_view there : {"node-2", "worker", "role:worker", "tag:disk=ssd"}) {
    const auto result = runs_here(*Target::parse(there), self);
    ASSERT_FALSE(result) << there;
    EXPECT_EQ(result.error().code(), Errc::node_not_found);
    EXPECT_NE(result.error().message().find("this node is node-1 (coordinator)"), std::string::npos);
  }
}

}  // namespace
}  // namespace p2p

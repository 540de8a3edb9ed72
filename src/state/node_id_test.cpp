#include "state/node_id.hpp"

#include <string>

#include <gtest/gtest.h>

#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;

struct NodeIdTest : testing::Test {
  TempFolder folder;
  StateDir state = std::move(*StateDir::open(folder / "state"));

  std::string settle(std::string_view given, std::string_view role = "coordinator") {
    const auto id = settle_node_id(state, 8001, given, role);
    return id ? *id : std::string(errc_name(id.error().code())) + ": " + id.error().message();
  }
};

TEST_F(NodeIdTest, is_role_and_port_when_nobody_says_otherwise) {
  EXPECT_EQ(settle(""), "coordinator-8001");
  EXPECT_EQ(content(folder / "state/nodes/8001/node_id"), "coordinator-8001\n");
  EXPECT_EQ(settle("", "worker"), "worker-8001") << "a default of another role is not taken over";
}

TEST_F(NodeIdTest, a_given_name_is_remembered) {
  EXPECT_EQ(settle("alpha"), "alpha");
  EXPECT_EQ(settle(""), "alpha");
  EXPECT_EQ(settle("", "worker"), "alpha");
  EXPECT_EQ(settle("beta"), "beta");
  EXPECT_EQ(settle(""), "beta");
}

TEST_F(NodeIdTest, each_port_has_its_own) {
  EXPECT_EQ(settle("alpha"), "alpha");
  EXPECT_EQ(*settle_node_id(state, 8002, "", "worker"), "worker-8002");
}

TEST_F(NodeIdTest, a_name_that_is_none_is_refused) {
  for (const char* wrong : {"Alpha", "-a", ".a", "a b", "a/b", "..", "a\n", "\xC3\xA9"}) {
    EXPECT_TRUE(settle(wrong).starts_with("invalid_params: node id '")) << wrong;
  }
  EXPECT_TRUE(is_node_id(std::string(63, 'a')));
  EXPECT_FALSE(is_node_id(std::string(64, 'a')));
  EXPECT_FALSE(is_node_id(""));
}

TEST_F(NodeIdTest, a_damaged_file_is_named_and_a_given_name_repairs_it) {
  ASSERT_EQ(settle("alpha"), "alpha");
  put(folder / "state/nodes/8001/node_id", "");
  EXPECT_TRUE(settle("").starts_with("unavailable: " + (folder / "state/nodes/8001/node_id").native()));
  EXPECT_EQ(settle("alpha"), "alpha");
  EXPECT_EQ(settle(""), "alpha");
}

}  // namespace
}  // namespace p2p

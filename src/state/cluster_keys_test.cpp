#include "state/cluster_keys.hpp"

#include <string>

#include <gtest/gtest.h>

#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;

struct ClusterKeysTest : testing::Test {
  TempFolder folder;
  SystemRandom random;
  StateDir state = std::move(*StateDir::open(folder / "state"));

  std::string problem() {
    const auto keys = load_cluster_keys(state, random);
    return keys ? "loaded" : keys.error().message();
  }
};

TEST_F(ClusterKeysTest, are_made_at_the_first_start_and_stay) {
  const auto first = load_cluster_keys(state, random);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(first->cluster_id.size(), 32U);
  EXPECT_EQ(first->cluster_key.size(), 32U);
  EXPECT_EQ(first->jwt_seed.size(), 32U);
  EXPECT_NE(first->cluster_key.reveal(), first->jwt_seed.reveal());
  const auto again = load_cluster_keys(state, random);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->cluster_id, first->cluster_id);
  EXPECT_EQ(again->cluster_key.reveal(), first->cluster_key.reveal());
  EXPECT_EQ(again->jwt_seed.reveal(), first->jwt_seed.reveal());
}

TEST_F(ClusterKeysTest, another_directory_is_another_cluster) {
  const auto other = StateDir::open(folder / "other");
  ASSERT_TRUE(other);
  EXPECT_NE(load_cluster_keys(state, random)->cluster_id, load_cluster_keys(*other, random)->cluster_id);
}

TEST_F(ClusterKeysTest, a_lost_file_is_named_and_never_made_anew) {
  ASSERT_EQ(problem(), "loaded");
  ASSERT_TRUE(state.directory("nodes/8001"));
  for (const char* name : {"cluster.key", "jwt/ed25519.seed", "cluster.json"}) {
    const auto path = folder / "state" / name;
    const std::string good = content(path);
    std::filesystem::remove(path);
    EXPECT_NE(problem().find(std::string(name) + ": is missing"), std::string::npos) << problem();
    EXPECT_FALSE(std::filesystem::exists(path)) << name;
    put(path, good);
    EXPECT_EQ(problem(), "loaded");
  }
}

TEST_F(ClusterKeysTest, a_torn_file_is_named_and_never_made_anew) {
  ASSERT_EQ(problem(), "loaded");
  for (const char* name : {"cluster.key", "jwt/ed25519.seed", "cluster.json"}) {
    const auto path = folder / "state" / name;
    const std::string good = content(path);
    for (const std::string& torn :
         {std::string(), good.substr(0, good.size() / 2), good + "x", std::string(32, '\0')}) {
      put(path, torn);
      EXPECT_NE(problem().find(path.native() + ": is damaged ("), std::string::npos) << problem();
      EXPECT_EQ(content(path), torn);
    }
    put(path, good);
    EXPECT_EQ(problem(), "loaded");
  }
}

TEST_F(ClusterKeysTest, a_cluster_file_of_another_format_is_refused) {
  put(folder / "state/cluster.json", R"({"cluster_id":"9f2c41d07be8a6135c0e7d44b1a2f386","format":2})");
  EXPECT_NE(problem().find("has another format than 1"), std::string::npos);
  for (const char* wrong :
       {R"({"format":1})", R"({"cluster_id":7,"format":1})", R"({"cluster_id":"../..","format":1})",
        R"({"cluster_id":"9F2C41D07BE8A6135C0E7D44B1A2F386","format":1})", "[]"}) {
    put(folder / "state/cluster.json", wrong);
    EXPECT_NE(problem().find("is damaged"), std::string::npos) << wrong;
  }
}

}  // namespace
}  // namespace p2p

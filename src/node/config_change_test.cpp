#include "node/config_change.hpp"

#include <gtest/gtest.h>

#include "node/config_text.hpp"

namespace p2p {
namespace {

TEST(ConfigChange, what_a_running_node_takes_moves_over_with_its_origin) {
  Config running, fresh;
  fresh.log_level = LogLevel::debug;
  fresh.tags = {{"zone", "b"}};
  fresh.origins = {{"log.level", "a.toml:3"}};
  const auto changes = take_changes(running, std::move(fresh));
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].key->name, "node.tags");
  EXPECT_EQ(changes[1].key->name, "log.level");
  EXPECT_EQ(changes[1].from, "\"info\"");
  EXPECT_EQ(changes[1].to, "\"debug\"");
  EXPECT_TRUE(changes[1].taken);
  EXPECT_EQ(running.log_level, LogLevel::debug);
  EXPECT_EQ(running.tags.at("zone"), "b");
  EXPECT_EQ(running.origins.at("log.level"), "a.toml:3");
  EXPECT_TRUE(running.after_restart.empty());
}

TEST(ConfigChange, what_needs_a_restart_stays_and_is_named_each_time) {
  Config running;
  for (int time = 0; time < 2; ++time) {
    Config fresh;
    fresh.port = 9001;
    fresh.origins = {{"node.port", "a.toml:3"}};
    const auto changes = take_changes(running, std::move(fresh));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_FALSE(changes[0].taken);
    EXPECT_FALSE(running.port);
    EXPECT_EQ(origin_of(running, *find_config_key("node.port")), "default");
    EXPECT_EQ(running.after_restart.at("node.port"), "9001");
  }
  EXPECT_TRUE(take_changes(running, Config{}).empty()) << "it was taken back";
  EXPECT_TRUE(running.after_restart.empty());
}

TEST(ConfigChange, the_same_value_from_elsewhere_is_no_change_but_another_origin) {
  Config running, fresh;
  running.port = fresh.port = 9001;
  running.origins = {{"node.port", "flag --port"}};
  fresh.origins = {{"node.port", "a.toml:3"}};
  EXPECT_TRUE(take_changes(running, std::move(fresh)).empty());
  EXPECT_EQ(running.origins.at("node.port"), "a.toml:3");
}

TEST(ConfigChange, another_secret_is_noticed_though_it_looks_alike) {
  Config running, fresh;
  running.jwt_secret.emplace("0123456789abcdefghijklmnopqrstuv");
  fresh.jwt_secret.emplace("0123456789abcdefghijklmnopqrstuw");
  const auto changes = take_changes(running, std::move(fresh));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_FALSE(changes[0].taken);
  EXPECT_EQ(changes[0].to, "(set, 32 characters)");
  EXPECT_EQ(running.jwt_secret->reveal(), "0123456789abcdefghijklmnopqrstuv");
}

}  // namespace
}  // namespace p2p

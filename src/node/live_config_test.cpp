#include "node/live_config.hpp"

#include <gtest/gtest.h>

#include "testing/capture_log.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

struct Kit {
  ManualClock clock;
  ManualExecutor loop{clock};
  CaptureLog log;
  std::vector<std::size_t> applied;  // how many changes each time
  int readings = 0;
};

LiveConfig::Apply noting(Kit& kit) {
  return [&kit](const std::vector<ConfigChange>& changes) { kit.applied.push_back(changes.size()); };
}

TEST(LiveConfig, a_reading_on_the_pool_changes_what_may_change_and_says_so) {
  Kit kit;
  LiveConfig live(
      {},
      [&]() -> Result<Config> {
        EXPECT_FALSE(kit.loop.on_loop());
        Config fresh;
        fresh.log_level = LogLevel::debug;
        fresh.port = 9001;
        fresh.origins = {{"log.level", "a.toml:3"}};
        fresh.notes = {"P2P_X is no setting"};
        return fresh;
      },
      kit.loop, kit.log);
  live.on_change(noting(kit));
  live.reload();
  EXPECT_EQ(live.now().log_level, LogLevel::info) << "not before it was read";
  kit.loop.run_pool();
  EXPECT_EQ(live.now().log_level, LogLevel::debug);
  EXPECT_FALSE(live.now().port);
  EXPECT_EQ(kit.applied, (std::vector<std::size_t>{2}));
  EXPECT_TRUE(kit.log.has("INFO | Config | log.level is \"debug\" now, was \"info\" (a.toml:3)"))
      << kit.log.text();
  EXPECT_TRUE(kit.log.has("WARN | Config | node.port would be 9001 now, but stays ")) << kit.log.text();
  EXPECT_TRUE(kit.log.has("WARN | Config | P2P_X is no setting")) << kit.log.text();
}

TEST(LiveConfig, one_mistake_keeps_all_that_was) {
  Kit kit;
  LiveConfig live(
      {},
      []() -> Result<Config> {
        return fail(
            Errc::invalid_params, "the configuration has 2 mistakes",
            Value{{"errors", Value::array({Value{{"pointer", "a.toml:9:1"}, {"detail", "unknown key"}},
                                           Value{{"pointer", "a.toml:10:1"}, {"detail", "another"}}})}});
      },
      kit.loop, kit.log);
  live.on_change(noting(kit));
  live.reload();
  kit.loop.run_pool();
  EXPECT_TRUE(kit.applied.empty());
  EXPECT_TRUE(kit.log.has("ERROR | Config | a.toml:9:1: unknown key")) << kit.log.text();
  EXPECT_TRUE(kit.log.has("ERROR | Config | a.toml:10:1: another")) << kit.log.text();
  EXPECT_TRUE(kit.log.has("nothing is changed")) << kit.log.text();
}

TEST(LiveConfig, requests_during_a_reading_are_one_more_reading) {
  Kit kit;
  LiveConfig live(
      {},
      [&]() -> Result<Config> {
        ++kit.readings;
        return Config{};
      },
      kit.loop, kit.log);
  live.on_change(noting(kit));
  for (int i = 0; i < 5; ++i) live.reload();
  for (int i = 0; i < 5; ++i) kit.loop.run_pool();
  EXPECT_EQ(kit.readings, 2);
  EXPECT_EQ(kit.log.count("nothing has changed"), 2U);
}

TEST(LiveConfig, a_node_that_is_gone_takes_no_answer) {
  Kit kit;
  {
    LiveConfig live({}, []() -> Result<Config> { return Config{}; }, kit.loop, kit.log);
    live.reload();
  }
  kit.loop.run_pool();
  EXPECT_EQ(kit.log.text(), "");
}

TEST(LiveConfig, without_a_reader_nothing_happens) {
  Kit kit;
  LiveConfig live({}, {}, kit.loop, kit.log);
  live.reload();
  EXPECT_EQ(kit.loop.held(), 0U);
}

}  // namespace
}  // namespace p2p

#include "cli/config_reader.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli/config_sources.hpp"
#include "node/config_text.hpp"
#include "node/live_config.hpp"

namespace p2p {
namespace {

constexpr const char* strong = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr const char* other = "zyxwvutsrqponmlkjihgfedcba9876543210";

class ConfigReading : public testing::Test {
 protected:
  ConfigReading() {
    std::string name = testing::TempDir() + "config-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ConfigReading() override { std::filesystem::remove_all(folder_); }

  std::string put(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + '/' + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  /// The lines of the error; empty when there is none.
  std::vector<std::string> mistakes(const Result<Config>& config) {
    return config ? std::vector<std::string>{} : config_mistakes(config.error());
  }
  std::vector<std::string> in_toml(const std::string& text) {
    ConfigReader reader({});
    reader.take_toml(text, "c.toml");
    return mistakes(reader.finish());
  }

  std::string origin(const Config& config, std::string_view key) {
    return std::string(origin_of(config, *find_config_key(key)));
  }

  std::string folder_;
};

using Lines = std::vector<std::string>;

TEST_F(ConfigReading, a_flag_goes_before_a_variable_a_variable_before_files_the_named_file_before_the_other) {
  const std::string below = put(
      "a.toml", "[http]\nmax_body = 1024\nper_ip = 1\n[call]\nmax_in_flight = 1\n[log]\nlevel = \"warn\"");
  const std::string above =
      put("b.toml", "[http]\nper_ip = 2\n[call]\nmax_in_flight = 2\n[log]\nlevel = \"error\"");
  ConfigSources sources;
  sources.files = {{below}, {above, true}};
  sources.environment.set("P2P_CALL_MAX_IN_FLIGHT", "3").set("P2P_LOG_LEVEL", "info");
  sources.flags = {{"log.level", "--verbose", {"debug"}}};
  const Result<Config> config = sources.read();
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->http.body, 1024U);
  EXPECT_EQ(config->http.connections_per_ip, 2U);
  EXPECT_EQ(config->max_in_flight, 3U);
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(origin(*config, "http.max_body"), below + ":2");
  EXPECT_EQ(origin(*config, "http.per_ip"), above + ":2");
  EXPECT_EQ(origin(*config, "call.max_in_flight"), "env P2P_CALL_MAX_IN_FLIGHT");
  EXPECT_EQ(origin(*config, "log.level"), "flag --verbose");
  EXPECT_EQ(origin(*config, "node.port"), "default");
}

TEST_F(ConfigReading, the_same_sources_read_again_see_a_file_that_has_changed) {
  ConfigSources sources;
  sources.files = {{put("a.toml", "[http]\nper_ip = 1")}};
  EXPECT_EQ(sources.read()->http.connections_per_ip, 1U);
  put("a.toml", "[http]\nper_ip = 2");
  EXPECT_EQ(sources.read()->http.connections_per_ip, 2U);
}

TEST_F(ConfigReading, every_mistake_of_a_file_is_told_with_its_place) {
  EXPECT_EQ(
      in_toml("port = 1\n"
              "[http]\nmax_bodi = 1\nmax_body = \"99MiB\"\n"
              "[gossip]\ninterval = \"3s\"\n"
              "[nothing]\n"
              "[log]\nlevel = 1979-05-27\n"
              "[node]\nport = \"8001\"\n"),
      (Lines{"c.toml:1:1: unknown key 'port'; did you mean 'node.port'?",
             "c.toml:3:1: unknown key 'http.max_bodi'; did you mean 'http.max_body'?",
             "c.toml:4:12: http.max_body = \"99MiB\" must be a size from 1KiB to 16MiB",
             "c.toml:6:1: gossip.interval has no meaning before nodes can join one another",
             "c.toml:7:2: unknown section 'nothing'",
             "c.toml:9:9: log.level is a date or time; it must be one of trace, debug, info, warn, error",
             "c.toml:11:8: node.port = \"8001\" must be a whole number from 0 to 65535"}));
}

TEST_F(ConfigReading, a_broken_file_has_the_place_of_the_break) {
  EXPECT_EQ(in_toml("[http]\nmax_body = = 1"),
            (Lines{"c.toml:2:12: a value is expected here; texts stand in quotes"}));
  EXPECT_EQ(in_toml("http = 3"), (Lines{"c.toml:1:1: 'http' is a section: write [http]"}));
  EXPECT_EQ(in_toml("[[http]]\nper_ip = 1"), (Lines{"c.toml:1:3: 'http' is a section: write [http]"}));
}

TEST_F(ConfigReading, of_very_many_mistakes_twenty_are_told_and_the_rest_counted) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "x" + std::to_string(i) + " = 1\n";
  const Lines lines = in_toml(text);
  ASSERT_EQ(lines.size(), 21U);
  EXPECT_EQ(lines.back(), "and 30 more: mend these first");
}

TEST_F(ConfigReading, a_named_file_must_be_there_and_the_systems_need_not) {
  ConfigReader reader({});
  reader.take_file(folder_ + "/none", false);
  reader.take_file(folder_ + "/named", true);
  EXPECT_EQ(mistakes(reader.finish()), (Lines{folder_ + "/named: there is no such file"}));
}

TEST_F(ConfigReading, a_file_that_others_may_change_is_not_believed) {
  ConfigReader reader({});
  const std::string path = put("a.toml", "", 0664);
  reader.take_file(path, true);
  reader.take_file(folder_, true);
  EXPECT_EQ(mistakes(reader.finish()), (Lines{path + ": others may change it; run: chmod go-w " + path,
                                              folder_ + ": is no regular file"}));
}

TEST_F(ConfigReading, a_password_in_a_file_that_everybody_may_read_is_a_mistake) {
  const std::string text = "[cache]\nredis_url = \"redis://u:geheim@h\"", path = put("a.toml", text, 0644);
  ConfigReader open({}), closed({});
  open.take_file(path, true);
  const Lines lines = mistakes(open.finish());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("run: chmod o-r " + path), std::string::npos) << lines[0];
  EXPECT_EQ(lines[0].find("geheim"), std::string::npos);
  put("a.toml", text, 0640);
  closed.take_file(path, true);
  EXPECT_EQ(closed.finish()->redis_url, "redis://u:geheim@h");
}

TEST_F(ConfigReading, a_mistaken_variable_or_flag_is_told_with_its_text) {
  ConfigReader reader({});
  reader.take_environment(Environment().set("P2P_NODE_PORT", "abc").set("REDIS_URL", "geheim@nowhere"));
  const FlagSetting flags[] = {{"node.port", "--port", {"abc"}},
                               {"cache.redis_url", "--redis-url", {"geheim"}}};
  reader.take_flags(flags);
  const Lines lines = mistakes(reader.finish());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "P2P_NODE_PORT=abc: must be a whole number from 0 to 65535");
  EXPECT_TRUE(lines[1].starts_with("REDIS_URL: must be redis://")) << lines[1];
  EXPECT_EQ(lines[2], "--port abc: must be a whole number from 0 to 65535");
  EXPECT_TRUE(lines[3].starts_with("--redis-url: must be redis://")) << lines[3];
}

TEST_F(ConfigReading, only_mistakes_of_flags_alone_are_mistakes_of_usage) {
  const FlagSetting flags[] = {{"node.port", "--port", {"abc"}}};
  ConfigReader one({}), two({});
  one.take_flags(flags);
  EXPECT_EQ(one.finish().error().detail()["usage"], Value(true));
  two.take_flags(flags);
  two.take_environment(Environment().set("P2P_NODE_PORT", "abc"));
  EXPECT_EQ(two.finish().error().detail()["usage"], Value(false));
}

TEST_F(ConfigReading, the_seeds_names_go_before_ours_and_nothing_is_not_set_but_for_redis) {
  ConfigReader reader({});
  reader.take_environment(Environment()
                              .set("SERVICES_DIR", "/seed")
                              .set("P2P_SERVICES_DIR", "/ours")
                              .set("P2P_STATE_DIR", "/state")
                              .set("P2P_NODE_ADDRESS", "")
                              .set("REDIS_URL", ""));
  const Result<Config> config = reader.finish();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->services_dir, "/seed");
  EXPECT_EQ(origin(*config, "services.dir"), "env SERVICES_DIR");
  EXPECT_EQ(config->state_dir, "/state");
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->redis_url, "");
}

TEST_F(ConfigReading, a_variable_that_looks_like_a_setting_and_is_none_is_noted) {
  ConfigReader reader({});
  reader.take_environment(Environment()
                              .set("P2P_LOG_LEVL", "debug")
                              .set("P2P_NODE_SERVICE_HOST", "10.0.0.1")
                              .set("P2P_COORD", "127.0.0.1:1")
                              .set("P2P_ADMIN", "/x")
                              .set("P2P_CONFIG", "/x"));
  const Result<Config> config = reader.finish();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->notes, (Lines{"P2P_LOG_LEVL is no setting and has no effect; did you mean P2P_LOG_LEVEL?",
                                  "P2P_NODE_SERVICE_HOST is no setting and has no effect"}));
  ConfigReader reserved({});
  reserved.take_environment(Environment().set("P2P_GOSSIP_INTERVAL", "5s"));
  EXPECT_EQ(mistakes(reserved.finish()),
            (Lines{"P2P_GOSSIP_INTERVAL: gossip.interval has no meaning before nodes can join one another"}));
}

TEST_F(ConfigReading, the_secret_comes_from_the_first_place_that_has_one) {
  put("jwt_secret", "credential-" + std::string(strong) + '\n');
  const std::string settings = put("settings", "settings-" + std::string(strong));
  Environment environment;
  const auto secret = [&] {
    ConfigReader reader({});
    reader.take_toml("[auth]\nsecret_file = \"" + settings + "\"", "c.toml");
    reader.take_secrets(environment);
    Result<Config> config = reader.finish();
    EXPECT_TRUE(config) << config.error().message();
    return std::string(config->jwt_secret->reveal()) + " from " + origin(*config, "auth.secret_file");
  };
  EXPECT_EQ(secret(), "settings-" + std::string(strong) + " from c.toml:2");
  environment.set("CREDENTIALS_DIRECTORY", folder_);
  EXPECT_EQ(secret(), "credential-" + std::string(strong) + " from env CREDENTIALS_DIRECTORY (" + folder_ +
                          "/jwt_secret)");
  const std::string file = put("file", "file-" + std::string(strong) + "\r\n");
  environment.set("JWT_SECRET_KEY_FILE", file);
  EXPECT_EQ(secret(), "file-" + std::string(strong) + " from env JWT_SECRET_KEY_FILE (" + file + ')');
  environment.set("JWT_SECRET_KEY", strong);
  EXPECT_EQ(secret(), std::string(strong) + " from env JWT_SECRET_KEY");
}

TEST_F(ConfigReading, without_any_place_there_is_no_secret) {
  ConfigReader reader({});
  reader.take_secrets(Environment().set("CREDENTIALS_DIRECTORY", folder_));
  EXPECT_FALSE(reader.finish()->jwt_secret);
}

TEST_F(ConfigReading, a_secret_that_others_may_read_or_that_is_weak_is_refused_and_not_shown) {
  const std::string open = put("open", strong, 0644), weak = put("weak", "geheim");
  const auto refused = [&](const std::string& path) {
    ConfigReader reader({});
    reader.take_secrets(Environment().set("JWT_SECRET_KEY_FILE", path));
    const Lines lines = mistakes(reader.finish());
    return lines.empty() ? std::string() : lines.front();
  };
  EXPECT_EQ(refused(open),
            "JWT_SECRET_KEY_FILE: " + open + ": everybody may read the secret; run: chmod 600 " + open);
  EXPECT_TRUE(refused(weak).starts_with(weak + ": the secret has 6 bytes, it needs at least 32"))
      << refused(weak);
  EXPECT_EQ(refused(weak).find("geheim"), std::string::npos);
  EXPECT_EQ(refused(folder_ + "/none"), "JWT_SECRET_KEY_FILE: " + folder_ + "/none: there is no such file");
}

TEST_F(ConfigReading, the_secret_before_may_still_verify) {
  ConfigReader reader({}), alone({});
  reader.take_secrets(Environment().set("JWT_SECRET_KEY", strong).set("JWT_SECRET_KEY_PREVIOUS", other));
  EXPECT_EQ(reader.finish()->jwt_previous->reveal(), other);
  alone.take_secrets(Environment().set("JWT_SECRET_KEY_PREVIOUS", other));
  EXPECT_EQ(mistakes(alone.finish()),
            (Lines{"JWT_SECRET_KEY_PREVIOUS: means nothing without JWT_SECRET_KEY"}));
}

TEST_F(ConfigReading, a_redis_url_may_lie_in_a_file_of_its_own) {
  const std::string file = put("url", "redis://u:geheim@h\n");
  ConfigReader reader({}), both({});
  reader.take_environment(Environment().set("REDIS_URL_FILE", file));
  const Result<Config> config = reader.finish();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->redis_url, "redis://u:geheim@h");
  EXPECT_EQ(origin(*config, "cache.redis_url"), "env REDIS_URL_FILE (" + file + ')');
  both.take_environment(Environment().set("REDIS_URL_FILE", file).set("REDIS_URL", "redis://plain"));
  EXPECT_EQ(both.finish()->redis_url, "redis://plain");
}

TEST_F(ConfigReading, a_file_over_its_bound_is_not_read) {
  ConfigReader reader({});
  const std::string path = put("a.toml", std::string(ConfigReader::file_bytes + 1, '#'));
  reader.take_file(path, true);
  EXPECT_EQ(mistakes(reader.finish()), (Lines{path + ": is over 1048576 bytes, which is too large"}));
}

TEST(NodeEnvironment, takes_the_secrets_out_of_the_process) {
  ::setenv("JWT_SECRET_KEY", strong, 1);
  ::setenv("P2P_NODE_PORT", "9001", 1);
  const Environment taken = Environment::take();
  EXPECT_EQ(taken.get("JWT_SECRET_KEY"), strong);
  EXPECT_EQ(taken.get("P2P_NODE_PORT"), "9001");
  EXPECT_EQ(::getenv("JWT_SECRET_KEY"), nullptr);
  EXPECT_NE(::getenv("P2P_NODE_PORT"), nullptr);
  ::unsetenv("P2P_NODE_PORT");
}

TEST(NodeEnvironment, the_state_directory_follows_the_users_wishes) {
  EXPECT_EQ(usual_state_dir(Environment().set("HOME", "/h").set("XDG_STATE_HOME", "/x")), "/x/p2p_admin");
  EXPECT_EQ(usual_state_dir(Environment().set("HOME", "/h")), "/h/.local/state/p2p_admin");
  EXPECT_EQ(usual_state_dir(Environment()), "/var/lib/p2p_admin");
}

}  // namespace
}  // namespace p2p

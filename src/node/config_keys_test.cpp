#include "node/config_keys.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/toml.hpp"
#include "node/config_text.hpp"

namespace p2p {
namespace {

const ConfigKey& key(std::string_view name) {
  const ConfigKey* found = find_config_key(name);
  EXPECT_NE(found, nullptr) << name;
  return found == nullptr ? config_keys().front() : *found;
}

/// Why the value is refused; empty when it is taken.
std::string refusal(std::string_view name, const Value& value) {
  Config config;
  const Result<void> read = key(name).read(key(name), config, value);
  return read ? "" : read.error().message();
}

std::string text_refusal(std::string_view name, std::string_view text) {
  const Result<Value> value = value_of_text(key(name), text);
  return value ? refusal(name, *value) : value.error().message();
}

TEST(ConfigKeys, each_stands_once_and_has_all_that_is_shown_of_it) {
  std::set<std::string> names, variables;
  for (const ConfigKey& one : config_keys()) {
    EXPECT_TRUE(names.insert(std::string(one.name)).second) << one.name;
    EXPECT_TRUE(variables.insert(config_env(one.name)).second) << one.name;
    EXPECT_FALSE(one.cost.empty()) << one.name;
    EXPECT_FALSE(one.cost.ends_with('.')) << one.name << ": whoever shows it writes the full stop";
    EXPECT_FALSE(wanted_text(one).empty()) << one.name;
    EXPECT_NE(one.read, nullptr);
    EXPECT_NE(one.get, nullptr);
    EXPECT_NE(one.same, nullptr);
    EXPECT_NE(one.move, nullptr);
    EXPECT_TRUE(reserved_config_key(one.name).empty()) << one.name << " cannot be refused and exist";
  }
}

TEST(ConfigKeys, keys_of_a_section_stand_together) {
  std::set<std::string_view> seen;
  std::string_view section;
  for (const ConfigKey& one : config_keys()) {
    if (one.section() == section) continue;
    section = one.section();
    EXPECT_TRUE(seen.insert(section).second) << section << " begins twice";
  }
}

TEST(ConfigKeys, a_default_is_a_value_that_could_have_been_set) {
  for (const ConfigKey& one : config_keys()) {
    Config config;
    const Value value = one.get(config);
    if (value.is_null() || one.name == "node.state_dir") {
      EXPECT_FALSE(one.standard.empty()) << one.name << " has no default to show";
      continue;
    }
    const Result<void> read = one.read(one, config, value);
    EXPECT_TRUE(read) << one.name << ' ' << read.error().message();
    EXPECT_TRUE(one.same(config, Config{})) << one.name;
  }
}

TEST(ConfigKeys, variables_are_named_by_section_and_key) {
  EXPECT_EQ(config_env("node.port"), "P2P_NODE_PORT");
  EXPECT_EQ(config_env("http.max_body"), "P2P_HTTP_MAX_BODY");
  EXPECT_EQ(key("cache.redis_url").seed_env, "REDIS_URL");
  EXPECT_EQ(key("services.dir").seed_env, "SERVICES_DIR");
  EXPECT_EQ(key("node.state_dir").seed_env, "P2P_STATE_DIR");
}

TEST(ConfigKeys, numbers_are_held_to_their_range) {
  EXPECT_EQ(refusal("node.port", 0), "");
  EXPECT_EQ(refusal("node.port", 65535), "");
  EXPECT_EQ(refusal("node.port", 65536), "must be a whole number from 0 to 65535");
  EXPECT_EQ(refusal("node.port", -1), "must be a whole number from 0 to 65535");
  EXPECT_EQ(refusal("node.port", "8001"), "must be a whole number from 0 to 65535") << "a text is no number";
  EXPECT_EQ(refusal("node.port", 8001.0), "must be a whole number from 0 to 65535");
  EXPECT_EQ(refusal("node.threads", 0), "must be a whole number from 1 to 64");
}

TEST(ConfigKeys, durations_are_texts_or_seconds_within_their_range) {
  EXPECT_EQ(refusal("services.scan_interval", "90s"), "");
  EXPECT_EQ(refusal("services.scan_interval", 90), "");
  EXPECT_EQ(refusal("services.scan_interval", "999ms"), "must be a duration from 1s to 1h");
  EXPECT_EQ(refusal("services.scan_interval", "soon"), "must be a duration from 1s to 1h");
  EXPECT_EQ(refusal("services.scan_interval", true), "must be a duration from 1s to 1h");
  EXPECT_EQ(refusal("auth.token_ttl", "25h"), "must be a duration from 1s to 24h");
  EXPECT_EQ(refusal("auth.token_ttl", "1500ms"), "must be whole seconds");
  EXPECT_EQ(refusal("node.drain_timeout", "1us"), "must be whole milliseconds");
  EXPECT_EQ(refusal("system.sample_interval", "100ms"), "must be a duration from 250ms to 1m");
}

TEST(ConfigKeys, sizes_are_texts_or_bytes_within_their_range) {
  EXPECT_EQ(refusal("http.max_body", "16MiB"), "");
  EXPECT_EQ(refusal("http.max_body", 4096), "");
  EXPECT_EQ(refusal("http.max_body", "17MiB"), "must be a size from 1KiB to 16MiB");
  EXPECT_EQ(refusal("http.max_body", "2MB"), "must be a size from 1KiB to 16MiB");
}

TEST(ConfigKeys, words_are_one_of_their_list) {
  EXPECT_EQ(refusal("log.level", "debug"), "");
  EXPECT_EQ(refusal("log.level", "loud"), "must be one of trace, debug, info, warn, error");
  EXPECT_EQ(refusal("log.level", "off"), "must be one of trace, debug, info, warn, error");
  EXPECT_EQ(refusal("log.format", "xml"), "must be one of text, json");
  EXPECT_EQ(refusal("system.processes_kill", "all"), "must be one of own, any, none");
}

TEST(ConfigKeys, lists_hold_what_each_item_must_be) {
  EXPECT_EQ(refusal("join.coordinators", Value::array({"127.0.0.1:8001", "db-1"})), "");
  EXPECT_EQ(refusal("join.coordinators", Value::array()), "must be a list of HOST:PORT, not empty");
  EXPECT_EQ(refusal("join.coordinators", Value::array({"a b"})), "must be a list of HOST:PORT, not empty");
  EXPECT_EQ(refusal("join.coordinators", "127.0.0.1:8001"), "must be a list of HOST:PORT, not empty");
  EXPECT_EQ(refusal("system.services_allow", Value::array({"nginx*.service"})), "");
  EXPECT_NE(refusal("system.services_allow", Value::array({"--now"})), "");
}

TEST(ConfigKeys, tags_are_few_short_and_printable) {
  EXPECT_EQ(refusal("node.tags", Value{{"zone", "a"}, {"disk", "ssd"}}), "");
  EXPECT_EQ(refusal("node.tags", Value{{"zone", 1}}),
            "must be a table of at most 16 texts, 512 bytes in all");
  EXPECT_NE(refusal("node.tags", Value{{"a b", "x"}}), "");
  EXPECT_NE(refusal("node.tags", Value{{"a", "x\ny"}}), "");
  Value many = Value::object();
  for (int i = 0; i < 17; ++i) many.set("t" + std::to_string(i), "x");
  EXPECT_EQ(refusal("node.tags", many), "must be at most 16 tags, these are 17");
  const std::string why = refusal("node.tags", Value{{"short", "x"}, {"long", std::string(600, 'x')}});
  EXPECT_NE(why.find("most of them in 'long'"), std::string::npos) << why;
}

TEST(ConfigKeys, a_text_from_outside_becomes_what_the_kind_is) {
  EXPECT_EQ(text_refusal("node.port", "8001"), "");
  EXPECT_EQ(text_refusal("node.port", "abc"), "must be a whole number from 0 to 65535");
  EXPECT_EQ(text_refusal("node.port", "8001 "), "must be a whole number from 0 to 65535");
  EXPECT_EQ(text_refusal("node.port", "99999999999999999999"), "must be a whole number from 0 to 65535");
  EXPECT_EQ(text_refusal("call.timeout", "5"), "");
  for (const char* flag : {"true", "false", "yes", "no", "on", "off", "1", "0"})
    EXPECT_EQ(text_refusal("services.watch", flag), "") << flag;
  EXPECT_EQ(text_refusal("services.watch", "maybe"), "must be true or false");
  EXPECT_EQ(value_of_text(key("join.coordinators"), " a:1, b:2 ,").value(), Value::array({"a:1", "b:2"}));
  EXPECT_EQ(value_of_text(key("node.tags"), "zone=a,disk=ssd=1").value(),
            (Value{{"zone", "a"}, {"disk", "ssd=1"}}));
  EXPECT_EQ(text_refusal("node.tags", "zone"), "must be KEY=VALUE");
}

TEST(ConfigKeys, a_flag_that_stands_several_times_adds_up_where_that_means_something) {
  const std::vector<std::string> tags{"zone=a,b", "disk=ssd"}, hosts{"a:1,b:2", "c:3"}, ports{"1", "2"};
  EXPECT_EQ(value_of_texts(key("node.tags"), tags).value(), (Value{{"zone", "a,b"}, {"disk", "ssd"}}));
  EXPECT_EQ(value_of_texts(key("join.coordinators"), hosts).value(), Value::array({"a:1", "b:2", "c:3"}));
  EXPECT_EQ(value_of_texts(key("node.port"), ports).value(), Value(2));
}

TEST(ConfigKeys, an_unknown_name_gets_the_nearest_one_or_the_reason) {
  EXPECT_EQ(unknown_config_key("http.max_bodi"),
            "unknown key 'http.max_bodi'; did you mean 'http.max_body'?");
  EXPECT_EQ(unknown_config_key("gosip.interval"),
            "unknown key 'gosip.interval'; did you mean 'gossip.interval'?");
  EXPECT_EQ(unknown_config_key("gossip.interval"),
            "gossip.interval has no meaning before nodes can join one another");
  EXPECT_EQ(unknown_config_key("port"), "unknown key 'port'; did you mean 'node.port'?");
  EXPECT_EQ(unknown_config_key("a.b"), "unknown key 'a.b'");
  EXPECT_EQ(unknown_config_key(std::string(500, 'x')), "unknown key '" + std::string(60, 'x') + "...'");
}

TEST(ConfigKeys, secrets_are_never_shown) {
  Config config;
  config.jwt_secret.emplace("0123456789-geheim-0123456789-geheim-0123456");
  config.redis_url = "redis://user:geheim@cache:6379/1";
  for (const ConfigKey& one : config_keys()) {
    EXPECT_EQ(config_value_text(one, config).find("geheim"), std::string::npos) << one.name;
    EXPECT_EQ(toml_text(config_key_document(one, config)).find("geheim"), std::string::npos) << one.name;
  }
  EXPECT_EQ(config_value_text(key("auth.secret_file"), config), "(set, 43 characters)");
  EXPECT_EQ(config_value_text(key("cache.redis_url"), config), "\"redis://user:***@cache:6379/1\"");
}

}  // namespace
}  // namespace p2p

#include "node/config_text.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/toml.hpp"

namespace p2p {
namespace {

TEST(ConfigText, the_guide_has_the_table_of_the_keys) {
  std::ifstream file(P2P_GUIDE);
  const std::string guide{std::istreambuf_iterator<char>(file), {}};
  const std::string begin = "<!-- keys:begin -->\n", end = "<!-- keys:end -->";
  const auto from = guide.find(begin), to = guide.find(end);
  ASSERT_NE(from, guide.npos) << P2P_GUIDE;
  ASSERT_NE(to, guide.npos);
  EXPECT_TRUE(guide.substr(from + begin.size(), to - from - begin.size()) == config_guide_table())
      << "put this between the marks of " << P2P_GUIDE << ":\n\n"
      << config_guide_table();
}

/// The template as it is when every `#key = value` takes effect.
std::string uncommented(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    if (line.starts_with('#') && !line.starts_with("# ") && !line.ends_with(" =")) line.erase(0, 1);
    out += line + '\n';
    at = end + 1;
  }
  return out;
}

TEST(ConfigText, the_template_changes_nothing_and_names_every_key) {
  const Result<TomlNode> root = read_toml(config_template());
  ASSERT_TRUE(root) << root.error().message();
  for (const TomlNode& section : root->members) EXPECT_TRUE(section.members.empty()) << section.key;
  for (const ConfigKey& key : config_keys())
    EXPECT_NE(config_template().find('#' + std::string(key.leaf()) + " ="), std::string::npos) << key.name;
}

TEST(ConfigText, the_template_without_its_marks_says_the_defaults) {
  const Result<TomlNode> root = read_toml(uncommented(config_template()));
  ASSERT_TRUE(root) << root.error().message();
  Config config;
  std::size_t read = 0;
  for (const TomlNode& section : root->members)
    for (const TomlNode& entry : section.members) {
      const ConfigKey* key = find_config_key(section.key + '.' + entry.key);
      ASSERT_NE(key, nullptr) << entry.key;
      const Result<void> taken = key->read(*key, config, entry.document());
      EXPECT_TRUE(taken) << key->name << ' ' << taken.error().message();
      EXPECT_TRUE(key->same(config, Config{})) << key->name;
      ++read;
    }
  EXPECT_GT(read, 30U);
}

TEST(ConfigText, what_is_set_names_its_sources_flags_first) {
  Config config;
  EXPECT_EQ(config_origin_text(config), "all defaults");
  config.origins = {{"auth.secret_file", "env JWT_SECRET_KEY"},
                    {"http.max_body", "/etc/c.toml:2"},
                    {"http.per_ip", "/etc/c.toml:3"},
                    {"log.level", "flag --verbose"},
                    {"node.port", "/home/c.toml:9"}};
  EXPECT_EQ(config_origin_text(config),
            "flag --verbose, env JWT_SECRET_KEY, file /etc/c.toml (2 keys), file /home/c.toml (1 key), rest "
            "defaults");
}

TEST(ConfigText, a_document_has_every_key_with_value_origin_and_what_waits) {
  Config config;
  config.http.body = 2048;
  config.origins = {{"http.max_body", "a.toml:2"}};
  config.after_restart = {{"node.port", "9001"}};
  const Value all = config_document(config);
  EXPECT_EQ(all["total"], Value(config_keys().size()));
  const Value body = config_key_document(*find_config_key("http.max_body"), config);
  EXPECT_EQ(body, (Value{{"key", "http.max_body"},
                         {"value", "2KiB"},
                         {"origin", "a.toml:2"},
                         {"default", "1MiB"},
                         {"reload", true}}));
  EXPECT_EQ(config_key_document(*find_config_key("node.port"), config)["after_restart"], Value("9001"));
}

}  // namespace
}  // namespace p2p

#include "node/config_text.hpp"

#include <algorithm>
#include <map>

#include "base/toml.hpp"

namespace p2p {
namespace {

/// What the key is when nobody set it. state_dir is the environment's, so it has words instead.
Value standard_value(const ConfigKey& key) { return key.standard.empty() ? key.get(Config{}) : Value(); }

bool is_masked(const ConfigKey& key, const Config& config) {
  return key.name == "auth.secret_file" && config.jwt_secret.has_value();
}

/// "flag --port" -> "flag"; "/etc/x.toml:3" -> the file.
std::string kind_of(std::string_view origin) {
  if (origin.starts_with("flag ") || origin.starts_with("env ")) return std::string(origin);
  const auto colon = origin.rfind(':');
  return "file " + std::string(origin.substr(0, colon));
}

/// As a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out + '.';
}

std::string env_names(const ConfigKey& key) {
  return (key.seed_env.empty() ? "" : "`" + std::string(key.seed_env) + "`, ") + '`' + config_env(key.name) +
         '`';
}

}  // namespace

std::string config_value_text(const ConfigKey& key, const Config& config) {
  const Value value = key.get(config);
  if (value.is_null()) return '(' + std::string(key.standard) + ')';
  return is_masked(key, config) ? value.as_string() : toml_text(value);
}

std::string config_default_text(const ConfigKey& key) {
  const Value value = standard_value(key);
  return value.is_null() ? '(' + std::string(key.standard) + ')' : toml_text(value);
}

Value config_key_document(const ConfigKey& key, const Config& config) {
  Value standard = standard_value(key);
  if (standard.is_null()) standard = key.standard;
  Value all{{"key", key.name},
            {"value", key.get(config)},
            {"origin", origin_of(config, key)},
            {"default", std::move(standard)},
            {"reload", key.reload}};
  if (const auto waits = config.after_restart.find(key.name); waits != config.after_restart.end())
    all.set("after_restart", waits->second);
  return all;
}

Value config_document(const Config& config) {
  Value all = Value::array();
  for (const ConfigKey& key : config_keys()) all.push_back(config_key_document(key, config));
  return Value{{"keys", std::move(all)}, {"total", config_keys().size()}};
}

std::string config_origin_text(const Config& config) {
  std::vector<std::string> sources;  // flags, then the environment, then files; each once
  std::map<std::string, int> files;
  for (const std::string_view kind : {"flag ", "env ", "file "})
    for (const auto& [key, origin] : config.origins) {
      const std::string source = kind_of(origin);
      if (!source.starts_with(kind)) continue;
      if (kind == "file ") ++files[source];
      if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
    }
  std::string text;
  for (const std::string& source : sources) {
    text += source;
    if (const auto file = files.find(source); file != files.end())
      text += " (" + std::to_string(file->second) + (file->second == 1 ? " key)" : " keys)");
    text += ", ";
  }
  return text + (sources.empty() ? "all defaults" : "rest defaults");
}

std::string config_template() {
  std::string text =
      "# Settings of a node of p2p_admin. A line takes effect without its first #; as it stands, each shows "
      "the\n"
      "# default. Flags go before the environment, the environment before this file. Durations are 500ms, "
      "30s, 5m,\n"
      "# 1h, sizes 64KiB, 16MiB. 'p2p_admin config check' reads this file, 'config show --origin' shows what "
      "holds.\n"
      "# [live]: a running node takes it when it gets SIGHUP.\n";
  std::string_view section;
  for (const ConfigKey& key : config_keys()) {
    if (key.section() != section) {
      section = key.section();
      text += "\n[" + std::string(section) + "]\n";
    }
    text +=
        "# " + sentence(wanted_text(key)) + (key.reload ? " [live]\n# " : "\n# ") + sentence(key.cost) + '\n';
    const Value standard = standard_value(key);
    if (standard.is_null())
      text += "# default: " + std::string(key.standard) + "\n#" + std::string(key.leaf()) + " =\n";
    else
      text += '#' + std::string(key.leaf()) + " = " + toml_text(standard) + '\n';
  }
  return text;
}

std::string config_guide_table() {
  std::string text =
      "| key | default | what it may be | what turning it costs | environment |\n| --- | --- | --- | --- | "
      "--- |\n";
  for (const ConfigKey& key : config_keys()) {
    const Value standard = standard_value(key);
    text += "| `" + std::string(key.name) + '`' + (key.reload ? " *live*" : "") + " | " +
            (standard.is_null() ? cell(key.standard) : '`' + toml_text(standard) + '`') + " | " +
            cell(wanted_text(key)) + " | " + cell(key.cost) + " | " + env_names(key) + " |\n";
  }
  return text;
}

}  // namespace p2p

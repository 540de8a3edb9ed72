#include "cli/config_reader.hpp"

#include <algorithm>

#include "cli/guarded_file.hpp"
#include "hosting/folder_check.hpp"
#include "node/config_values.hpp"

namespace p2p {
namespace {

std::string place(const std::string& file, TomlPlace at) {
  return file + ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
}

/// `key = value`, for the beginning of a sentence about it.
std::string assignment(const ConfigKey& key, const TomlNode& entry) {
  if (key.secret) return std::string(key.name) + ' ';
  if (!entry.foreign.empty()) return std::string(key.name) + " is " + std::string(entry.foreign) + "; it ";
  return std::string(key.name) + " = " + shortened(toml_text(entry.document())) + ' ';
}

bool has_password(const Config& config) { return without_password(config.redis_url) != config.redis_url; }

}  // namespace

void ConfigReader::mistake(std::string where, std::string what) {
  if (mistakes_.size() == most_mistakes)
    ++more_;
  else
    mistakes_.push_back({std::move(where), std::move(what)});
}

bool ConfigReader::set(const ConfigKey& key, const Result<Value>& value, const std::string& where,
                       const std::string& shown, std::string origin) {
  const Result<void> read = value ? key.read(key, config_, *value) : Result<void>(fail(value.error()));
  if (read)
    config_.origins[std::string(key.name)] = std::move(origin);
  else
    mistake(where, shown + read.error().message());
  return read.has_value();
}

// ---- files

void ConfigReader::take_file(const std::string& path, bool required) {
  if (required) named_file_ = path;
  const Result<GuardedFile> file = read_guarded(path, Guard::readable, file_bytes);
  if (file) return take_toml(file->text, path, file->all_may_read);
  if (required || file.error().code() != Errc::not_found) mistake(path, file.error().message());
}

void ConfigReader::take_toml(std::string_view text, const std::string& name, bool all_may_read) {
  const Result<TomlNode> root = read_toml(text, {.bytes = file_bytes});
  if (!root) {
    const Value& why = root.error().detail();
    const TomlPlace at{static_cast<std::uint32_t>(why["line"].as_int()),
                       static_cast<std::uint32_t>(why["column"].as_int())};
    return mistake(place(name, at), why["what"].as_string());
  }
  for (const TomlNode& section : root->members)
    if (section.is_table)
      take_section(section, name, all_may_read);
    else
      mistake(place(name, section.key_at),
              is_config_section(section.key)
                  ? '\'' + section.key + "' is a section: write [" + section.key + ']'
                  : unknown_config_key(section.key));
}

void ConfigReader::take_section(const TomlNode& section, const std::string& name, bool all_may_read) {
  if (section.members.empty() && !is_config_section(section.key))
    mistake(place(name, section.key_at), "unknown section '" + shortened(section.key) + '\'');
  for (const TomlNode& entry : section.members)
    take_entry(entry, section.key + '.' + entry.key, name, all_may_read);
}

void ConfigReader::take_entry(const TomlNode& entry, const std::string& key_name, const std::string& name,
                              bool all_may_read) {
  const ConfigKey* key = find_config_key(key_name);
  if (key == nullptr) return mistake(place(name, entry.key_at), unknown_config_key(key_name));
  const std::string where = place(name, entry.value_at);
  if (!set(*key, entry.document(), where, assignment(*key, entry),
           name + ':' + std::to_string(entry.key_at.line)))
    return;
  if (key->name == "cache.redis_url" && all_may_read && has_password(config_))
    mistake(where, "cache.redis_url holds a password and everybody may read the file; run: chmod o-r " +
                       name + ", or name a file by REDIS_URL_FILE");
}

// ---- flags

void ConfigReader::take_flags(std::span<const FlagSetting> flags) {
  for (const FlagSetting& flag : flags) {
    const ConfigKey& key = *find_config_key(flag.key);
    const std::string where = key.secret ? flag.flag : flag.flag + ' ' + shortened(flag.texts.back());
    set(key, value_of_texts(key, flag.texts), where, "", "flag " + flag.flag);
  }
}

// ---- the end

std::string ConfigReader::check_command() const {
  return "p2p_admin config check" +
         (named_file_.empty() ? std::string() : " --config " + quoted_for_shell(named_file_));
}

Result<Config> ConfigReader::finish() {
  if (mistakes_.empty()) return std::move(config_);
  Value all = Value::array();
  for (const Mistake& wrong : mistakes_)
    all.push_back(Value{{"pointer", wrong.where}, {"detail", wrong.what}});
  if (more_ > 0)
    all.push_back(
        Value{{"pointer", "and " + std::to_string(more_) + " more"}, {"detail", "mend these first"}});
  const bool flags_only =
      std::ranges::all_of(mistakes_, [](const Mistake& wrong) { return wrong.where.starts_with("--"); });
  std::string what = mistakes_.front().where + ": " + mistakes_.front().what;
  if (mistakes_.size() > 1)
    what = "the configuration has " + std::to_string(mistakes_.size() + more_) + " mistakes";
  return fail(Errc::invalid_params, std::move(what),
              Value{{"errors", std::move(all)},
                    {"hint", flags_only ? "p2p_admin help " + config_.role : check_command()},
                    {"usage", flags_only}});
}

}  // namespace p2p

// ConfigReader's second half: variables, and the secrets that they name or hold.
#include <filesystem>
#include <set>

#include "auth/secret_check.hpp"
#include "cli/config_reader.hpp"
#include "cli/guarded_file.hpp"
#include "node/config_values.hpp"

namespace p2p {
namespace {

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

void ConfigReader::take_environment(const Environment& environment) {
  take_redis_file(environment);
  for (const ConfigKey& key : config_keys()) {
    const std::string own = config_env(key.name);
    for (const std::string_view name : {std::string_view(own), key.seed_env})  // the later one goes first
      if (const auto text = name.empty() ? std::nullopt : environment.find(name))
        if (!text->empty() || key.name == "cache.redis_url") take_variable(key, name, *text);
  }
  note_unknown(environment);
}

void ConfigReader::take_variable(const ConfigKey& key, std::string_view name, std::string_view text) {
  const std::string where(name);
  set(key, value_of_text(key, text), key.secret ? where : where + '=' + shortened(text), "", "env " + where);
}

void ConfigReader::take_redis_file(const Environment& environment) {
  for (const char* name : {"P2P_CACHE_REDIS_URL_FILE", "REDIS_URL_FILE"}) {
    const std::string path(environment.get(name));
    if (path.empty()) continue;
    const ConfigKey& key = *find_config_key("cache.redis_url");
    Result<GuardedFile> file = read_guarded(path, Guard::secret, secret_bytes);
    if (!file)
      mistake(name, path + ": " + file.error().message());
    else
      set(key, Value(without_line_end(std::move(file->text))), path, "cache.redis_url ",
          "env " + std::string(name) + " (" + path + ')');
  }
}

/// P2P_HTTP_MAX_BODI: nobody means anything else by it, but a variable may come from anywhere.
void ConfigReader::note_unknown(const Environment& environment) {
  std::set<std::string, std::less<>> known{"P2P_CACHE_REDIS_URL_FILE"};
  for (const ConfigKey& key : config_keys()) known.insert(config_env(key.name));
  for (const auto& [name, value] : environment.all()) {
    if (known.contains(name) || !name.starts_with("P2P_")) continue;
    std::string key;
    for (const char c : name.substr(4)) key += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const auto line = key.find('_');
    if (line == key.npos || !is_config_section(std::string_view(key).substr(0, line))) continue;
    key[line] = '.';
    if (!reserved_config_key(key).empty())
      mistake(name, unknown_config_key(key));
    else if (const std::string close = nearest_config_key(key); !close.empty())
      config_.notes.push_back(name + " is no setting and has no effect; did you mean " + config_env(close) +
                              '?');
    else
      config_.notes.push_back(name + " is no setting and has no effect");
  }
}

/// The first place that has one: the variable, the file that a variable names, systemd's credential, the
/// file of the settings.
void ConfigReader::take_secrets(const Environment& environment) {
  const std::string credentials(environment.get("CREDENTIALS_DIRECTORY"));
  const std::string credential = credentials.empty() ? "" : credentials + "/jwt_secret";
  const std::string from_settings = config_.secret_file,
                    origin(origin_of(config_, *find_config_key("auth.secret_file")));
  std::error_code ignored;
  if (const auto text = environment.get("JWT_SECRET_KEY"); !text.empty())
    take_secret("env JWT_SECRET_KEY", "JWT_SECRET_KEY", Secret(std::string(text)));
  else if (const std::string path(environment.get("JWT_SECRET_KEY_FILE")); !path.empty())
    take_secret("env JWT_SECRET_KEY_FILE (" + path + ')', path, secret_of("JWT_SECRET_KEY_FILE", path));
  else if (!credential.empty() && std::filesystem::exists(credential, ignored))
    take_secret("env CREDENTIALS_DIRECTORY (" + credential + ')', credential,
                secret_of("CREDENTIALS_DIRECTORY", credential));
  else if (!from_settings.empty())
    take_secret(origin, from_settings, secret_of(origin, from_settings));
  take_previous(environment);
}

void ConfigReader::take_secret(std::string origin, const std::string& where, std::optional<Secret> secret) {
  if (!secret) return;
  if (auto strong = check_secret(secret->reveal()); !strong) return mistake(where, strong.error().message());
  config_.jwt_secret = std::move(secret);
  config_.origins["auth.secret_file"] = std::move(origin);
}

/// It verifies only, so that tokens of the secret before live on while it is changed.
void ConfigReader::take_previous(const Environment& environment) {
  std::optional<Secret> secret;
  if (const auto text = environment.get("JWT_SECRET_KEY_PREVIOUS"); !text.empty())
    secret = Secret(std::string(text));
  else if (const std::string path(environment.get("JWT_SECRET_KEY_PREVIOUS_FILE")); !path.empty())
    secret = secret_of("JWT_SECRET_KEY_PREVIOUS_FILE", path);
  if (!secret) return;
  if (auto strong = check_secret(secret->reveal()); !strong)
    return mistake("JWT_SECRET_KEY_PREVIOUS", strong.error().message());
  if (!config_.jwt_secret) return mistake("JWT_SECRET_KEY_PREVIOUS", "means nothing without JWT_SECRET_KEY");
  config_.jwt_previous = std::move(secret);
}

std::optional<Secret> ConfigReader::secret_of(std::string_view name, const std::string& path) {
  Result<GuardedFile> file = read_guarded(path, Guard::secret, secret_bytes);
  if (!file) {
    mistake(std::string(name), path + ": " + file.error().message());
    return std::nullopt;
  }
  return Secret(without_line_end(std::move(file->text)));
}

}  // namespace p2p

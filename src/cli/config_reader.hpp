// ConfigReader: puts a node's configuration together, source by source; what comes later goes before what
// came earlier. Nothing stops at the first mistake: `finish` tells all of them, each with its place, and
// gives a configuration only when there is none.
//
//   file    /etc/p2p_admin/config.toml:9:1: unknown key 'http.max_bodi'; did you mean 'http.max_body'?
//   env     P2P_NODE_PORT=http: must be a whole number from 0 to 65535
//   flag    --port http: must be a whole number from 0 to 65535
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/toml.hpp"
#include "cli/environment.hpp"
#include "node/config_keys.hpp"

namespace p2p {

/// An option of the command line that is a setting.
struct FlagSetting {
  std::string_view key;            ///< "node.port"
  std::string flag;                ///< "--port"
  std::vector<std::string> texts;  ///< as given, one for each time
};

class ConfigReader {
 public:
  static constexpr std::size_t file_bytes = 1024 * 1024, secret_bytes = 64 * 1024;
  static constexpr std::size_t most_mistakes = 20;  ///< that are told; further ones are counted

  /// Over the defaults of `config`.
  explicit ConfigReader(Config config) : config_(std::move(config)) {}

  /// A file that is missing is a mistake only when it is `required`.
  void take_file(const std::string& path, bool required);
  /// The text of a file; what others than the owner may read must hold no password.
  void take_toml(std::string_view text, const std::string& name, bool all_may_read = false);
  void take_environment(const Environment& environment);
  void take_flags(std::span<const FlagSetting> flags);
  /// The secret that signs tokens, and the one before it. Last: auth.secret_file names a place for it.
  void take_secrets(const Environment& environment);
  /// A mistake that is found elsewhere.
  void mistake(std::string where, std::string what);

  /// invalid_params with `errors` (a list of {pointer, detail}) and `hint`.
  [[nodiscard]] Result<Config> finish();

 private:
  struct Mistake {
    std::string where, what;
  };
  void take_section(const TomlNode& section, const std::string& name, bool all_may_read);
  void take_entry(const TomlNode& entry, const std::string& key, const std::string& name, bool all_may_read);
  void take_variable(const ConfigKey& key, std::string_view name, std::string_view text);
  void take_redis_file(const Environment& environment);
  void note_unknown(const Environment& environment);
  bool set(const ConfigKey& key, const Result<Value>& value, const std::string& where,
           const std::string& shown, std::string origin);
  void take_secret(std::string origin, const std::string& where, std::optional<Secret> secret);
  void take_previous(const Environment& environment);
  [[nodiscard]] std::optional<Secret> secret_of(std::string_view name, const std::string& path);

  /// What looks at the same files again.
  [[nodiscard]] std::string check_command() const;

  Config config_;
  std::string named_file_;  ///< by --config or P2P_CONFIG
  std::vector<Mistake> mistakes_;
  std::size_t more_ = 0;
};

}  // namespace p2p

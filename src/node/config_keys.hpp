// ConfigKey: one setting of a node as the outside knows it: its name, where it may come from, what it may be,
// and what turning it costs. The one table of them is in config_keys.cpp; the reader of files, the
// environment, `config show | init`, GET /config and the guide's table all come from it.
//
// A value arrives as a Value: typed, from TOML; or as text from a variable or a flag, by `value_of_text`.
//
// Threads: any; nothing here changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "node/config.hpp"

namespace p2p {

enum class ConfigKind { boolean, integer, duration, size, text, list, table };

struct ConfigKey {
  std::string_view name;  ///< "http.max_body"
  ConfigKind kind = ConfigKind::text;
  std::int64_t least = 0, most = 0;  ///< of numbers; durations in nanoseconds, sizes in bytes
  std::string_view wanted{};  ///< of texts: "an IP address"; `|` between words when only these are taken
  bool (*fits)(std::string_view) = nullptr;  ///< of texts, and of the items of a list
  std::string_view cost{};                   ///< what turning it costs: one sentence without a full stop
  std::string_view standard{};               ///< the default in words, where it is no value
  std::string_view seed_env{};               ///< a name that goes before P2P_<SECTION>_<KEY>
  bool reload = false;                       ///< a running node takes it on SIGHUP
  bool secret = false;                       ///< what it holds is never shown

  /// Takes the value; invalid_params with "must be ..." when it cannot be one.
  Result<void> (*read)(const ConfigKey&, Config&, const Value&) = nullptr;
  /// As a document, fit for TOML and JSON; null when it is not set; secrets masked.
  Value (*get)(const Config&) = nullptr;
  bool (*same)(const Config&, const Config&) = nullptr;
  void (*move)(Config& from, Config& to) = nullptr;

  [[nodiscard]] std::string_view section() const { return name.substr(0, name.find('.')); }
  [[nodiscard]] std::string_view leaf() const { return name.substr(name.find('.') + 1); }
};

[[nodiscard]] std::span<const ConfigKey> config_keys() noexcept;
[[nodiscard]] const ConfigKey* find_config_key(std::string_view name) noexcept;

/// What to say of a name that is no key: why it is none yet, or the nearest one.
[[nodiscard]] std::string unknown_config_key(std::string_view name);
/// Why a key or a section that the documents name is refused in this version; empty when it is none of them.
[[nodiscard]] std::string_view reserved_config_key(std::string_view name) noexcept;

/// "http" of "http.max_body", also of keys that are refused in this version.
[[nodiscard]] bool is_config_section(std::string_view name) noexcept;

/// The variable of a key: "P2P_HTTP_MAX_BODY".
[[nodiscard]] std::string config_env(std::string_view name);

/// The known name nearest to a mistyped one; empty when none is near.
[[nodiscard]] std::string nearest_config_key(std::string_view name);

/// "from 0 to 65535", "a whole number from 0 to 65535", ...: what it may be.
[[nodiscard]] std::string wanted_text(const ConfigKey& key);

/// The text of a variable or a flag as the Value that TOML would have given; lists have commas, tables
/// KEY=VALUE,KEY=VALUE.
[[nodiscard]] Result<Value> value_of_text(const ConfigKey& key, std::string_view text);
/// The same of a flag that may stand several times: a list takes all of them, a table one member of each, of
/// others the last counts.
[[nodiscard]] Result<Value> value_of_texts(const ConfigKey& key, std::span<const std::string> texts);

/// "default" for what nobody set.
[[nodiscard]] std::string_view origin_of(const Config& config, const ConfigKey& key);

}  // namespace p2p

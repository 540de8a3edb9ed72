// The settings of a node as text and as documents: for people, for GET /config, for a file to begin with, and
// for the guide. All from the table of keys; secrets are masked by it.
#pragma once

#include <string>
#include <vector>

#include "node/config_keys.hpp"

namespace p2p {

/// As TOML writes it; in round brackets what is no value: "(set, 43 characters)", "(stderr)".
[[nodiscard]] std::string config_value_text(const ConfigKey& key, const Config& config);
/// The same of what nobody set.
[[nodiscard]] std::string config_default_text(const ConfigKey& key);

/// {"key", "value", "origin", "default", "reload"}, and "after_restart" where a change waits for one.
[[nodiscard]] Value config_key_document(const ConfigKey& key, const Config& config);
/// {"keys": [...], "total"}: the body of GET /config.
[[nodiscard]] Value config_document(const Config& config);

/// "flag --verbose, env JWT_SECRET_KEY, rest defaults": where what was set comes from.
[[nodiscard]] std::string config_origin_text(const Config& config);

/// A file with every key, its comment and its default, all of it commented out.
[[nodiscard]] std::string config_template();
/// The table of docs/guide/configuration.md.
[[nodiscard]] std::string config_guide_table();

}  // namespace p2p

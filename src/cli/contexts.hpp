// Contexts: names for clusters, with the address and the token of each, in contexts.toml of the
// configuration directory. The file is 0600 in a directory of 0700, or it is refused with the line that
// repairs it; it is written as a whole, or not at all.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace p2p {

struct Context {
  std::string name;
  std::string coord;
  Secret token;               ///< empty: none
  std::string token_file;     ///< empty: none
  std::string ca;             ///< root certificate, for network mode
  bool is_protected = false;  ///< acts ask first
};

struct Contexts {
  std::string current;  ///< empty: none
  std::vector<Context> all;

  /// invalid_params with the nearest names for an unknown one.
  [[nodiscard]] Result<const Context*> find(std::string_view name) const;
};

/// Letters, digits, `-`, `_` and `.`, at most 64.
[[nodiscard]] bool is_context_name(std::string_view name);

/// None when there is no file. invalid_params for a wrong mode or a wrong text, with its line.
[[nodiscard]] Result<Contexts> read_contexts(const std::string& config_dir);
[[nodiscard]] Result<void> write_contexts(const std::string& config_dir, const Contexts& contexts);

}  // namespace p2p

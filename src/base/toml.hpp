// TOML 1.0 text to a tree that knows where everything stands, so that whoever reads a file can say of each
// wrong value FILE:LINE:COLUMN. toml++ reads, under limits; what the keys mean is the caller's business.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace p2p {

/// Both from 1; a column counts characters.
struct TomlPlace {
  std::uint32_t line = 1, column = 1;
  friend bool operator==(const TomlPlace&, const TomlPlace&) = default;
};

struct TomlNode {
  std::string key;
  TomlPlace key_at, value_at;
  bool is_table = false;
  Value value;                    ///< of everything but a table; null for what JSON has no word for
  std::string_view foreign{};     ///< then what it is: "a date", "a number that is not finite"
  std::vector<TomlNode> members;  ///< of a table, in the order of the text

  [[nodiscard]] const TomlNode* find(std::string_view name) const;
  /// The node as one document. What JSON has no word for is null.
  [[nodiscard]] Value document() const;
};

struct TomlLimits {
  std::size_t bytes = 1024 * 1024;  ///< of the text; the tree is some fifty times as large
  std::size_t dots = 2000;          ///< on one line: each makes a table inside the one before
};

/// The file's table, or parse_error whose detail has `line`, `column` and `what`, and whose message is
/// "3:7: what".
[[nodiscard]] Result<TomlNode> read_toml(std::string_view text, const TomlLimits& limits = {});

/// As a TOML value: a quoted string, an array, an inline table. Null is written as "".
[[nodiscard]] std::string toml_text(const Value& value);

}  // namespace p2p

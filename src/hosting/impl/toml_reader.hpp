// TomlReader: goes through the tables of a TOML file by lists of known keys, and keeps the earliest thing
// that is wrong, with its place.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.hpp"
#include "hosting/or_reason.hpp"

namespace p2p {

class TomlReader {
 public:
  static constexpr int most_levels = 32;         ///< of free values
  static constexpr std::size_t most_items = 64;  ///< of a list of words
  static constexpr std::size_t longest = 1024;   ///< bytes of a word

  explicit TomlReader(std::string file) : file_(std::move(file)) {}

  /// One key of a table that is read into a `T`. `path` is its whole name, "timeouts.start".
  template <class T>
  struct Key {
    std::string_view name;
    void (*read)(TomlReader& reader, const TomlNode& node, const std::string& path, T& into);
  };

  /// `path` is empty for the whole file.
  template <class T, std::size_t N>
  void table(const TomlNode& node, const std::string& path, const Key<T> (&keys)[N], T& into) {
    if (!node.is_table) return expected(node, path, "a table");
    for (const TomlNode& member : node.members) {
      const std::string name = path.empty() ? member.key : path + '.' + member.key;
      const Key<T>* known = nullptr;
      for (const Key<T>& key : keys)
        if (key.name == member.key) known = &key;
      if (known != nullptr)
        known->read(*this, member, name, into);
      else
        unknown(member, path, names_of(keys));
    }
  }

  [[nodiscard]] bool flag(const TomlNode& node, const std::string& path);
  [[nodiscard]] std::int64_t integer(const TomlNode& node, const std::string& path, std::int64_t least,
                                     std::int64_t most);
  [[nodiscard]] std::string text(const TomlNode& node, const std::string& path);
  /// A text that may stand in a command line: not empty, no control characters.
  [[nodiscard]] std::string word(const TomlNode& node, const std::string& path);
  [[nodiscard]] std::vector<std::string> words(const TomlNode& node, const std::string& path);
  /// The index of the one that is given.
  [[nodiscard]] std::size_t choice(const TomlNode& node, const std::string& path,
                                   std::span<const std::string_view> words);
  /// "30s", or a number of seconds.
  [[nodiscard]] std::chrono::nanoseconds time(const TomlNode& node, const std::string& path,
                                              std::chrono::nanoseconds least, std::chrono::nanoseconds most);
  /// A free table, as a document.
  [[nodiscard]] Value document(const TomlNode& node, const std::string& path);

  void wrong(TomlPlace place, std::string message);
  void expected(const TomlNode& node, const std::string& path, const std::string& what,
                const std::string& more = {});
  [[nodiscard]] std::optional<FailureReason>& reason() noexcept { return reason_; }

 private:
  template <class T, std::size_t N>
  static std::vector<std::string_view> names_of(const Key<T> (&keys)[N]) {
    std::vector<std::string_view> names;
    for (const Key<T>& key : keys) names.push_back(key.name);
    return names;
  }
  void unknown(const TomlNode& node, const std::string& path, const std::vector<std::string_view>& known);
  [[nodiscard]] bool check_word(const TomlNode& node, const Value& value, const std::string& path);
  void check_free(const TomlNode& node, const std::string& path, int level);

  std::string file_;
  std::optional<FailureReason> reason_;
};

}  // namespace p2p

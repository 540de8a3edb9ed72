// Invocation: the command line as it was understood: the command, its arguments, its options. What a handler
// reads. Pure text; the meaning of a value is the handler's business.
//
// Asking for an option or argument that the command's row does not have is a mistake of the program
// (std::logic_error), so that a misspelt key cannot be an option that is never given.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace p2p {

class Invocation {
 public:
  const Command* command = nullptr;  ///< null when only words like --help were given
  bool help = false;                 ///< -h or --help
  bool version = false;              ///< --version

  /// By the option's long name without dashes ("follow") or the argument's name ("METHOD").
  [[nodiscard]] bool has(std::string_view key) const { return !all(key).empty(); }
  /// The last one given, or `fallback`.
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback = {}) const;
  [[nodiscard]] const std::vector<std::string>& all(std::string_view key) const;

  /// A whole number from `least` to `most`; invalid_params naming the option otherwise.
  [[nodiscard]] Result<std::int64_t> number(std::string_view key, std::int64_t fallback, std::int64_t least,
                                            std::int64_t most) const;
  /// "500ms", "30s", "5m", "1h", "30"; invalid_params naming the option otherwise.
  [[nodiscard]] Result<std::chrono::milliseconds> duration(std::string_view key,
                                                           std::chrono::milliseconds fallback) const;

  /// What was put so far, whatever the command is.
  [[nodiscard]] std::vector<std::string> given(std::string_view key) const;
  void put(std::string_view key, std::vector<std::string> values);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace p2p

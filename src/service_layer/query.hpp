// Query: the parameters behind the question mark. An unknown one is an error with the nearest known name: a
// typo that is silently ignored gives a wrong answer.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace p2p {

class Query {
 public:
  /// Percent-decodes names and values. invalid_request for an unknown name, for one that stands twice and may
  /// not (filters may: node, role, tag, service, status, logger), or for a broken escape.
  [[nodiscard]] static Result<Query> parse(std::string_view text, std::span<const std::string_view> known);

  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  /// Empty when it is absent.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  /// All values of a name that may stand more than once.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  /// What was asked, apart from the parameters in `besides`: equal for equal questions.
  [[nodiscard]] std::string question(std::span<const std::string_view> besides) const;
  /// 1 to `most`, or `fallback` when it is absent; invalid_request otherwise.
  [[nodiscard]] Result<std::size_t> count(std::string_view name, std::size_t fallback,
                                          std::size_t most) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;  // none is empty
};

/// "500ms", "30s", "5m", "1h"; a bare number means seconds. Nanoseconds, none for anything else or over 24 h.
[[nodiscard]] std::optional<std::int64_t> read_duration(std::string_view text) noexcept;

}  // namespace p2p

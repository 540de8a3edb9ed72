// What stands behind the question mark of a target, percent-encoded.
#pragma once

#include <string>
#include <string_view>

namespace p2p {

/// Letters, digits and -._~ as they are, the rest as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// Builds "/nodes?role=worker&node=web-%2A": the question mark comes with the first parameter.
class QueryText {
 public:
  explicit QueryText(std::string path) : text_(std::move(path)) {}
  QueryText& add(std::string_view name, std::string_view value);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool any_ = false;
};

}  // namespace p2p

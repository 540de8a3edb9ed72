// CapturedOutput: what a command writes. The first part is kept, the rest is counted, so that the command
// never stands before a full pipe and no command fills the node's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace system_service {

/// `bytes` as UTF-8: what is no character becomes U+FFFD, one for each bad byte.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

class CapturedOutput {
 public:
  explicit CapturedOutput(std::size_t most) : most_(most) {}

  void append(std::string_view bytes);
  /// What was kept, as UTF-8. A character that was cut in the middle is left out.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::int64_t written() const noexcept { return written_; }
  [[nodiscard]] bool truncated() const noexcept { return written_ > static_cast<std::int64_t>(kept_.size()); }

 private:
  std::size_t most_;
  std::string kept_;
  std::int64_t written_ = 0;
};

}  // namespace system_service

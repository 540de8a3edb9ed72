// CaptureLog: a Log that keeps its lines for a test to look at, and writes none.
//
// Threads: any.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace p2p {

class CaptureLog final : public Log {
 public:
  explicit CaptureLog(LogLevel level = LogLevel::debug) : Log(level) {}

  void write_line(LogLevel level, std::string_view logger, std::string_view message, const LogField* fields,
                  std::size_t count) override;

  /// "ERROR | Hosting | text", one a line of the log. Fields stand behind as they do in the text.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// How many lines hold `text`.
  [[nodiscard]] std::size_t count(std::string_view text) const;
  [[nodiscard]] bool has(std::string_view text) const { return count(text) > 0; }
  /// All lines, for the message of a test that fails.
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;  // guards lines_
  std::vector<std::string> lines_;
};

}  // namespace p2p

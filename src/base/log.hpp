// Log: the node's one log. A line is the seed's: `HH:MM:SS | LEVEL | logger | message`, local time; or one
// JSON object with `--log-format json`. What comes from outside is escaped, a message is cut at 16 KiB.
//
//   log.info("Registry", "{} public methods of {} services", methods, services);
//
// The level is tested before anything is formatted, so a line that is off costs one load.
//
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/result.hpp"

namespace p2p {

enum class LogLevel : int { trace, debug, info, warn, error, off };

/// "trace" to "error", "off"; any case. None for another word.
[[nodiscard]] std::optional<LogLevel> log_level_of(std::string_view word);

class Log {
 public:
  enum class Format { text, json };

  /// Writes to `file`, or to stderr when it is empty. Throws std::runtime_error when the file cannot be
  /// opened.
  explicit Log(LogLevel level = LogLevel::info, Format format = Format::text, const std::string& file = {});
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log();

  [[nodiscard]] bool enabled(LogLevel level) const noexcept {
    return static_cast<int>(level) >= level_.load(std::memory_order_relaxed);
  }
  void set_level(LogLevel level) noexcept {
    level_.store(static_cast<int>(level), std::memory_order_relaxed);
  }

  /// One line, whatever the level: ask `enabled` before.
  virtual void write(LogLevel level, std::string_view logger, std::string_view message);

  template <class... A>
  void debug(std::string_view logger, fmt::format_string<A...> text, A&&... values) {
    if (enabled(LogLevel::debug)) format(LogLevel::debug, logger, text, fmt::make_format_args(values...));
  }
  template <class... A>
  void info(std::string_view logger, fmt::format_string<A...> text, A&&... values) {
    if (enabled(LogLevel::info)) format(LogLevel::info, logger, text, fmt::make_format_args(values...));
  }
  template <class... A>
  void warn(std::string_view logger, fmt::format_string<A...> text, A&&... values) {
    if (enabled(LogLevel::warn)) format(LogLevel::warn, logger, text, fmt::make_format_args(values...));
  }
  template <class... A>
  void error(std::string_view logger, fmt::format_string<A...> text, A&&... values) {
    if (enabled(LogLevel::error)) format(LogLevel::error, logger, text, fmt::make_format_args(values...));
  }

 private:
  void format(LogLevel level, std::string_view logger, fmt::string_view text, fmt::format_args values);

  struct Sink;
  std::atomic<int> level_;
  Format format_;
  std::unique_ptr<Sink> sink_;
};

/// Control characters as \n, \t or \u001b, so that a line of the log stays one line.
[[nodiscard]] std::string escape_control(std::string_view text);

}  // namespace p2p

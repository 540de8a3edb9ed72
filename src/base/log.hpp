// Log: the node's one log. A line is the seed's: `HH:MM:SS | LEVEL | logger | message`, local time; or one
// JSON object with `--log-format json`. What comes from outside is escaped, a message is cut at 16 KiB.
//
//   log.info("Registry", "{} public methods of {} services", methods, services);
//
// The level is tested before anything is formatted, so a line that is off costs one load. Equal warnings of
// one logger are written once a minute (LogFold). What is written is kept for GET /logs too (LogRing), also
// when stderr's reader stalls (LogSink).
//
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/log_line.hpp"
#include "base/log_ring.hpp"
#include "base/result.hpp"

namespace p2p {

struct LogField;  // <p2p/detail/runtime.hpp>

/// While it lives, the lines of this thread belong to that request.
class LogScope {
 public:
  explicit LogScope(const LogTrace& trace) noexcept : before_(std::exchange(current_, trace)) {}
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;
  ~LogScope() { current_ = before_; }

  [[nodiscard]] static const LogTrace& current() noexcept { return current_; }

 private:
  static inline constinit thread_local LogTrace current_{};
  LogTrace before_;
};

class Log {
 public:
  enum class Format { text, json };

  /// Writes to `file`, or to stderr when it is empty. Throws std::runtime_error when the file cannot be
  /// opened. `clock` outlives the log; null is the system's. `ring_lines` are kept for GET /logs.
  explicit Log(LogLevel level = LogLevel::info, Format format = Format::text, const std::string& file = {},
               const Clock* clock = nullptr, std::size_t ring_lines = 10'000);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log();

  [[nodiscard]] bool enabled(LogLevel level) const noexcept {
    return static_cast<int>(level) >= level_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] LogLevel level() const noexcept {
    return static_cast<LogLevel>(level_.load(std::memory_order_relaxed));
  }
  void set_level(LogLevel level) noexcept {
    level_.store(static_cast<int>(level), std::memory_order_relaxed);
  }
  /// What JSON lines say under `node`. Once, as soon as it is known.
  void set_node(std::string node);

  /// Opens `file` (stderr when it is empty) and writes there from now on: also when it is the same one, which
  /// somebody may have moved away. When it cannot be opened, lines go on to where they went.
  [[nodiscard]] Result<void> reopen(const std::string& file);

  /// One line, whatever the level: ask `enabled` before.
  void write(LogLevel level, std::string_view logger, std::string_view message) {
    write_line(level, logger, message, nullptr, 0);
  }
  virtual void write_line(LogLevel level, std::string_view logger, std::string_view message,
                          const LogField* fields, std::size_t count);

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

  /// Now and then: tells of folded and of missing lines, even when nothing else is written.
  void tick();

  [[nodiscard]] LogRing& ring() noexcept { return ring_; }
  /// Lines that could not be written to stderr or the file.
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  void format(LogLevel level, std::string_view logger, fmt::string_view text, fmt::format_args values);
  void emit(LogLine line);
  void tell_folded(WallTime now);
  [[nodiscard]] std::string printed(const LogLine& line) const;

  struct Output;
  std::atomic<int> level_;
  const Format format_;
  const Clock& clock_;
  LogRing ring_;
  std::atomic<const std::string*> node_{nullptr};
  std::unique_ptr<Output> output_;
};

}  // namespace p2p

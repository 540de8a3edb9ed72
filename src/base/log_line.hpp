// LogLine: one line of the log, as it is kept and as it is written: the seed's text, or one JSON object.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

#include "base/clock.hpp"

namespace p2p {

enum class LogLevel : int { trace, debug, info, warn, error, off };

/// "trace" to "error", "off"; any case. None for another word.
[[nodiscard]] std::optional<LogLevel> log_level_of(std::string_view word);
/// "INFO"
[[nodiscard]] std::string_view log_level_name(LogLevel level) noexcept;

/// Which request a line belongs to; zeros: none.
struct LogTrace {
  std::array<std::uint64_t, 2> trace{};
  std::uint64_t span = 0;
};

struct LogLine {
  std::uint64_t sequence = 0;  ///< LogRing's: 1 and up, without gaps
  WallTime time{};
  LogLevel level = LogLevel::info;
  LogTrace trace;
  std::string logger;   ///< "Service.test_monitoring"
  std::string message;  ///< not escaped; at most 16 KiB
  Value fields;         ///< an object of what the line has besides; null: nothing

  /// "12:00:04 | INFO  | Service.a | text  port=8080\n", local time; the trace is not in it.
  [[nodiscard]] std::string as_text() const;
  /// Appends {"timestamp","level","logger","message","node","trace_id","span_id", ...fields}, without a line
  /// feed. A field that is called like one of these gets an underscore behind its name.
  void append_json(std::string_view node, std::string& out) const;
};

/// `text` with at most 16 KiB, and a mark when something is missing; no half character at the cut.
[[nodiscard]] std::string cut_message(std::string_view text);

/// Control characters as \n, \t or \u001b, so that a line of the log stays one line.
[[nodiscard]] std::string escape_control(std::string_view text);

}  // namespace p2p

// LogQuery: what GET /logs is asked for, and whether a line fits. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_line.hpp"
#include "base/result.hpp"
#include "service_layer/query.hpp"

namespace p2p {

struct LogQuery {
  static constexpr std::array<std::string_view, 16> parameters{
      "limit",   "cursor", "sort",  "fields", "q",      "node", "role",   "tag",
      "service", "status", "since", "level",  "logger", "grep", "follow", "tail"};
  static constexpr std::size_t most_tail = 10'000, usual_tail = 10;

  /// invalid_request for a parameter that does not fit, or does not go with the others.
  [[nodiscard]] static Result<LogQuery> read(const Query& query, WallTime now);

  [[nodiscard]] bool matches(const LogLine& line) const;

  std::size_t limit = 100;
  std::string cursor;         ///< "", or what next_cursor said
  std::string question;       ///< a digest of the filters
  bool newest_first = false;  ///< sort=-timestamp
  std::vector<std::string> fields;
  bool follow = false;
  std::size_t tail = 0;  ///< lines looked back at before following
  WallTime since{};      ///< 0: as far back as there is
  LogLevel least = LogLevel::trace;
  std::vector<std::string> loggers, services;  ///< globs
  std::string q;     ///< in any case, in message, logger and fields; in small letters here
  std::string grep;  ///< as it stands, in the message
};

/// "2026-11-22T05:52:35Z", with up to 9 decimals of a second, or with an offset in place of Z.
[[nodiscard]] std::optional<WallTime> read_rfc3339(std::string_view text);

}  // namespace p2p

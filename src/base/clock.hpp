// Clock: where time comes from. Whoever needs time is handed one, so that tests and the simulator own it.
//
// Threads: any.
#pragma once

#include <chrono>
#include <string>

namespace p2p {

using Instant = std::chrono::steady_clock::time_point;   ///< for intervals and deadlines
using WallTime = std::chrono::system_clock::time_point;  ///< for people, tokens and certificates

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  /// As `now`, up to 4 ms old, for a few nanoseconds: what a deadline of seconds needs.
  [[nodiscard]] virtual Instant coarse_now() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Instant coarse_now() const override;
  [[nodiscard]] WallTime wall() const override;
};

/// RFC 3339 in UTC with milliseconds: "2026-11-22T05:52:35.637Z".
[[nodiscard]] std::string rfc3339(WallTime time);

[[nodiscard]] inline double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
[[nodiscard]] inline double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace p2p

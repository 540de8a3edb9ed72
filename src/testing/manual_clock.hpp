// ManualClock: time that stands still until a test moves it.
//
// Threads: the test's.
#pragma once

#include "base/clock.hpp"

namespace p2p {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(since_start_); }
  [[nodiscard]] Instant coarse_now() const override { return Instant(since_start_ - lag_); }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) +
           std::chrono::duration_cast<WallTime::duration>(since_start_ - begin);
  }

  void advance(std::chrono::nanoseconds duration) { since_start_ += duration; }
  /// How far `coarse_now` is behind: the kernel's is up to 4 ms.
  void set_lag(std::chrono::nanoseconds lag) { lag_ = lag; }

 private:
  static constexpr std::chrono::nanoseconds begin = std::chrono::hours(1);

  std::chrono::nanoseconds since_start_ = begin;
  std::chrono::nanoseconds lag_{0};
};

}  // namespace p2p

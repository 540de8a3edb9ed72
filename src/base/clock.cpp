#include "base/clock.hpp"

#include <fmt/format.h>
#include <time.h>

namespace p2p {

Instant SystemClock::now() const { return std::chrono::steady_clock::now(); }

Instant SystemClock::coarse_now() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Instant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

WallTime SystemClock::wall() const { return std::chrono::system_clock::now(); }

std::string rfc3339(WallTime time) {
  const auto rounded = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto midnight = std::chrono::floor<std::chrono::days>(rounded);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss day(rounded - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     day.hours().count(), day.minutes().count(), day.seconds().count(),
                     day.subseconds().count());
}

}  // namespace p2p

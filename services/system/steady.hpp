// Steady time, which no change of the clock touches. On Linux it began at boot. `boot_ns` goes on while the
// machine sleeps, as the start times of processes do.
#pragma once

#include <chrono>
#include <cstdint>

#include <time.h>

namespace system_service {

[[nodiscard]] inline std::int64_t steady_ns() noexcept {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

[[nodiscard]] inline std::int64_t boot_ns() noexcept {
  timespec now{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace system_service

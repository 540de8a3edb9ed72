// Steady time, which no change of the clock touches. On Linux it began at boot.
#pragma once

#include <chrono>
#include <cstdint>

namespace system_service {

[[nodiscard]] inline std::int64_t steady_ns() noexcept {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace system_service

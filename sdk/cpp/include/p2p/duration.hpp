// Duration without <chrono>, which costs 0.7 CPU seconds in every file that includes it: `250_ms`, `10_s`.
#pragma once

#include <cstdint>

namespace p2p {

struct Duration {
  std::int64_t ns = 0;

  [[nodiscard]] constexpr double seconds() const noexcept { return static_cast<double>(ns) / 1e9; }
  [[nodiscard]] constexpr std::int64_t milliseconds() const noexcept { return ns / 1'000'000; }
  friend constexpr auto operator<=>(const Duration& a, const Duration& b) noexcept { return a.ns <=> b.ns; }
  friend constexpr bool operator==(const Duration&, const Duration&) noexcept = default;
};

inline namespace literals {
consteval Duration operator""_ms(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1'000'000}; }
consteval Duration operator""_s(unsigned long long n) {
  return {static_cast<std::int64_t>(n) * 1'000'000'000};
}
consteval Duration operator""_min(unsigned long long n) {
  return {static_cast<std::int64_t>(n) * 60'000'000'000};
}
}  // namespace literals

}  // namespace p2p

// Latencies: durations of many calls, counted in buckets that are each 1.6 % wide, so that any number of them
// takes 30 KiB; the least and the greatest are exact.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace p2p {

class Latencies {
 public:
  void add(std::chrono::nanoseconds latency) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::chrono::nanoseconds least() const noexcept { return least_; }
  [[nodiscard]] std::chrono::nanoseconds greatest() const noexcept { return greatest_; }
  /// The latency that `share` (0 to 1) of the calls do not exceed; 0 without calls.
  [[nodiscard]] std::chrono::nanoseconds quantile(double share) const noexcept;

 private:
  static constexpr unsigned sub_bits = 6;  ///< 64 buckets for each power of two
  static constexpr std::size_t size = (64 - sub_bits + 1) << sub_bits;
  [[nodiscard]] static std::size_t bucket_of(std::uint64_t ns) noexcept;
  [[nodiscard]] static std::uint64_t middle_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, size> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds least_{0}, greatest_{0};
};

}  // namespace p2p

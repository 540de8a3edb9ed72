// Dice: the chance in a gossip machine. Eight bytes of state, so that 10,000 simulated nodes can each have
// their own; the same seed gives the same numbers on every machine (which std::shuffle does not promise).
//
// Does not: make keys or nonces. Anybody who sees a few numbers knows the rest.
#pragma once

#include <cstdint>

namespace p2p::gossip {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept {  // SplitMix64
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t number = state_;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  }

  /// 0 .. n - 1; 0 for n = 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }

  /// 0 <= x < 1
  [[nodiscard]] double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace p2p::gossip

// Awareness: how well this node itself seems to be (Lifeguard), 0 = well. Whoever misses answers that others
// get is slow itself, and probes more patiently.
#pragma once

#include <algorithm>
#include <cstdint>

namespace p2p::gossip {

class Awareness {
 public:
  explicit Awareness(std::uint32_t worst) noexcept : worst_(static_cast<std::int32_t>(worst)) {}

  void worse(std::int32_t by) noexcept { score_ = std::clamp(score_ + by, 0, worst_); }
  void better() noexcept { worse(-1); }
  [[nodiscard]] std::uint32_t score() const noexcept { return static_cast<std::uint32_t>(score_); }
  /// `interval`, as long as this node should rather take.
  [[nodiscard]] std::int64_t scale(std::int64_t interval) const noexcept { return interval * (score_ + 1); }

 private:
  std::int32_t worst_;
  std::int32_t score_ = 0;
};

}  // namespace p2p::gossip

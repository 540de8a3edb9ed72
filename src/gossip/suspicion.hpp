// Suspicion: one accusation that runs (gossip-wire 7.3). The accused is dead at `deadline()` unless it has
// answered; each further accuser brings that nearer.
//
// Does not: own a timer, or know whom it is about (Membership).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/swim_config.hpp"

namespace p2p::gossip {

class Suspicion {
 public:
  struct Terms {
    TimePoint shortest = 0, longest = 0;
    std::uint32_t confirmations = 0;  ///< after so many it is the shortest

    /// In a cluster of `n`.
    [[nodiscard]] static Terms of(const SwimConfig& config, std::size_t n);
  };

  Suspicion(Terms terms, std::string accuser, TimePoint now);

  /// True when that is news: an accuser that was not known and that still counts.
  bool confirm(std::string_view accuser);
  [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

 private:
  Terms terms_;
  TimePoint begun_, deadline_;
  std::vector<std::string> accusers_;
};

}  // namespace p2p::gossip

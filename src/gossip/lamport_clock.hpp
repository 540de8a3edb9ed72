// LamportClock: a number that orders what clocks cannot: whoever has seen a time stamps later ones only
// (gossip-wire 10.1). A cluster's three begin at 1.
//
// A peer may lie. So a message moves a clock forward by at most `stride`, what it says of a time beyond that
// is not believed, and nobody gets a clock beyond `ceiling`: it never overflows, and an honest cluster that
// is really further on is caught up with in a few messages. Who is handed a whole state asks for horizon()
// once, since a state of 65,536 times is still one message.
//
// A clock that has been driven to its ceiling (thousands of forged messages, each sealed with the cluster's
// key) stands still: what it orders is then told apart no more, and nothing worse.
#pragma once

#include <algorithm>

#include "gossip/serf_message.hpp"

namespace p2p::gossip {

class LamportClock {
 public:
  LamportClock(LamportTime stride, LamportTime ceiling) noexcept : stride_(stride), ceiling_(ceiling) {}

  /// What the next thing is stamped with.
  [[nodiscard]] LamportTime time() const noexcept { return time_; }
  /// Stamps.
  LamportTime tick() noexcept {
    const LamportTime stamp = time_;
    witness(stamp, ceiling_);
    return stamp;
  }

  /// The latest time that is believed now.
  [[nodiscard]] LamportTime horizon() const noexcept { return time_ + std::min(stride_, ceiling_ - time_); }
  /// Takes note of a time somebody stamped. False when it is beyond the horizon: do not believe the rest.
  bool witness(LamportTime seen, LamportTime horizon) noexcept {
    time_ = std::max(time_, std::min({seen, horizon, ceiling_ - 1}) + 1);
    return seen <= horizon;
  }
  bool witness(LamportTime seen) noexcept { return witness(seen, horizon()); }

 private:
  LamportTime stride_, ceiling_;
  LamportTime time_ = 1;
};

/// Of intents. The times of members are kept in 32 bits (Record), and a cluster has few: a million between
/// two messages is no honest number.
[[nodiscard]] inline LamportClock intent_clock() { return {LamportTime{1} << 20, UINT32_MAX}; }
/// Of events and queries: 2^30 messages to the ceiling, and 13 years of ten events a second to the stride.
[[nodiscard]] inline LamportClock event_clock() { return {LamportTime{1} << 32, LamportTime{1} << 62}; }

}  // namespace p2p::gossip

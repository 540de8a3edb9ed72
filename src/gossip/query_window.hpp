// QueryWindow: which queries of the last 512 Lamport times have been here, so that each is answered and told
// on once.
//
// Bounds: 4,096 queries; above that the oldest go, and what is as old as they is taken for known.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "gossip/serf_message.hpp"

namespace p2p::gossip {

class QueryWindow {
 public:
  static constexpr std::size_t limit = 4'096;

  /// False when it is known, or too old to tell. `clock` is the queries' clock, which has witnessed this one.
  [[nodiscard]] bool add(LamportTime ltime, std::uint32_t id, LamportTime clock) {
    if (clock > event_ring) forget_before({clock - event_ring, 0});
    const Stamp stamp{ltime, id};
    if (stamp < first_ || !seen_.insert(stamp).second) return false;
    if (seen_.size() > limit) forget_before(*std::next(seen_.begin()));
    return true;
  }

 private:
  using Stamp = std::pair<LamportTime, std::uint32_t>;
  void forget_before(Stamp first) {
    if (first <= first_) return;
    first_ = first;
    seen_.erase(seen_.begin(), seen_.lower_bound(first_));
  }

  std::set<Stamp> seen_;
  Stamp first_{};
};

}  // namespace p2p::gossip

// EventWindow: the user events of the last 512 Lamport times. Through it each is delivered once, however
// often and by whatever way it comes; and what is in it goes with push/pulls to those who missed some.
//
// Bounds: 64 events of one time, `max_bytes` of all names and payloads together. Above that the oldest times
// go, and with them the permission to deliver events so old: they could not be told from new ones.
#pragma once

#include <map>
#include <vector>

#include "gossip/serf_message.hpp"

namespace p2p::gossip {

class EventWindow {
 public:
  static constexpr std::size_t max_of_one_time = 64;

  explicit EventWindow(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// False when it is not to be delivered: here already, or too old. `clock` is the events' clock, which has
  /// witnessed this one.
  [[nodiscard]] bool add(const UserEvent& event, LamportTime clock);
  /// What was before `first` is none of this node's business.
  void ignore_before(LamportTime first);

  [[nodiscard]] std::vector<PastEvents> past() const;
  [[nodiscard]] LamportTime first() const noexcept { return first_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  using Times = std::map<LamportTime, std::vector<PastEvents::Event>>;
  void drop(Times::iterator time);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  LamportTime first_ = 0;  // nothing before this is delivered
  Times times_;
};

}  // namespace p2p::gossip

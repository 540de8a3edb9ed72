#include "gossip/event_window.hpp"

#include <algorithm>

namespace p2p::gossip {

void EventWindow::drop(Times::iterator time) {
  for (const PastEvents::Event& event : time->second) bytes_ -= event.name.size() + event.payload.size();
  times_.erase(time);
}

void EventWindow::ignore_before(LamportTime first) {
  if (first <= first_) return;
  first_ = first;
  while (!times_.empty() && times_.begin()->first < first_) drop(times_.begin());
}

bool EventWindow::add(const UserEvent& event, LamportTime clock) {
  if (clock > event_ring) ignore_before(clock - event_ring);
  if (event.ltime < first_) return false;
  auto& same_time = times_[event.ltime];
  const bool known = std::ranges::any_of(same_time, [&](const PastEvents::Event& other) {
    return other.name == event.name && other.payload == event.payload;
  });
  if (known || same_time.size() >= max_of_one_time) return false;
  same_time.push_back({event.name, event.payload});
  bytes_ += event.name.size() + event.payload.size();
  while (bytes_ > max_bytes_ && times_.size() > 1) ignore_before(std::next(times_.begin())->first);
  return true;
}

std::vector<PastEvents> EventWindow::past() const {
  std::vector<PastEvents> past;
  past.reserve(times_.size());
  for (const auto& [ltime, events] : times_) past.push_back({ltime, events});
  return past;
}

}  // namespace p2p::gossip

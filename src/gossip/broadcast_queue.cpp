#include "gossip/broadcast_queue.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "gossip/swim_config.hpp"

namespace p2p::gossip {

BroadcastQueue::Ticket BroadcastQueue::add(std::string about, Message message, std::size_t length) {
  if (const auto old = by_name_.find(about); old != by_name_.end()) drop(waiting_.find(old->second));
  const Order order{0, length, ++last_};
  const auto entry = waiting_.emplace(order, Entry{std::move(about), std::move(message)}).first;
  if (!entry->second.about.empty()) by_name_.emplace(entry->second.about, order);
  if (waiting_.size() > limit_) drop(std::prev(waiting_.end()));
  return last_;
}

void BroadcastQueue::drop(Waiting::iterator entry) {
  if (!entry->second.about.empty()) by_name_.erase(std::string_view(entry->second.about));
  waiting_.erase(entry);
}

std::size_t BroadcastQueue::fill(std::vector<Message>& parts, std::size_t room, std::size_t per_part,
                                 std::uint32_t times) {
  std::vector<Waiting::node_type> told;
  std::size_t used = 0;
  std::uint32_t tier = 0;
  while (room - used > per_part && parts.size() < max_parts) {
    const std::size_t fits = room - used - per_part;
    const auto best = waiting_.lower_bound(Order{tier, fits, std::numeric_limits<Ticket>::max()});
    if (best == waiting_.end()) break;
    if (best->first.told > tier) {  // nothing of this tier fits: on to the next
      tier = best->first.told;
      continue;
    }
    used += best->first.length + per_part;
    parts.push_back(best->second.message);
    told.push_back(waiting_.extract(best));
  }
  for (Waiting::node_type& entry : told) put_back(std::move(entry), times);
  return used;
}

void BroadcastQueue::put_back(Waiting::node_type told, std::uint32_t times) {
  const std::string& about = told.mapped().about;
  if (++told.key().told >= times) {
    if (!about.empty()) by_name_.erase(std::string_view(about));
    return;
  }
  if (!about.empty()) by_name_.find(std::string_view(about))->second = told.key();
  waiting_.insert(std::move(told));
}

bool BroadcastQueue::waiting(Ticket ticket) const noexcept {
  return std::ranges::any_of(waiting_, [&](const auto& entry) { return entry.first.ticket == ticket; });
}

}  // namespace p2p::gossip

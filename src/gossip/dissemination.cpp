#include "gossip/dissemination.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace p2p::gossip {
namespace {

constexpr std::size_t compound_bytes = 2, part_bytes = 2;

std::uint32_t retransmit_limit(const SwimConfig& config, std::size_t n) {
  return config.retransmit_mult *
         static_cast<std::uint32_t>(std::ceil(std::log10(static_cast<double>(n) + 1)));
}

}  // namespace

Dissemination::Dissemination(const SwimConfig& config)
    : config_(config),
      members_(config.queue_entries),
      users_{BroadcastQueue(config.queue_entries), BroadcastQueue(config.queue_entries),
             BroadcastQueue(config.queue_entries)} {}

void Dissemination::tell_about(std::string node, Message message) {
  const std::size_t length = config_.size_of(message);
  members_.add(std::move(node), std::move(message), length);
}

BroadcastQueue::Ticket Dissemination::tell(Tier tier, Bytes serf_message) {
  Message message = User{std::move(serf_message)};
  const std::size_t length = config_.size_of(message);
  return users_[static_cast<std::size_t>(tier)].add({}, std::move(message), length);
}

bool Dissemination::empty() const noexcept {
  return members_.empty() && std::ranges::all_of(users_, &BroadcastQueue::empty);
}

void Dissemination::top_up(std::vector<Message>& parts, std::size_t n) {
  if (empty()) return;  // nearly always: no sizes are computed for nothing
  std::size_t used = config_.seal_bytes + compound_bytes;
  for (const Message& part : parts) used += part_bytes + config_.size_of(part);
  if (used >= config_.packet_bytes) return;
  std::size_t room = config_.packet_bytes - used;
  const std::uint32_t times = retransmit_limit(config_, n);
  room -= members_.fill(parts, room, part_bytes, times);
  for (BroadcastQueue& queue : users_) room -= queue.fill(parts, room, part_bytes, times);
}

}  // namespace p2p::gossip

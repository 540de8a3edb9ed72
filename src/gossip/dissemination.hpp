// Dissemination: all that is being told to everybody (gossip-wire 8): news of members first, then what Serf
// adds in three tiers. It fills packets; who gets one, and when, is SwimCore's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gossip/broadcast_queue.hpp"
#include "gossip/swim_config.hpp"

namespace p2p::gossip {

/// Serf's messages, by what goes first.
enum class Tier : std::uint8_t { intents = 0, queries = 1, events = 2 };

class Dissemination {
 public:
  explicit Dissemination(const SwimConfig& config);

  /// News of `node`, in the place of older news of it.
  void tell_about(std::string node, Message message);
  BroadcastQueue::Ticket tell(Tier tier, Bytes serf_message);

  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] bool waiting_about(std::string_view node) const { return members_.waiting_about(node); }
  [[nodiscard]] bool waiting(Tier tier, BroadcastQueue::Ticket ticket) const noexcept {
    return users_[static_cast<std::size_t>(tier)].waiting(ticket);
  }
  [[nodiscard]] const BroadcastQueue& members() const noexcept { return members_; }
  [[nodiscard]] const BroadcastQueue& users(Tier tier) const noexcept {
    return users_[static_cast<std::size_t>(tier)];
  }

  /// Adds what still fits into a packet of these parts, in a cluster of `n`.
  void top_up(std::vector<Message>& parts, std::size_t n);

 private:
  const SwimConfig& config_;
  BroadcastQueue members_;
  std::array<BroadcastQueue, 3> users_;
};

}  // namespace p2p::gossip

#include "net/connection_room.hpp"

namespace p2p {

void ConnectionRoom::add(const Endpoint& client) {
  const std::lock_guard lock(mutex_);
  ++connections_;
  if (!client.is_loopback()) ++by_ip_[client.address];
}

void ConnectionRoom::remove(const Endpoint& client) {
  const std::lock_guard lock(mutex_);
  --connections_;
  if (client.is_loopback()) return;
  const auto found = by_ip_.find(client.address);
  if (found != by_ip_.end() && --found->second == 0) by_ip_.erase(found);
}

std::size_t ConnectionRoom::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::string_view ConnectionRoom::full_for(const Endpoint& client, const HttpLimits& limits) const {
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits.connections) return "too many connections";
  if (client.is_loopback()) return {};
  const auto found = by_ip_.find(client.address);
  if (found == by_ip_.end() || found->second < limits.connections_per_ip) return {};
  return "too many connections from your address";
}

}  // namespace p2p

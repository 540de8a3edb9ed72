// ConnectionRoom: how many connections a node holds, and how many of them from each foreign address: over all
// servers that share a port. Asked when a connection comes and when it goes, never for a request.
//
// Threads: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

#include "base/endpoint.hpp"
#include "net/http_limits.hpp"

namespace p2p {

class ConnectionRoom {
 public:
  void add(const Endpoint& client);
  void remove(const Endpoint& client);

  [[nodiscard]] std::size_t connections() const;
  /// Whether one more from there is over a limit; why, or empty.
  [[nodiscard]] std::string_view full_for(const Endpoint& client, const HttpLimits& limits) const;

 private:
  mutable std::mutex mutex_;  // guards both
  std::size_t connections_ = 0;
  std::map<std::array<std::uint8_t, 16>, std::size_t> by_ip_;  // foreign addresses only
};

}  // namespace p2p

// Endpoint to the kernel's addresses and back.
#pragma once

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.hpp"

namespace p2p {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() noexcept { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
};

[[nodiscard]] inline SocketAddress to_sockaddr(const Endpoint& endpoint) {
  SocketAddress out;
  if (endpoint.v6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.data(), 16);
    std::memcpy(&out.storage, &address, out.size = sizeof address);
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    std::memcpy(&address.sin_addr, endpoint.address.data(), 4);
    std::memcpy(&out.storage, &address, out.size = sizeof address);
  }
  return out;
}

[[nodiscard]] inline Endpoint from_sockaddr(const SocketAddress& from) {
  Endpoint endpoint;
  if (from.storage.ss_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, &from.storage, sizeof address);
    endpoint.v6 = true;
    endpoint.port = ntohs(address.sin6_port);
    std::memcpy(endpoint.address.data(), &address.sin6_addr, 16);
  } else {
    sockaddr_in address{};
    std::memcpy(&address, &from.storage, sizeof address);
    endpoint.port = ntohs(address.sin_port);
    std::memcpy(endpoint.address.data(), &address.sin_addr, 4);
  }
  return endpoint;
}

/// Our end of a socket.
[[nodiscard]] inline Endpoint local_endpoint(int fd) {
  SocketAddress address;
  if (::getsockname(fd, address.get(), &address.size) != 0) return {};
  return from_sockaddr(address);
}

}  // namespace p2p

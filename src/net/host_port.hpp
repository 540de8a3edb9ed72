// "host:port" texts to Endpoints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace p2p {

struct HostPort {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;
};

/// "127.0.0.1:8001", "[::1]:8001", "name:8001"; without a port `default_port`. invalid_params for anything
/// else.
[[nodiscard]] Result<HostPort> split_host_port(std::string_view text, std::uint16_t default_port);

/// The address of `host`, a name or an address; the first one when it has several. Asks the system's
/// resolver, so it may block for seconds on a name: on a pool or at the start. node_not_found when the name
/// is unknown.
[[nodiscard]] Result<Endpoint> resolve(const HostPort& place);

/// Both in one.
[[nodiscard]] Result<Endpoint> resolve(std::string_view host_port, std::uint16_t default_port);

}  // namespace p2p

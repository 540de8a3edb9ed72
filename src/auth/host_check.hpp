// Whether a request names this node as its host. A web page can make a browser resolve its own name to
// 127.0.0.1 and talk to us (DNS rebinding); the name it used then stands in `Host`. So a node on loopback
// answers only to its own names, on every route: 421 wrong_host otherwise.
#pragma once

#include <cstdint>
#include <string_view>

namespace p2p {

/// `host` is 127.0.0.1, localhost (any case), [::1] or `listen_address`, with `port` (80 when it names none).
/// An empty `host` is not allowed. `listen_address` is an IP address without brackets.
[[nodiscard]] bool host_allowed(std::string_view host, std::string_view listen_address,
                                std::uint16_t port) noexcept;

/// Whether `origin` is a page of this node: http or https and an allowed host.
[[nodiscard]] bool own_origin(std::string_view origin, std::string_view listen_address,
                              std::uint16_t port) noexcept;

}  // namespace p2p

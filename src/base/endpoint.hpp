// Endpoint: an IP address and a port, without Asio.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace p2p {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 in the first four bytes
  std::uint16_t port = 0;
  bool v6 = false;

  /// 127.0.0.0/8, ::1, and IPv4 loopback mapped into IPv6.
  [[nodiscard]] bool is_loopback() const noexcept;
  [[nodiscard]] std::string address_text() const;  ///< "127.0.0.1", "::1"
  [[nodiscard]] std::string text() const;          ///< "127.0.0.1:8001", "[::1]:8001"
  /// ::ffff:127.0.0.1 as 127.0.0.1; all others as they are.
  [[nodiscard]] Endpoint unmapped() const noexcept;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;

  /// An IP address as text; invalid_params for a name.
  [[nodiscard]] static Result<Endpoint> parse(std::string_view address, std::uint16_t port);
};

}  // namespace p2p

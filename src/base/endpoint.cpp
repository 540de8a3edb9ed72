#include "base/endpoint.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace p2p {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const Endpoint& endpoint) {
  return endpoint.v6 && std::equal(mapped_prefix.begin(), mapped_prefix.end(), endpoint.address.begin());
}

}  // namespace

Endpoint Endpoint::unmapped() const noexcept {
  if (!is_mapped(*this)) return *this;
  Endpoint plain;
  std::copy_n(address.begin() + 12, 4, plain.address.begin());
  plain.port = port;
  return plain;
}

bool Endpoint::is_loopback() const noexcept {
  const auto plain = unmapped();
  if (!plain.v6) return plain.address[0] == 127;
  return std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; }) &&
         address[15] == 1;
}

std::string Endpoint::address_text() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(v6 ? AF_INET6 : AF_INET, address.data(), text, sizeof text);
  return text;
}

std::string Endpoint::text() const {
  return v6 ? fmt::format("[{}]:{}", address_text(), port) : fmt::format("{}:{}", address_text(), port);
}

Result<Endpoint> Endpoint::parse(std::string_view address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  const std::string text(
      address.substr(0, address.find('\0')));  // inet_pton would not see what follows a NUL
  const bool whole = text.size() == address.size();
  if (whole && inet_pton(AF_INET, text.c_str(), endpoint.address.data()) == 1) return endpoint;
  endpoint.v6 = true;
  if (whole && inet_pton(AF_INET6, text.c_str(), endpoint.address.data()) == 1) return endpoint;
  return fail(Errc::invalid_params, fmt::format("'{}' is no IP address", address));
}

}  // namespace p2p

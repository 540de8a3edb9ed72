#include "net/host_port.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <netdb.h>

#include "net/impl/sockaddr.hpp"

namespace p2p {
namespace {

std::unexpected<Error> bad(std::string_view text) {
  return fail(Errc::invalid_params,
              fmt::format("'{}' is no address: write HOST:PORT, or [IPV6]:PORT", text.substr(0, 80)));
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view host) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, fits);
}

}  // namespace

Result<HostPort> split_host_port(std::string_view text, std::uint16_t default_port) {
  HostPort place{.host = {}, .port = default_port};
  auto host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad(text);
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (const auto colon = text.find(':'); colon != text.rfind(':')) {
    port = {};  // an IPv6 address without brackets has no port
  } else if (colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!is_host(host)) return bad(text);
  if (!port.empty()) {
    const auto number = port_of(port.substr(1));
    if (port.front() != ':' || !number) return bad(text);
    place.port = *number;
  }
  place.host = host;
  return place;
}

Result<Endpoint> resolve(const HostPort& place) {
  if (auto address = Endpoint::parse(place.host, place.port)) return address;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(place.host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return fail(Errc::node_not_found,
                fmt::format("cannot resolve '{}': {}", place.host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr,
              std::min<std::size_t>(found->ai_addrlen, sizeof address.storage));
  auto endpoint = from_sockaddr(address);
  endpoint.port = place.port;
  return endpoint;
}

Result<Endpoint> resolve(std::string_view host_port, std::uint16_t default_port) {
  auto place = split_host_port(host_port, default_port);
  if (!place) return fail(std::move(place.error()));
  return resolve(*place);
}

}  // namespace p2p

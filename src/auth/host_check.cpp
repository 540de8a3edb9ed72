#include "auth/host_check.hpp"

#include <algorithm>
#include <charconv>

namespace p2p {
namespace {

bool equal_in_any_case(std::string_view text, std::string_view lower) noexcept {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::ranges::equal(text, lower, same);
}

struct HostPort {
  std::string_view host, port;
  bool has_port = false;
};

HostPort split(std::string_view text) noexcept {
  // The colons of an IPv6 address stand inside its brackets.
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon =
      bracket == std::string_view::npos ? std::string_view::npos : text.find(':', bracket);
  if (colon == std::string_view::npos) return {.host = text, .port = {}};
  return {.host = text.substr(0, colon), .port = text.substr(colon + 1), .has_port = true};
}

bool is_port(std::string_view text, std::uint16_t port) noexcept {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number == port && !text.starts_with('0');
}

bool is_own_name(std::string_view host, std::string_view listen_address) noexcept {
  if (host == "127.0.0.1" || host == "[::1]" || equal_in_any_case(host, "localhost")) return true;
  if (host.empty() || listen_address.empty()) return false;
  if (host == listen_address) return listen_address.find(':') == std::string_view::npos;
  return host.size() == listen_address.size() + 2 && host.starts_with('[') && host.ends_with(']') &&
         host.substr(1, listen_address.size()) == listen_address &&
         listen_address.find(':') != std::string_view::npos;
}

bool allowed(std::string_view text, std::string_view listen_address, std::uint16_t port,
             std::uint16_t port_when_absent) noexcept {
  const HostPort parts = split(text);
  const bool port_fits = parts.has_port ? is_port(parts.port, port) : port == port_when_absent;
  return port_fits && is_own_name(parts.host, listen_address);
}

}  // namespace

bool host_allowed(std::string_view host, std::string_view listen_address, std::uint16_t port) noexcept {
  return allowed(host, listen_address, port, 80);
}

bool own_origin(std::string_view origin, std::string_view listen_address, std::uint16_t port) noexcept {
  constexpr std::string_view plain = "http://", tls = "https://";
  if (origin.starts_with(plain)) return allowed(origin.substr(plain.size()), listen_address, port, 80);
  if (origin.starts_with(tls)) return allowed(origin.substr(tls.size()), listen_address, port, 443);
  return false;
}

}  // namespace p2p

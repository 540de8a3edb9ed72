#include "node/config_values.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"
#include "net/host_port.hpp"

namespace p2p {
namespace {

constexpr std::size_t longest_path = 4095, most_tags = 16, tag_bytes = 512;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_printable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0 || is_control(text[at])) return false;
    at += length;
  }
  return true;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

bool is_database(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number < 10'000;
}

/// "user:password@host" -> "host". The last @ counts: a password may hold one.
std::string_view behind_user(std::string_view rest) {
  const auto at = rest.rfind('@');
  return at == rest.npos ? rest : rest.substr(at + 1);
}

}  // namespace

bool is_ip_address(std::string_view text) { return Endpoint::parse(text, 0).has_value(); }
bool is_node_address(std::string_view text) { return split_host_port(text, 1).has_value(); }
bool is_advertised(std::string_view text) { return text.empty() || is_node_address(text); }
bool is_origin(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == text.npos || (text.substr(0, colon) != "https" && text.substr(0, colon) != "http"))
    return false;
  const std::string_view host = text.substr(colon + 3);
  return is_node_address(host) && std::ranges::none_of(host, [](char c) { return c >= 'A' && c <= 'Z'; });
}
bool is_optional_path(std::string_view text) { return text.size() <= longest_path && is_printable(text); }
bool is_named_path(std::string_view text) { return !text.empty() && is_optional_path(text); }
bool is_unit_glob(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.front() != '-' && text.find('/') == text.npos &&
         std::ranges::none_of(text, [](char c) { return c == ' ' || is_control(c); });
}

bool is_redis_url(std::string_view url) {
  if (url.empty()) return true;
  if (!is_printable(url) || url.find(' ') != url.npos) return false;
  const auto colon = url.find("://");
  if (colon == url.npos) return false;
  const std::string_view scheme = url.substr(0, colon), place = behind_user(url.substr(colon + 3));
  if (scheme == "unix") return place.size() > 1 && place.front() == '/';
  if (scheme != "redis" && scheme != "rediss") return false;
  const auto slash = place.find('/');
  const std::string_view database = slash == place.npos ? "0" : place.substr(slash + 1);
  return split_host_port(place.substr(0, slash), 6379).has_value() &&
         (database.empty() || is_database(database));
}

std::string without_password(std::string_view url) {
  const auto slashes = url.find("://");
  const auto begin = slashes == url.npos ? 0 : slashes + 3;
  const auto at = url.rfind('@');
  const auto colon = url.find(':', begin);
  if (at == url.npos || colon == url.npos || colon > at) return std::string(url);
  return std::string(url.substr(0, colon + 1)) + "***" + std::string(url.substr(at));
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string masked(const Secret& secret) { return "(set, " + std::to_string(secret.size()) + " characters)"; }

Result<void> check_tags(const std::map<std::string, std::string>& tags) {
  const auto refuse = [](std::string what) { return fail(Errc::invalid_params, std::move(what)); };
  std::size_t bytes = 0, longest = 0;
  std::string_view name;
  for (const auto& [key, value] : tags) {
    if (!is_word(key))
      return refuse("must have keys of 1 to 64 letters, digits, '.', '_', '-', unlike '" + key.substr(0, 64) +
                    "'");
    if (!is_printable(value))
      return refuse("must have values without control characters, unlike that of '" + key + "'");
    const std::size_t size = key.size() + value.size();
    bytes += size;
    if (size > longest) name = key;
    longest = std::max(longest, size);
  }
  if (tags.size() > most_tags)
    return refuse("must be at most 16 tags, these are " + std::to_string(tags.size()));
  if (bytes > tag_bytes)
    return refuse("must have at most 512 bytes in all, these have " + std::to_string(bytes) +
                  ", most of them in '" + std::string(name) + "'");
  return {};
}

}  // namespace p2p

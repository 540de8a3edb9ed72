#include "service_layer/query.hpp"

#include <algorithm>
#include <charconv>

#include <p2p/detail/nearest.hpp>

#include "base/units.hpp"

namespace p2p {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

bool may_repeat(std::string_view name) {
  static constexpr std::string_view filters[] = {"node", "role", "tag", "service", "status", "logger"};
  return std::ranges::find(filters, name) != std::ranges::end(filters);
}

Error unknown(const std::string& name, std::span<const std::string_view> known) {
  Error error(Errc::invalid_request, "unknown query parameter " + name.substr(0, 64));
  if (const std::string close = nearest(name, known); !close.empty())
    error.with("hint", "did you mean " + close + "?");
  return error;
}

}  // namespace

Result<Query> Query::parse(std::string_view text, std::span<const std::string_view> known) {
  Query query;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    if (item.empty()) continue;
    const auto equals = item.find('=');
    const auto name = decode(item.substr(0, equals));
    const auto value = decode(equals == item.npos ? std::string_view{} : item.substr(equals + 1));
    if (!name || !value) return fail(Errc::invalid_request, "the query has a broken %-escape");
    bool found = false;
    for (const std::string_view word : known) found = found || word == *name;
    if (!found) return fail(unknown(*name, known));
    auto& values = query.values_[*name];
    if (!values.empty() && !may_repeat(*name))
      return fail(Errc::invalid_request, "query parameter " + *name + " stands twice");
    values.push_back(*value);
  }
  return query;
}

std::string_view Query::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view{} : std::string_view(found->second.front());
}

std::vector<std::string> Query::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string Query::question(std::span<const std::string_view> besides) const {
  std::string text;
  for (const auto& [name, values] : values_) {
    if (std::ranges::find(besides, name) != besides.end()) continue;
    for (const std::string& value : values)
      text.append(name).append(1, '=').append(std::to_string(value.size())).append(1, ':').append(value);
  }
  return text;
}

Result<std::size_t> Query::count(std::string_view name, std::size_t fallback, std::size_t most) const {
  if (!has(name)) return fallback;
  const std::string_view text = get(name);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > most)
    return fail(Errc::invalid_request, std::string(name) + " must be 1 to " + std::to_string(most));
  return number;
}

std::optional<std::int64_t> read_duration(std::string_view text) noexcept {
  const auto duration = duration_of(text);
  if (!duration || *duration > std::chrono::hours(24)) return std::nullopt;
  return duration->count();
}

}  // namespace p2p

#include "cli/cells.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/units.hpp"

namespace p2p {
namespace {

using Span = std::chrono::milliseconds;

std::optional<double> number_of(const Value& value) {
  if (value.kind() != Value::Kind::integer && value.kind() != Value::Kind::real) return std::nullopt;
  return value.as_double();
}

std::string plain(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_object()) {
    std::string text;
    for (const auto& [name, member] : value.as_object())
      text += (text.empty() ? "" : ",") + name + '=' + plain(member);
    return text;
  }
  if (!value.is_array()) return json::dump(value);
  std::string text;
  for (const Value& item : value.as_array()) text += (text.empty() ? "" : ",") + plain(item);
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string told_time(const Value& value, WallTime now, std::string_view behind) {
  const auto then = value.is_string() ? wall_time_of(value.as_string()) : std::nullopt;
  if (!then) return "-";
  const auto passed = std::chrono::duration_cast<Span>(now - *then);
  if (!behind.empty() && passed < Span(1500)) return "now";
  return text_of_span(std::max(passed, Span(0))) + std::string(behind);
}

std::string place_text(const Value& row) {
  if (!row["address"].is_string()) return "-";
  const std::string& address = row["address"].as_string();
  const std::string port = plain(row["port"]);
  return address.contains(':') ? '[' + address + "]:" + port : address + ':' + port;
}

template <class Number>
bool read_digits(std::string_view& text, std::size_t count, Number& number) {
  if (text.size() < count) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, number);
  if (error != std::errc() || end != text.data() + count) return false;
  text.remove_prefix(count);
  return true;
}

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

const Value& member_at(const Value& row, std::string_view path) {
  const Value* at = &row;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    at = &(*at)[name];
  }
  return *at;
}

std::string cell_text(Cell cell, const Value& value, WallTime now) {
  if (value.is_null()) return "-";
  const auto number = number_of(value);
  switch (cell) {
    case Cell::text:
    case Cell::state: {
      std::string text = escape_control(plain(value));
      return text.empty() ? "-" : text;
    }
    case Cell::method: {
      std::string text = escape_control(plain(value));
      if (const auto slash = text.find('/'); slash != text.npos) text[slash] = '.';
      return text;
    }
    case Cell::count:
      return value.is_array() || value.is_object() ? std::to_string(value.size()) : plain(value);
    case Cell::percent: return number ? fmt::format("{:.0f}%", *number) : "-";
    case Cell::milliseconds: return number ? text_of_milliseconds(*number) : "-";
    case Cell::span:
      return number && *number > 0 ? duration_text(Span(static_cast<std::int64_t>(*number))) : "-";
    case Cell::ago: return told_time(value, now, " ago");
    case Cell::since: return told_time(value, now, "");
    case Cell::bytes: return number ? text_of_bytes(*number) : "-";
    case Cell::place: return escape_control(place_text(value));
  }
  return "-";
}

Colour colour_of_state(std::string_view word) {
  for (const char* good : {"alive", "running", "ready", "ok"})
    if (word == good) return Colour::green;
  for (const char* bad : {"dead", "failed", "error"})
    if (word == bad) return Colour::red;
  for (const char* between :
       {"suspected", "starting", "stopping", "draining", "degraded", "pending", "stopped", "left"})
    if (word == between) return Colour::yellow;
  return Colour::none;
}

std::string text_of_span(Span span) {
  const auto ms = span.count();
  if (ms < 1000) return std::to_string(ms) + "ms";
  const auto seconds = ms / 1000;
  if (seconds < 120) return std::to_string(seconds) + 's';
  if (seconds < 7200) return std::to_string(seconds / 60) + 'm';
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + 'h';
  return std::to_string(seconds / 86400) + 'd';
}

std::string text_of_milliseconds(double ms) {
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} s", ms / 1000);
}

std::string text_of_bytes(double bytes) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string text_of_reason(const Value& reason) {
  if (reason.is_string()) return escape_control(first_line(reason.as_string()));
  if (!reason.is_object()) return {};
  std::string text;
  if (reason["step"].is_string()) text = reason["step"].as_string() + ": ";
  if (reason["file"].is_string()) {
    text += reason["file"].as_string();
    for (const char* place : {"line", "column"})
      if (const auto number = number_of(reason[place])) text += fmt::format(":{:.0f}", *number);
    text += ": ";
  }
  return escape_control(text + first_line(plain(reason["message"])));
}

std::optional<WallTime> wall_time_of(std::string_view text) {
  int year = 0, hour = 0, minute = 0, second = 0, fraction = 0;
  unsigned month = 0, day = 0;
  const bool whole = read_digits(text, 4, year) && skip(text, '-') && read_digits(text, 2, month) &&
                     skip(text, '-') && read_digits(text, 2, day) && skip(text, 'T') &&
                     read_digits(text, 2, hour) && skip(text, ':') && read_digits(text, 2, minute) &&
                     skip(text, ':') && read_digits(text, 2, second);
  if (!whole) return std::nullopt;
  if (skip(text, '.') && !read_digits(text, 3, fraction)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (text != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + Span(fraction);
}

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (text_width(text) <= width) return std::string(text);
  const std::size_t kept = width > 3 ? width - 3 : 0;
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && seen++ == kept) break;
  return std::string(text.substr(0, at)) + std::string("...").substr(0, std::min<std::size_t>(3, width));
}

}  // namespace p2p

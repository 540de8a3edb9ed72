#include "cli/log_lines.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "cli/cells.hpp"

namespace p2p {
namespace {

std::string word(const Value& value) { return cell_text(Cell::text, value, {}); }

std::string local_time(const Value& timestamp) {
  const auto time = timestamp.is_string() ? wall_time_of(timestamp.as_string()) : std::nullopt;
  if (!time) return "--:--:--";
  const std::time_t seconds = std::chrono::system_clock::to_time_t(*time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Colour colour_of(std::string_view level) {
  if (level == "ERROR") return Colour::red;
  if (level == "WARN") return Colour::yellow;
  return level == "DEBUG" || level == "TRACE" ? Colour::dim : Colour::none;
}

bool is_usual(std::string_view name) {
  for (const char* known : {"timestamp", "level", "logger", "message", "node", "trace_id", "span_id"})
    if (name == known) return true;
  return false;
}

}  // namespace

std::string log_line_text(const Value& line, const Terminal& terminal) {
  std::string level = word(line["level"]);
  std::ranges::transform(level, level.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::string text = fmt::format("{} | {} | {} | {} | {}", word(line["node"]), local_time(line["timestamp"]),
                                 terminal.paint_out(colour_of(level), fmt::format("{:<5}", level)),
                                 word(line["logger"]), word(line["message"]));
  if (line.is_object())
    for (const auto& [name, value] : line.as_object())
      if (!is_usual(name)) text += fmt::format("  {}={}", word(Value(name)), word(value));
  return text + '\n';
}

}  // namespace p2p

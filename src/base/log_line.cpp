#include "base/log_line.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <time.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace p2p {
namespace {

constexpr std::size_t longest_message = 16 * 1024;
constexpr std::array<std::string_view, 6> level_words{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};
constexpr std::array<std::string_view, 7> own_keys{"timestamp", "level",    "logger", "message",
                                                   "node",      "trace_id", "span_id"};

// "HH:MM:SS", worked out once a second: the time zone is a file and a lock.
std::string_view local_time(WallTime time) {
  thread_local time_t known = -1;
  thread_local std::array<char, 9> text{};
  const time_t now = std::chrono::system_clock::to_time_t(time);
  if (now != known) {
    tm parts{};
    ::localtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
    known = now;
  }
  return {text.data(), text.size() - 1};
}

// C0, DEL, and C1 (which terminals obey as they do ESC [).
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7F || (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

void append_escaped(std::string_view control, std::string& out) {
  switch (control[0]) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto code = static_cast<unsigned char>(control.back());  // of C1 the second byte is the code itself
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(code));
}

std::string with_fields(const LogLine& line) {
  std::string text = line.message;
  if (!line.fields.is_object()) return text;
  const char* gap = "  ";
  for (const Member& field : line.fields.as_object()) {
    text.append(std::exchange(gap, " ")).append(field.first).append("=");
    json::write(field.second, text);
  }
  return text;
}

void append_member(std::string_view key, std::string_view value, std::string& out) {
  out.append(",\"").append(key).append("\":");
  json::write_string(value, out);
}

}  // namespace

std::optional<LogLevel> log_level_of(std::string_view word) {
  const auto same_letter = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; };
  for (std::size_t i = 0; i < level_words.size(); ++i) {
    if (std::ranges::equal(word, level_words[i], same_letter)) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string_view log_level_name(LogLevel level) noexcept {
  return level_words[static_cast<std::size_t>(level)];
}

std::string LogLine::as_text() const {
  return fmt::format("{} | {:<5} | {} | {}\n", local_time(time), log_level_name(level),
                     escape_control(logger), cut_message(escape_control(cut_message(with_fields(*this)))));
}

void LogLine::append_json(std::string_view node, std::string& out) const {
  out.append(R"({"timestamp":")").append(rfc3339(time)).append("\"");
  append_member("level", log_level_name(level), out);
  append_member("logger", logger, out);
  append_member("message", message, out);
  if (!node.empty()) append_member("node", node, out);
  if (trace.trace[0] != 0 || trace.trace[1] != 0)
    append_member("trace_id", fmt::format("{:016x}{:016x}", trace.trace[0], trace.trace[1]), out);
  if (trace.span != 0) append_member("span_id", fmt::format("{:016x}", trace.span), out);
  if (fields.is_object()) {
    for (const Member& field : fields.as_object()) {
      const bool taken = std::ranges::find(own_keys, field.first) != own_keys.end();
      out += ',';
      json::write_string(taken ? field.first + "_" : field.first, out);
      out += ':';
      json::write(field.second, out);
    }
  }
  out += '}';
}

std::string cut_message(std::string_view text) {
  if (text.size() <= longest_message) return std::string(text);
  constexpr std::string_view mark = "... [cut]";
  std::size_t end = longest_message - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(mark);
}

std::string escape_control(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += replacement_character;
    } else if (is_control(text.substr(0, length))) {
      append_escaped(text.substr(0, length), out);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace p2p

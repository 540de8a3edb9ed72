#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"

namespace p2p {
namespace {

constexpr std::size_t longest_message = 16 * 1024;
constexpr std::array<std::string_view, 6> level_words{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};

std::string_view word_of(LogLevel level) { return level_words[static_cast<std::size_t>(level)]; }

// "HH:MM:SS", worked out once a second: the time zone is a file and a lock.
std::string_view local_time() {
  thread_local time_t known = -1;
  thread_local std::array<char, 9> text{};
  const time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now != known) {
    tm parts{};
    ::localtime_r(&now, &parts);
    std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
    known = now;
  }
  return {text.data(), text.size() - 1};
}

// At most 16 KiB with the mark that something is missing, and no half character at the cut.
std::string cut(std::string_view message) {
  if (message.size() <= longest_message) return std::string(message);
  constexpr std::string_view mark = "... [cut]";
  std::size_t end = longest_message - mark.size();
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return std::string(message.substr(0, end)).append(mark);
}

std::string text_line(LogLevel level, std::string_view logger, std::string_view message) {
  return fmt::format("{} | {:<5} | {} | {}\n", local_time(), word_of(level), escape_control(logger),
                     cut(escape_control(cut(message))));
}

std::string json_line(LogLevel level, std::string_view logger, std::string_view message) {
  std::string line = R"({"timestamp":")" + rfc3339(std::chrono::system_clock::now()) + R"(","level":")";
  line.append(word_of(level)).append(R"(","logger":)");
  json::write_string(logger, line);
  line += R"(,"message":)";
  json::write_string(cut(message), line);
  return line += "}\n";
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

}  // namespace

// A line is one write: lines of several threads, or of several processes, do not mix.
struct Log::Sink {
  int file = STDERR_FILENO;
  std::mutex one_at_a_time;

  explicit Sink(const std::string& path) {
    if (path.empty()) return;
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file >= 0) return;
    throw std::runtime_error("cannot open the log file " + path + ": " +
                             std::generic_category().message(errno));
  }
  ~Sink() {
    if (file != STDERR_FILENO) ::close(file);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // A disk that is full or a reader that left loses lines, never the node.
  void put(std::string_view line) {
    const std::lock_guard lock(one_at_a_time);
    while (!line.empty()) {
      const ssize_t written = ::write(file, line.data(), line.size());
      if (written < 0 && errno != EINTR) return;
      if (written > 0) line.remove_prefix(static_cast<std::size_t>(written));
    }
  }
};

std::optional<LogLevel> log_level_of(std::string_view word) {
  const auto same_letter = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; };
  for (std::size_t i = 0; i < level_words.size(); ++i) {
    if (std::ranges::equal(word, level_words[i], same_letter)) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

Log::Log(LogLevel level, Format format, const std::string& file)
    : level_(static_cast<int>(level)), format_(format), sink_(std::make_unique<Sink>(file)) {}
Log::~Log() = default;

void Log::write(LogLevel level, std::string_view logger, std::string_view message) {
  sink_->put(format_ == Format::json ? json_line(level, logger, message) : text_line(level, logger, message));
}

void Log::format(LogLevel level, std::string_view logger, fmt::string_view text, fmt::format_args values) {
  fmt::memory_buffer message;
  fmt::vformat_to(std::back_inserter(message), text, values);
  write(level, logger, {message.data(), message.size()});
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

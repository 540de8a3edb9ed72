#include "testing/capture_log.hpp"

#include <algorithm>

#include <p2p/detail/runtime.hpp>

#include "base/json.hpp"

namespace p2p {

void CaptureLog::write_line(LogLevel level, std::string_view logger, std::string_view message,
                            const LogField* fields, std::size_t count) {
  std::string line = fmt::format("{} | {} | {}", log_level_name(level), logger, message);
  for (std::size_t i = 0; i < count; ++i) {
    line.append(i == 0 ? "  " : " ").append(fields[i].name).append("=");
    json::write(fields[i].value, line);
  }
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<std::string> CaptureLog::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::size_t CaptureLog::count(std::string_view text) const {
  const auto all = lines();
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [&](const std::string& line) { return line.find(text) != line.npos; }));
}

std::string CaptureLog::text() const {
  std::string text;
  for (const std::string& line : lines()) text += line + '\n';
  return text;
}

}  // namespace p2p

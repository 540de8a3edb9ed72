#include "testing/capture_log.hpp"

#include <algorithm>
#include <array>

namespace p2p {

void CaptureLog::write(LogLevel level, std::string_view logger, std::string_view message) {
  constexpr std::array<std::string_view, 6> words{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};
  const std::lock_guard lock(mutex_);
  lines_.push_back(fmt::format("{} | {} | {}", words[static_cast<std::size_t>(level)], logger, message));
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

#include "base/log_ring.hpp"

#include <algorithm>
#include <utility>

namespace p2p {
namespace {

std::size_t bytes_of(const Value& value) {
  std::size_t bytes = sizeof(Value);
  if (value.is_string()) return bytes + value.as_string().size();
  if (value.is_array())
    for (const Value& item : value.as_array()) bytes += bytes_of(item);
  if (value.is_object())
    for (const Member& member : value.as_object()) bytes += member.first.size() + bytes_of(member.second);
  return bytes;
}

std::size_t bytes_of(const LogLine& line) {
  return sizeof(LogLine) + 64 + line.logger.size() + line.message.size() + bytes_of(line.fields);
}

}  // namespace

void LogRing::add(LogLine line) {
  const std::size_t size = bytes_of(line);
  std::vector<Line> gone;  // freed without the lock
  const std::lock_guard lock(mutex_);
  line.sequence = ++last_;
  lines_.push_back(std::make_shared<const LogLine>(std::move(line)));
  bytes_ += size;
  while (!lines_.empty() && (lines_.size() > most_lines_ || bytes_ > most_bytes_)) {
    bytes_ -= bytes_of(*lines_.front());
    gone.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  if (tell_) std::exchange(tell_, {})();
}

std::uint64_t LogRing::newest() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::uint64_t LogRing::oldest() const {
  const std::lock_guard lock(mutex_);
  return oldest_locked();
}

std::vector<LogRing::Line> LogRing::read_after(std::uint64_t after) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = std::max(after + 1, oldest_locked());
  if (first > last_) return {};
  const auto from = lines_.begin() + static_cast<std::ptrdiff_t>(first - oldest_locked());
  const auto count = std::min<std::size_t>(batch, last_ - first + 1);
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

std::vector<LogRing::Line> LogRing::read_before(std::uint64_t before) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t end = std::min(before, last_ + 1), first = oldest_locked();
  if (end <= first) return {};
  const auto count = std::min<std::size_t>(batch, end - first);
  const auto to = lines_.begin() + static_cast<std::ptrdiff_t>(end - first);
  std::vector<Line> lines(to - static_cast<std::ptrdiff_t>(count), to);
  std::ranges::reverse(lines);
  return lines;
}

void LogRing::on_line_after(std::uint64_t after, std::function<void()> tell) {
  const std::lock_guard lock(mutex_);
  tell_ = std::move(tell);
  if (tell_ && last_ > after) std::exchange(tell_, {})();
}

}  // namespace p2p

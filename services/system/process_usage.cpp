#include "process_usage.hpp"

#include <algorithm>
#include <cmath>

namespace system_service {
namespace {

/// A clock step of the kernel or a counter that jumps must not show as a million percent.
constexpr double most_percent = 100.0 * 8192;

double share(std::int64_t cpu_ns, std::int64_t window_ns) {
  if (window_ns <= 0) return 0;
  const double percent = 100.0 * static_cast<double>(cpu_ns) / static_cast<double>(window_ns);
  return std::round(std::clamp(percent, 0.0, most_percent) * 10) / 10;
}

}  // namespace

double ProcessUsage::percent(const CpuUse& use, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  const auto found = last_.find(use.pid);
  const bool known = found != last_.end() && found->second.start_ns == use.start_ns &&
                     now_ns - found->second.at_ns <= kept_ns;
  if (known && now_ns - found->second.at_ns < least_window_ns) return found->second.percent;
  const double percent = known ? share(use.cpu_ns - found->second.cpu_ns, now_ns - found->second.at_ns)
                               : share(use.cpu_ns, std::max(least_window_ns, now_ns - use.start_ns));
  if (found != last_.end() || last_.size() < most_processes)
    last_[use.pid] = {use.start_ns, use.cpu_ns, now_ns, percent};
  return percent;
}

void ProcessUsage::forget_old(std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  std::erase_if(last_, [&](const auto& entry) { return now_ns - entry.second.at_ns > kept_ns; });
}

std::size_t ProcessUsage::size() const {
  const std::lock_guard lock(mutex_);
  return last_.size();
}

}  // namespace system_service

#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace system_service {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

double rounded(double percent) { return std::round(std::clamp(percent, 0.0, 100.0) * 10) / 10; }

bool jumped_back(const CpuTimes& now, const CpuTimes& last) {
  return now.all <= last.all || now.busy < last.busy;
}

/// The busy share of the time from `last` to `now`; since boot when there is no last or the counters jumped
/// back.
double busy_share(const CpuTimes& now, const CpuTimes* last) {
  CpuTimes span = now;
  if (last != nullptr && !jumped_back(now, *last)) span = {now.busy - last->busy, now.all - last->all};
  return span.all > 0 ? rounded(100.0 * static_cast<double>(span.busy) / static_cast<double>(span.all)) : 0;
}

DiskIo disk_io(const DiskCounters& c) { return {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]}; }
NetworkIo network_io(const NetworkCounters& c) { return {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]}; }

}  // namespace

bool Figures::tick(const ProcTexts& texts, std::int64_t now_ns) {
  if (sample_.at_ns != 0 && now_ns - sample_.at_ns < least_window_ns) return false;
  parse_stat(texts.stat, now_);
  take_cpu(now_ns);
  SystemMetrics& metrics = sample_.metrics;
  metrics.memory = parse_meminfo(texts.meminfo);
  metrics.memory.percent = metrics.memory_percent = rounded(metrics.memory.percent);
  metrics.disk_io = disk_io(disks_.at(parse_diskstats(texts.diskstats)));
  metrics.network_io = network_io(networks_.at(parse_net_dev(texts.net_dev)));
  const auto load = parse_loadavg(texts.loadavg);
  metrics.load_average.assign(load.begin(), load.end());
  sample_.boot_time = now_.boot_time;
  sample_.at_ns = now_ns;
  std::swap(now_, last_);
  return true;
}

void Figures::take_cpu(std::int64_t now_ns) {
  const bool first = sample_.at_ns == 0;
  const bool since_boot = first || jumped_back(now_.total, last_.total);
  SystemMetrics& metrics = sample_.metrics;
  metrics.sample_window_ms = (since_boot ? now_ns : now_ns - sample_.at_ns) / ns_per_ms;
  metrics.cpu_percent = busy_share(now_.total, since_boot ? nullptr : &last_.total);
  metrics.cpu_percent_per_core.clear();
  std::size_t from = 0;
  for (const CoreTimes& core : now_.cores) {
    const CoreTimes* last = since_boot ? nullptr : last_of(core.id, from);
    metrics.cpu_percent_per_core.push_back(busy_share(core.times, last == nullptr ? nullptr : &last->times));
  }
}

/// Both lists are sorted by id, so `from` only ever moves on. Null for a core that was plugged in since.
const CoreTimes* Figures::last_of(std::int64_t core_id, std::size_t& from) const {
  while (from < last_.cores.size() && last_.cores[from].id < core_id) ++from;
  return from < last_.cores.size() && last_.cores[from].id == core_id ? &last_.cores[from] : nullptr;
}

}  // namespace system_service

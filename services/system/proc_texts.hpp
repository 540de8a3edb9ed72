// ProcTexts: what the kernel writes in /proc, read into numbers. Pure: a text in, numbers out, so that
// recorded texts of other machines can be tested. A line that is not understood is passed over; a missing
// text gives zeros.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <system/api.hpp>

namespace system_service {

/// One reading of all that the sampler reads. The texts live in who reads them.
struct ProcTexts {
  std::string_view stat, meminfo, diskstats, net_dev, loadavg;
};

/// Time of one CPU, or of all, in ticks since boot. Guest time is inside user time and not counted twice.
struct CpuTimes {
  std::int64_t busy = 0;  ///< user, nice, system, irq, softirq, steal
  std::int64_t all = 0;   ///< the same with idle and iowait
};

struct CoreTimes {
  std::int64_t id = 0;  ///< the number in `cpu7`: there may be gaps
  CpuTimes times;
};

struct CpuReading {
  CpuTimes total;
  std::vector<CoreTimes> cores;  ///< those that are online, by id
  std::int64_t boot_time = 0;
};

/// Of /proc/stat. Fills `out` anew and keeps its memory.
void parse_stat(std::string_view text, CpuReading& out);

/// Of /proc/meminfo. Used is what is not available, so that `percent` is used of total.
[[nodiscard]] Memory parse_meminfo(std::string_view text);

/// In the order of DiskIo's and NetworkIo's fields.
using DiskCounters = std::array<std::int64_t, 9>;
using NetworkCounters = std::array<std::int64_t, 8>;

/// Of /proc/diskstats: whole disks. Partitions are inside their disk; loop, ram, zram, dm and md devices
/// stand upon disks or memory, and would be counted twice.
[[nodiscard]] DiskCounters parse_diskstats(std::string_view text);

/// Of /proc/net/dev, without `lo`.
[[nodiscard]] NetworkCounters parse_net_dev(std::string_view text);
/// Of the same text: all names, `lo` too.
[[nodiscard]] std::vector<std::string> interface_names(std::string_view text);

[[nodiscard]] std::array<double, 3> parse_loadavg(std::string_view text);

}  // namespace system_service

#include "proc_texts.hpp"

#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::int64_t sector = 512;  // what the kernel counts in, whatever the disk's own sectors are
constexpr std::int64_t kib = 1024;

CpuTimes parse_times(std::string_view line) {
  std::array<std::int64_t, 8> t{};  // user nice system idle iowait irq softirq steal; guest follows
  for (std::int64_t& ticks : t) ticks = next_number(line);
  std::int64_t busy = 0;
  for (const std::size_t i : {0U, 1U, 2U, 5U, 6U, 7U}) busy = sum(busy, t[i]);
  return {busy, sum(busy, sum(t[3], t[4]))};
}

bool begins_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes)
    if (name.starts_with(prefix)) return true;
  return false;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`. The kernel lists a disk before its partitions; a partition
/// without its disk, as some clouds have it, counts as a disk.
bool is_partition_of(std::string_view name, std::string_view disk) {
  if (disk.empty() || !name.starts_with(disk)) return false;
  std::string_view rest = name.substr(disk.size());
  if (all_digits(disk.substr(disk.size() - 1))) {
    if (!rest.starts_with('p')) return false;
    rest.remove_prefix(1);
  }
  return all_digits(rest);
}

/// Takes `  eth0:` off the line. Empty for the two lines of headings.
std::string_view interface_name(std::string_view& line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return {};
  std::string_view name = line.substr(0, colon);
  line.remove_prefix(colon + 1);
  return next_word(name);
}

}  // namespace

void parse_stat(std::string_view text, CpuReading& out) {
  out.total = {};
  out.cores.clear();
  out.boot_time = 0;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view key = next_word(line);
    if (key == "cpu")
      out.total = parse_times(line);
    else if (key.starts_with("cpu"))
      out.cores.push_back({number(key.substr(3)), parse_times(line)});
    else if (key == "btime")
      out.boot_time = next_number(line);
  }
}

Memory parse_meminfo(std::string_view text) {
  Memory memory;
  std::int64_t free = 0, reclaimable = 0, available = -1;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view key = next_word(line);
    if (key == "MemTotal:")
      memory.total = product(next_number(line), kib);
    else if (key == "MemFree:")
      free = product(next_number(line), kib);
    else if (key == "MemAvailable:")
      available = product(next_number(line), kib);
    else if (key == "Buffers:" || key == "Cached:")
      reclaimable = sum(reclaimable, product(next_number(line), kib));
  }
  memory.available = available >= 0 ? available : sum(free, reclaimable);  // some containers do not show it
  if (memory.available > memory.total) memory.available = memory.total;
  memory.used = memory.total - memory.available;
  if (memory.total > 0)
    memory.percent = 100.0 * static_cast<double>(memory.used) / static_cast<double>(memory.total);
  return memory;
}

DiskCounters parse_diskstats(std::string_view text) {
  DiskCounters sums{};
  std::string_view disk;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    next_word(line);  // major
    next_word(line);  // minor
    const std::string_view name = next_word(line);
    if (name.empty() || begins_with_any(name, {"loop", "ram", "zram", "dm-", "md"}) ||
        is_partition_of(name, disk))
      continue;
    disk = name;
    std::array<std::int64_t, 10>
        f{};  // reads merged sectors ms, writes merged sectors ms, in flight, busy ms
    for (std::int64_t& field : f) field = next_number(line);
    const DiskCounters here = {f[0], f[4], product(f[2], sector), product(f[6], sector), f[3], f[7], f[1],
                               f[5], f[9]};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum(sums[i], here[i]);
  }
  return sums;
}

NetworkCounters parse_net_dev(std::string_view text) {
  NetworkCounters sums{};
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view name = interface_name(line);
    if (name.empty() || name == "lo") continue;
    std::array<std::int64_t, 12>
        f{};  // received: bytes packets errs drop and four more; sent: bytes packets errs drop
    for (std::int64_t& field : f) field = next_number(line);
    const NetworkCounters here = {f[8], f[0], f[9], f[1], f[2], f[10], f[3], f[11]};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum(sums[i], here[i]);
  }
  return sums;
}

std::vector<std::string> interface_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (const std::string_view name = interface_name(line); !name.empty()) names.emplace_back(name);
  }
  return names;
}

std::array<double, 3> parse_loadavg(std::string_view text) {
  std::array<double, 3> load{};
  std::string_view line = next_line(text);
  for (double& one : load) {
    const std::string_view word = next_word(line);
    std::from_chars(word.data(), word.data() + word.size(), one);
  }
  return load;
}

}  // namespace system_service

#include "cgroup_limits.hpp"

#include <algorithm>

#include "proc_reader.hpp"
#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::int64_t unlimited = std::int64_t{1} << 60;  // version 1 writes the largest page-aligned number

template <class T>
void tighten(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

/// Calls `visit` with `base` + each folder from `path` up to the root, which is `base` itself. A path that
/// this mount does not have is harmless: its files are not there.
template <class F>
void each_level(const std::string& base, std::string path, F visit) {
  while (path.size() > 1) {
    visit(base + path);
    path.resize(path.rfind('/'));
  }
  visit(base);
}

Limits limits_v2(const std::string& base, const std::string& path) {
  Limits limits;
  each_level(base, path, [&](const std::string& folder) {
    tighten(limits.memory, parse_memory_limit(read_text(folder + "/memory.max")));
    tighten(limits.cpus, parse_cpu_limit(read_text(folder + "/cpu.max")));
  });
  return limits;
}

Limits limits_v1(const std::string& base, std::string_view groups) {
  Limits limits;
  each_level(base + "/memory", cgroup_path(groups, "memory"), [&](const std::string& folder) {
    tighten(limits.memory, parse_memory_limit(read_text(folder + "/memory.limit_in_bytes")));
  });
  each_level(base + "/cpu", cgroup_path(groups, "cpu"), [&](const std::string& folder) {
    const std::string quota = read_text(folder + "/cpu.cfs_quota_us");
    tighten(limits.cpus, parse_cpu_limit(quota.substr(0, quota.find('\n')) + ' ' +
                                         read_text(folder + "/cpu.cfs_period_us")));
  });
  return limits;
}

bool lists(std::string_view controllers, std::string_view wanted) {
  while (!controllers.empty()) {
    const std::size_t comma = controllers.find(',');
    if (controllers.substr(0, comma) == wanted) return true;
    controllers.remove_prefix(comma == controllers.npos ? controllers.size() : comma + 1);
  }
  return wanted.empty();
}

}  // namespace

std::optional<std::int64_t> parse_memory_limit(std::string_view text) {
  std::string_view line = next_line(text);
  const std::int64_t bytes = next_number(line);  // "max" reads as 0
  return bytes > 0 && bytes < unlimited ? std::optional(bytes) : std::nullopt;
}

std::optional<double> parse_cpu_limit(std::string_view text) {
  std::string_view line = next_line(text);
  const std::int64_t quota = next_number(line);
  const std::int64_t period = next_number(line);
  if (quota <= 0 || period <= 0) return std::nullopt;  // "max", or -1 in version 1
  return static_cast<double>(quota) / static_cast<double>(period);
}

std::string cgroup_path(std::string_view text, std::string_view controller) {
  while (!text.empty()) {  // 4:cpu,cpuacct:/user.slice
    const std::string_view line = next_line(text);
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty() == controller.empty() && lists(controllers, controller))
      return std::string(line.substr(second + 1));
  }
  return "/";
}

std::optional<Limits> read_limits(const std::string& root) {
  const std::string groups = read_text(root + "/proc/self/cgroup");
  const std::string base = root + "/sys/fs/cgroup";
  const bool unified = !read_text(base + "/cgroup.controllers").empty();
  const Limits limits = unified ? limits_v2(base, cgroup_path(groups, "")) : limits_v1(base, groups);
  return limits.memory || limits.cpus ? std::optional(limits) : std::nullopt;
}

}  // namespace system_service

// CgroupLimits: how much memory and CPU this process may use when it runs in a container or under systemd,
// where that is less than the machine has. Both versions of the kernel's control groups.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <system/api.hpp>

namespace system_service {

/// Of memory.max or memory.limit_in_bytes; nothing for "max" and for the huge number that means the same.
[[nodiscard]] std::optional<std::int64_t> parse_memory_limit(std::string_view text);
/// Of cpu.max, "150000 100000" = 1.5 CPUs; nothing for "max".
[[nodiscard]] std::optional<double> parse_cpu_limit(std::string_view text);
/// The path of this process in the hierarchy of `controller`, of /proc/self/cgroup; version 2 has the empty
/// name.
[[nodiscard]] std::string cgroup_path(std::string_view text, std::string_view controller);

/// The tightest limits on the way from our group to the root. Reads a few small files of the kernel. `root`
/// is put before the paths of /proc and /sys. Nothing when nothing is limited.
[[nodiscard]] std::optional<Limits> read_limits(const std::string& root = "");

}  // namespace system_service

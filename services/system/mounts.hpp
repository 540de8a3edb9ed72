// Mounts: which file systems a machine really has, of all that /proc/self/mounts lists; and how full one is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <system/api.hpp>

namespace system_service {

/// The mount points of disks and of file systems over the network. Left out: memory and pseudo file systems,
/// images that are always full, further mounts of a device that is listed already, and overlays but for the
/// root (a container's). At most 64.
[[nodiscard]] std::vector<std::string> real_mounts(std::string_view mounts_text);

/// Asks the file system, which may take for ever when it lies behind a network. Nothing when it refuses.
[[nodiscard]] std::optional<DiskSpace> ask_space(const std::string& mount);

}  // namespace system_service

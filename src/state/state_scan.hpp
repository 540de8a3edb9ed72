// Looks through the state directory at the start: everything in it must be ours alone. Directories that hold
// the work of programs (builds, environments, data of services, sockets) are checked themselves, not what is
// in them.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace p2p {

/// unavailable, naming the first file that is not as it should be and the command that repairs it.
[[nodiscard]] Result<void> scan_state(int folder, const std::filesystem::path& path);

}  // namespace p2p

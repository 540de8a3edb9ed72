// ShellProcess: starts `/bin/sh -c` cut off from the node: a session of its own, no descriptor but its three,
// no terminal, no blocked or ignored signal, and the environment that it is given.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include <sys/types.h>

#include "descriptor.hpp"

namespace system_service {

struct ShellProcess {
  pid_t pid = -1;
  Descriptor process;   ///< pidfd: readable once the shell has ended
  Descriptor out, err;  ///< the ends to read from, not blocking
};

/// The errno of what failed.
[[nodiscard]] std::expected<ShellProcess, int> start_shell(const std::string& command,
                                                           const Descriptor& directory,
                                                           const std::vector<std::string>& environment);

}  // namespace system_service

// SpawnedProcess: starts a program cut off from the node: a session of its own, no descriptor but its three,
// no terminal, no blocked or ignored signal, and the environment that it is given.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include <sys/types.h>

#include "descriptor.hpp"

namespace system_service {

struct SpawnedProcess {
  pid_t pid = -1;       ///< its session's and process group's number too
  Descriptor process;   ///< pidfd: readable once it has ended
  Descriptor out, err;  ///< the ends to read from, not blocking
};

/// `arguments[0]` is the path of the program. Nothing to read from. The errno of what failed.
[[nodiscard]] std::expected<SpawnedProcess, int> spawn_process(const std::vector<std::string>& arguments,
                                                               const Descriptor& directory,
                                                               const std::vector<std::string>& environment);

/// As above, in /, without output, and with `input` to read from.
[[nodiscard]] std::expected<SpawnedProcess, int> spawn_reader(const std::vector<std::string>& arguments,
                                                              const Descriptor& input,
                                                              const std::vector<std::string>& environment);

}  // namespace system_service

// start_child: fork and exec with everything prepared before, since between the two a process that had
// several threads may only make system calls.
#pragma once

#include <sys/types.h>

#include "net/child_process.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

struct StartedChild {
  pid_t pid = 0;
  UniqueFd pidfd;  ///< readable once it has ended
};

/// `output` becomes its stdout and stderr. Returns when the program runs, or says why it does not.
[[nodiscard]] Result<StartedChild> start_child(const ChildSpec& spec, int output);

}  // namespace p2p

// port_holder: which process on this machine listens on a port, for whoever finds it taken: read from
// /proc/net/tcp and /proc/PID/fd. A process that keeps its memory private, as a node does, shows its
// descriptors to root alone; then those of its user that hide theirs are named as likely.
//
// Threads: any. Reads all of /proc: milliseconds, on a machine with thousands of processes more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/endpoint.hpp"

namespace p2p {

struct PortHolder {
  struct Process {
    pid_t pid = 0;
    std::string name;  ///< "nginx": the first word of its command line without its path
  };
  Endpoint at;                     ///< what it listens on: the address asked for, or all addresses
  uid_t uid = 0;                   ///< whose socket it is
  std::vector<Process> processes;  ///< those that have it; empty: they are not ours to see
  bool certain = false;            ///< false: `processes` only may have it

  /// "nginx (pid 812)", "probably p2p_admin (pid 17)", "a process of user 33".
  [[nodiscard]] std::string text() const;
};

/// Who listens where `wanted` would; nothing when nobody does.
[[nodiscard]] std::optional<PortHolder> port_holder(const Endpoint& wanted);

}  // namespace p2p

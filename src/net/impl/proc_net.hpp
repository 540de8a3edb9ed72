// One line of /proc/net/tcp or tcp6: a socket as the kernel lists it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/endpoint.hpp"

namespace p2p {

struct ProcNetRow {
  Endpoint local, remote;
  std::string state;  ///< "01" connected, "0A" listening
  uid_t uid = 0;
  std::uint64_t inode = 0;  ///< 0: no process holds it any more
};

/// Nothing for the head line and whatever else is no such line.
[[nodiscard]] std::optional<ProcNetRow> read_proc_net(const std::string& line);

}  // namespace p2p

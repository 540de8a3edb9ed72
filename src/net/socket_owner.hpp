// socket_owner: whose process holds the other end of a local connection, asked of the kernel by the
// connection's four numbers (security.md, section 3). It finds; auth judges.
//
// Only a socket that is connected and still held by a process has an owner here: of one that its process has
// closed the kernel says "root", which must not be believed.
//
// Threads: any. Blocks for some microseconds, reading /proc for longer.
#pragma once

#include <sys/types.h>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace p2p {

/// The user of the client's end. `client` and `server` are the two ends as the server sees them. not_found
/// when the kernel knows no such socket on this machine.
[[nodiscard]] Result<uid_t> socket_owner(const Endpoint& client, const Endpoint& server);

/// The two ways it is found; the second is for kernels without NETLINK_SOCK_DIAG.
[[nodiscard]] Result<uid_t> socket_owner_by_netlink(const Endpoint& client, const Endpoint& server);
[[nodiscard]] Result<uid_t> socket_owner_by_proc(const Endpoint& client, const Endpoint& server);

}  // namespace p2p

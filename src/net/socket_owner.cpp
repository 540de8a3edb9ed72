#include "net/socket_owner.hpp"

#include <fstream>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include "net/impl/proc_net.hpp"
#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {
namespace {

std::unexpected<Error> nobody(const Endpoint& client) {
  return fail(Errc::not_found, fmt::format("no process on this machine holds {}", client.text()));
}

struct Query {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

Query query_for(const Endpoint& client, const Endpoint& server) {
  Query query;
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  query.body.sdiag_family = client.v6 ? AF_INET6 : AF_INET;
  query.body.sdiag_protocol = IPPROTO_TCP;
  query.body.idiag_states = ~0U;
  query.body.id.idiag_sport = htons(client.port);
  query.body.id.idiag_dport = htons(server.port);
  std::memcpy(query.body.id.idiag_src, client.address.data(), client.address.size());
  std::memcpy(query.body.id.idiag_dst, server.address.data(), server.address.size());
  query.body.id.idiag_cookie[0] = query.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return query;
}

Endpoint endpoint_of(unsigned char family, const __be32* address, __be16 port) {
  Endpoint endpoint;
  endpoint.v6 = family == AF_INET6;
  std::memcpy(endpoint.address.data(), address, endpoint.v6 ? 16 : 4);
  endpoint.port = ntohs(port);
  return endpoint.unmapped();
}

/// The kernel falls back to a listening socket when it finds no connection: what it names must be what was
/// asked.
bool is_it(const inet_diag_msg& found, const Endpoint& client, const Endpoint& server) {
  const auto& id = found.id;
  return found.idiag_state == TCP_ESTABLISHED && found.idiag_inode != 0 &&
         endpoint_of(found.idiag_family, id.idiag_src, id.idiag_sport) == client &&
         endpoint_of(found.idiag_family, id.idiag_dst, id.idiag_dport) == server;
}

std::optional<uid_t> read_answer(std::span<const char> answer, const Endpoint& client,
                                 const Endpoint& server) {
  nlmsghdr header{};
  inet_diag_msg found{};
  if (answer.size() < NLMSG_HDRLEN + sizeof found) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
  if (!is_it(found, client, server)) return std::nullopt;
  return found.idiag_uid;
}

}  // namespace

Result<uid_t> socket_owner_by_netlink(const Endpoint& client_in, const Endpoint& server_in) {
  const auto client = client_in.unmapped(), server = server_in.unmapped();
  const UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd) return fail(Errc::unavailable, "the kernel has no NETLINK_SOCK_DIAG");
  // The kernel answers within the send; the time-out is for a kernel that does not.
  const timeval patience{.tv_sec = 0, .tv_usec = 200'000};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto query = query_for(client, server);
  if (::send(fd.get(), &query, sizeof query, 0) != static_cast<ssize_t>(sizeof query)) {
    return fail(Errc::unavailable, "the kernel takes no question through NETLINK_SOCK_DIAG");
  }
  char answer[1024];
  const auto size = ::recv(fd.get(), answer, sizeof answer, 0);
  if (size < 0) return fail(Errc::unavailable, "the kernel does not answer through NETLINK_SOCK_DIAG");
  if (const auto uid = read_answer({answer, static_cast<std::size_t>(size)}, client, server)) return *uid;
  return nobody(client);
}

Result<uid_t> socket_owner_by_proc(const Endpoint& client_in, const Endpoint& server_in) {
  const auto client = client_in.unmapped(), server = server_in.unmapped();
  for (const auto* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table(path);
    for (std::string line; std::getline(table, line);) {
      const auto row = read_proc_net(line);
      const bool connected = row && row->state == "01" && row->inode != 0;
      if (connected && row->local == client && row->remote == server) return row->uid;
    }
  }
  return nobody(client);
}

Result<uid_t> socket_owner(const Endpoint& client, const Endpoint& server) {
  auto owner = socket_owner_by_netlink(client, server);
  if (owner || owner.error().code() == Errc::not_found) return owner;
  return socket_owner_by_proc(client, server);
}

}  // namespace p2p

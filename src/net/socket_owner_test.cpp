#include "net/socket_owner.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {
namespace {

/// A connection within this process, over `listen_at`, the client connecting to `connect_to`.
class Pair {
 public:
  Pair(const Endpoint& listen_at, Endpoint connect_to, bool dual = false) {
    UniqueFd listener(::socket(listen_at.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int only_v6 = dual ? 0 : 1;
    if (listen_at.v6) ::setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
    auto address = to_sockaddr(listen_at);
    if (::bind(listener.get(), address.get(), address.size) != 0 || ::listen(listener.get(), 4) != 0) return;
    connect_to.port = local_endpoint(listener.get()).port;
    client_fd = UniqueFd(::socket(connect_to.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto to = to_sockaddr(connect_to);
    if (::connect(client_fd.get(), to.get(), to.size) != 0) return;
    SocketAddress from;
    server_fd = UniqueFd(::accept(listener.get(), from.get(), &from.size));
    client = from_sockaddr(from);
    server = local_endpoint(server_fd.get());
    made = true;
  }

  UniqueFd client_fd, server_fd;
  Endpoint client, server;
  bool made = false;
};

Endpoint at(const char* address, std::uint16_t port = 0) { return *Endpoint::parse(address, port); }

using Way = Result<uid_t> (*)(const Endpoint&, const Endpoint&);

class SocketOwner : public testing::TestWithParam<Way> {
 protected:
  /// The owner as this way finds it; skips where the kernel has no such way.
  Result<uid_t> owner(const Endpoint& client, const Endpoint& server) { return GetParam()(client, server); }
};

TEST_P(SocketOwner, of_our_own_connection_is_us) {
  const Pair pair(at("127.0.0.1"), at("127.0.0.1"));
  ASSERT_TRUE(pair.made);
  const auto uid = owner(pair.client, pair.server);
  ASSERT_TRUE(uid.has_value()) << uid.error().what();
  EXPECT_EQ(*uid, ::getuid());
}

TEST_P(SocketOwner, is_found_over_ipv6) {
  const Pair pair(at("::1"), at("::1"));
  if (!pair.made) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_TRUE(owner(pair.client, pair.server).has_value());
}

TEST_P(SocketOwner, is_found_for_ipv4_mapped_into_ipv6) {
  const Pair plain(at("::"), at("127.0.0.1"), true);
  if (!plain.made) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_TRUE(plain.client.v6);
  EXPECT_TRUE(owner(plain.client, plain.server).has_value());
  const Pair mapped(at("127.0.0.1"), at("::ffff:127.0.0.1"));
  ASSERT_TRUE(mapped.made);
  EXPECT_TRUE(owner(mapped.client, mapped.server).has_value());
}

TEST_P(SocketOwner, of_no_connection_is_nobody) {
  const Pair pair(at("127.0.0.1"), at("127.0.0.1"));
  ASSERT_TRUE(pair.made);
  auto other = pair.client;
  other.address = at("127.0.0.77").address;
  const auto uid = owner(other, pair.server);
  ASSERT_FALSE(uid.has_value());
  EXPECT_EQ(uid.error().code(), Errc::not_found);
}

TEST_P(SocketOwner, a_listening_socket_is_not_taken_for_a_client) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = to_sockaddr(at("127.0.0.1"));
  ASSERT_EQ(::bind(listener.get(), address.get(), address.size), 0);
  ASSERT_EQ(::listen(listener.get(), 4), 0);
  // The kernel's look-up of a connection falls back to who listens on its near end.
  EXPECT_FALSE(owner(local_endpoint(listener.get()), at("127.0.0.1", 9)).has_value());
}

TEST_P(SocketOwner, a_client_that_has_closed_is_nobody_rather_than_root) {
  Pair pair(at("127.0.0.1"), at("127.0.0.1"));
  ASSERT_TRUE(pair.made);
  pair.client_fd.reset();
  EXPECT_FALSE(owner(pair.client, pair.server).has_value());
  pair.server_fd.reset();
  EXPECT_FALSE(owner(pair.client, pair.server).has_value());
}

std::string way_name(const testing::TestParamInfo<Way>& info) {
  return info.param == &socket_owner_by_netlink ? "netlink"
         : info.param == &socket_owner_by_proc  ? "proc"
                                                : "either";
}

INSTANTIATE_TEST_SUITE_P(Ways, SocketOwner,
                         testing::Values(&socket_owner, &socket_owner_by_netlink, &socket_owner_by_proc),
                         way_name);

}  // namespace
}  // namespace p2p

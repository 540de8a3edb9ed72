#include "net/port_holder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/impl/proc_net.hpp"
#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {
namespace {

/// A socket that listens on a free port of `address`.
UniqueFd listener_on(const char* address) {
  auto at = to_sockaddr(*Endpoint::parse(address, 0));
  UniqueFd fd(::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(fd.get(), at.get(), at.size) != 0 || ::listen(fd.get(), 1) != 0) fd.reset();
  return fd;
}

TEST(PortHolder, of_a_port_we_listen_on_is_this_process) {
  const UniqueFd listener = listener_on("127.0.0.1");
  ASSERT_TRUE(listener);
  const auto holder = port_holder(local_endpoint(listener.get()));
  ASSERT_TRUE(holder);
  ASSERT_EQ(holder->processes.size(), 1U);
  EXPECT_TRUE(holder->certain);
  EXPECT_EQ(holder->uid, ::getuid());
  EXPECT_EQ(holder->text(), "p2p_net_test (pid " + std::to_string(::getpid()) + ")");
}

TEST(PortHolder, who_listens_on_all_addresses_holds_each) {
  for (const char* all : {"0.0.0.0", "::"}) {
    const UniqueFd listener = listener_on(all);
    if (!listener) continue;  // this machine has no IPv6
    Endpoint wanted = *Endpoint::parse("127.0.0.1", local_endpoint(listener.get()).port);
    const auto holder = port_holder(wanted);
    ASSERT_TRUE(holder) << all;
    EXPECT_EQ(holder->processes.size(), 1U);
    wanted.port = 1;
    EXPECT_FALSE(port_holder(wanted)) << all;
  }
}

TEST(PortHolder, of_a_port_that_is_only_connected_or_free_is_nobody) {
  UniqueFd listener = listener_on("127.0.0.1");
  ASSERT_TRUE(listener);
  const Endpoint at = local_endpoint(listener.get());
  listener.reset();
  EXPECT_FALSE(port_holder(at));
}

TEST(PortHolder, says_what_it_knows_and_no_more) {
  PortHolder holder;
  holder.uid = 33;
  EXPECT_EQ(holder.text(), "a process of user 33");
  holder.processes = {{17, "p2p_admin"}, {18, "p2p_admin"}};
  EXPECT_EQ(holder.text(), "probably p2p_admin (pid 17) or p2p_admin (pid 18)");
  holder.certain = true;
  holder.processes = {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}};
  EXPECT_EQ(holder.text(), "a (pid 1), b (pid 2), c (pid 3) and 2 more");
}

TEST(ProcNet, a_line_is_read_and_what_is_none_is_not) {
  const auto row = read_proc_net(
      "   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 78123 1 0 "
      "100");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->local.text(), "127.0.0.1:8001");
  EXPECT_EQ(row->state, "0A");
  EXPECT_EQ(row->uid, 1000U);
  EXPECT_EQ(row->inode, 78123U);
  EXPECT_FALSE(
      read_proc_net("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"));
  EXPECT_FALSE(read_proc_net(""));
}

}  // namespace
}  // namespace p2p

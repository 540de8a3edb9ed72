#include "../command_guard.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>

#include "../steady.hpp"
#include "child_kit.hpp"

namespace system_service {
namespace {

const std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
constexpr int patience_ms = 20'000;

Descriptor hold(pid_t pid) { return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

bool ends(const Descriptor& process) {
  pollfd watched{process.get(), POLLIN, 0};
  return ::poll(&watched, 1, patience_ms) > 0;
}
bool has_ended(const Descriptor& process) {
  pollfd watched{process.get(), POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

TEST(CommandGuard, when_its_node_is_gone_it_kills_the_groups_that_run_and_no_other) {
  const Child first("sleep 1000 & echo $!; wait"), second("echo here; sleep 1000"),
      spared("echo here; sleep 1000");
  const Descriptor grandchild = hold(std::stoi(first.line()));
  ASSERT_EQ(second.line() + spared.line(), "herehere");
  const Descriptor one = hold(first.pid()), two = hold(second.pid()), three = hold(spared.pid());
  {
    CommandGuard guard(environment);
    ASSERT_EQ(guard.ready(), 0);
    for (const Child* child : {&first, &second, &spared}) guard.watch(child->pid());
    guard.forget(spared.pid());
    EXPECT_FALSE(has_ended(one) || has_ended(two));
  }
  EXPECT_TRUE(ends(one) && ends(two) && ends(grandchild));
  EXPECT_FALSE(has_ended(three));
}

TEST(CommandGuard, one_that_somebody_ended_is_replaced_and_knows_all) {
  const Child child("echo here; sleep 1000");
  ASSERT_EQ(child.line(), "here");
  const Descriptor process = hold(child.pid());
  {
    CommandGuard guard(environment);
    ASSERT_EQ(guard.ready(), 0);
    guard.watch(child.pid());
    const pid_t first = guard.pid();
    const Descriptor held = hold(first);
    ASSERT_EQ(::kill(first, SIGKILL), 0);
    ASSERT_TRUE(ends(held));
    ASSERT_EQ(guard.ready(), 0);
    EXPECT_NE(guard.pid(), first);
    EXPECT_FALSE(has_ended(process)) << "the first one's end was not the node's";
  }
  EXPECT_TRUE(ends(process));
}

TEST(CommandGuard, without_a_command_there_is_none) {
  CommandGuard guard(environment);
  EXPECT_EQ(guard.pid(), -1);
}

TEST(CommandGuard, goes_with_its_owner) {
  Descriptor process;
  {
    CommandGuard guard(environment);
    ASSERT_EQ(guard.ready(), 0);
    process = hold(guard.pid());
  }
  EXPECT_TRUE(has_ended(process));
}

}  // namespace
}  // namespace system_service

#include "../command_pool.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <p2p/error.hpp>

#include "../steady.hpp"

namespace system_service {
namespace {

const std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
constexpr std::int64_t patience_ns = 20'000'000'000;

/// Counts ends, for the test to wait for.
class Ends {
 public:
  [[nodiscard]] std::function<void()> one() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++count_;
      more_.notify_all();
    };
  }
  [[nodiscard]] bool reach(int count) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::nanoseconds(patience_ns), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  int count_ = 0;
};

bool becomes_idle(CommandPool& pool) {
  const std::int64_t give_up = steady_ns() + patience_ns;
  while (pool.running() > 0 && steady_ns() < give_up) std::this_thread::yield();
  return pool.running() == 0;
}

TEST(CommandPool, says_when_a_command_has_ended) {
  Ends ends;
  CommandGuard guard(environment);
  CommandPool pool(environment, guard);
  const auto ticket = pool.start({.arguments = shell_command("echo done")}, ends.one());
  ASSERT_TRUE(ends.reach(1));
  EXPECT_EQ(ticket.outcome().out, "done\n");
  EXPECT_TRUE(becomes_idle(pool));
}

TEST(CommandPool, a_ninth_command_is_refused_until_another_has_ended) {
  Ends ends;
  CommandGuard guard(environment);
  CommandPool pool(environment, guard);
  std::vector<CommandPool::Ticket> tickets;
  for (int i = 0; i < 8; ++i)
    tickets.push_back(pool.start({.arguments = shell_command("sleep 1000")}, ends.one()));
  try {
    (void)pool.start({.arguments = shell_command("true")}, ends.one());
    ADD_FAILURE() << "a ninth command was taken";
  } catch (const p2p::Error& error) {
    EXPECT_EQ(error.code(), p2p::Errc::overloaded);
  }
  tickets.clear();
  ASSERT_TRUE(becomes_idle(pool));
  const auto ticket = pool.start({.arguments = shell_command("true")}, ends.one());
  EXPECT_TRUE(ends.reach(1));
}

TEST(CommandPool, a_command_that_nobody_waits_for_is_stopped_and_says_nothing) {
  std::atomic<bool> called = false;
  CommandGuard guard(environment);
  CommandPool pool(environment, guard);
  {
    const auto ticket = pool.start({.arguments = shell_command("sleep 1000")}, [&] { called = true; });
  }
  EXPECT_TRUE(becomes_idle(pool));
  EXPECT_FALSE(called);
}

TEST(CommandPool, stop_all_ends_what_runs) {
  Ends ends;
  CommandGuard guard(environment);
  CommandPool pool(environment, guard);
  const auto ticket = pool.start({.arguments = shell_command("sleep 1000")}, ends.one());
  pool.stop_all();
  ASSERT_TRUE(ends.reach(1));
  EXPECT_EQ(ticket.outcome().end, CommandOutcome::End::stopped);
}

TEST(CommandPool, its_end_kills_even_who_ignores_SIGTERM) {
  Ends ends;
  const std::int64_t started = steady_ns();
  {
    CommandGuard guard(environment);
    CommandPool pool(environment, guard, {.grace_ms = 1'000'000});
    const auto ticket =
        pool.start({.arguments = shell_command("trap '' TERM; while :; do sleep 1; done")}, ends.one());
    pool.stop_all();
  }
  EXPECT_LT(steady_ns() - started, patience_ns);
}

}  // namespace
}  // namespace system_service

#include "net/loop_thread.hpp"

#include <future>

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

namespace p2p {
namespace {

using namespace std::chrono_literals;

template <class T>
T got(std::future<T> future) {
  EXPECT_EQ(future.wait_for(10s), std::future_status::ready);
  return future.get();
}

TEST(LoopThread, runs_what_is_posted_on_a_thread_of_its_own_with_its_name) {
  const SystemClock clock;
  LoopThread thread(clock, nullptr, "p2p-loop-7");
  std::promise<std::string> name;
  thread.loop().post([&] {
    char text[16] = {};
    ::pthread_getname_np(::pthread_self(), text, sizeof text);
    name.set_value(thread.loop().on_loop() ? text : "another thread");
  });
  thread.start();
  EXPECT_EQ(got(name.get_future()), "p2p-loop-7");
  EXPECT_FALSE(thread.loop().on_loop());
  thread.stop();
}

TEST(LoopThread, leaves_signals_to_the_others) {
  const SystemClock clock;
  LoopThread thread(clock, nullptr, "quiet");
  std::promise<bool> blocked;
  thread.loop().post([&] {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    blocked.set_value(::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGINT) == 1);
  });
  thread.start();
  EXPECT_TRUE(got(blocked.get_future()));
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(::sigismember(&mask, SIGTERM), 0) << "of who started it, nothing has changed";
}

TEST(LoopThread, stop_waits_for_the_turn_that_runs_and_may_be_said_again_or_without_a_start) {
  const SystemClock clock;
  LoopThread never(clock, nullptr, "never");
  never.stop();
  LoopThread thread(clock, nullptr, "busy");
  std::promise<void> begun;
  std::atomic<bool> done = false;
  thread.loop().post([&] {
    begun.set_value();
    thread.loop().stop();
    done = true;
  });
  thread.start();
  got(begun.get_future());
  thread.stop();
  EXPECT_TRUE(done);
  thread.stop();
}

}  // namespace
}  // namespace p2p

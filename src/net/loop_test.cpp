#include "net/loop.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "net/blocking_pool.hpp"
#include "net/signals.hpp"

namespace p2p {
namespace {

using std::chrono::milliseconds;

TEST(Loop, runs_posted_jobs_in_order_and_never_inside_post) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  std::string ran;
  loop.post([&] {
    ran += 'a';
    loop.post([&] { ran += 'c'; });
    ran += 'b';
  });
  EXPECT_EQ(ran, "");
  loop.poll();
  EXPECT_EQ(ran, "abc");
}

TEST(Loop, runs_timers_in_order_and_stops) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  std::string ran;
  const auto now = clock.now();
  loop.post_at(now + milliseconds(6), [&] { loop.stop(); });
  loop.post_at(now + milliseconds(3), [&] { ran += 'b'; });
  loop.post_at(now + milliseconds(1), [&] { ran += 'a'; });
  const auto never = loop.post_at(now + milliseconds(2), [&] { ran += 'x'; });
  loop.cancel(never);
  loop.run();
  EXPECT_EQ(ran, "ab");
  EXPECT_GE(clock.now() - now, milliseconds(6));
}

TEST(Loop, runs_again_after_it_was_stopped) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  int rounds = 0;
  for (int i = 0; i < 2; ++i) {
    loop.post([&] {
      ++rounds;
      loop.stop();
    });
    loop.run();
  }
  EXPECT_EQ(rounds, 2);
}

TEST(Loop, destroys_the_jobs_that_are_left_over) {
  const SystemClock clock;
  const auto held = std::make_shared<int>(1);
  {
    Loop loop(clock, nullptr);
    loop.post([held] {});
    loop.post_at(clock.now() + std::chrono::hours(1), [held] {});
    EXPECT_EQ(held.use_count(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Loop, what_a_left_over_job_holds_may_cancel_timers) {
  struct Owner {
    Loop& loop;
    Executor::TimerId timer;
    ~Owner() { loop.cancel(timer); }
  };
  const SystemClock clock;
  Loop loop(clock, nullptr);
  const auto later = clock.now() + std::chrono::hours(1);
  const auto timer = loop.post_at(later, [] {});
  loop.post([owner = std::make_shared<Owner>(loop, timer)] {});
  loop.post_at(later, [owner = std::make_shared<Owner>(loop, timer)] {});
}

TEST(Loop, without_a_pool_takes_no_blocking_work) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  EXPECT_FALSE(loop.run_blocking([] {}));
}

TEST(Loop, a_signal_is_a_job) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  int got = 0;
  Signals signals(loop, {SIGUSR1, SIGUSR2}, [&](int number) {
    got = number;
    loop.stop();
  });
  loop.post([] { ::raise(SIGUSR2); });
  loop.run();
  EXPECT_EQ(got, SIGUSR2);
}

TEST(LoopThreads, posts_from_other_threads_all_arrive) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  constexpr int threads = 4, posts = 500;
  int ran = 0;
  std::vector<std::jthread> posters;
  for (int i = 0; i < threads; ++i) {
    posters.emplace_back([&] {
      for (int j = 0; j < posts; ++j) {
        loop.post([&] {
          if (++ran == threads * posts) loop.stop();
        });
      }
    });
  }
  loop.run();
  EXPECT_EQ(ran, threads * posts);
}

TEST(LoopThreads, knows_its_own_thread) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  bool inside = false;
  std::jthread runner([&] { loop.run(); });
  std::promise<void> done;
  loop.post([&] {
    inside = loop.on_loop();
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(loop.on_loop());
  loop.stop();
}

TEST(LoopThreads, blocking_work_runs_elsewhere_and_comes_back) {
  const SystemClock clock;
  BlockingPool pool(1);
  Loop loop(clock, &pool);
  bool elsewhere = false;
  ASSERT_TRUE(loop.run_blocking([&] {
    elsewhere = !loop.on_loop();
    loop.post([&] { loop.stop(); });
  }));
  loop.run();
  EXPECT_TRUE(elsewhere);
}

}  // namespace
}  // namespace p2p

#include "net/blocking_pool.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(BlockingPoolThreads, takes_no_more_than_its_queue_holds) {
  std::promise<void> open;
  std::latch started(1);
  BlockingPool pool(1, 2);
  ASSERT_TRUE(pool.submit([&, gate = open.get_future()] {
    started.count_down();
    gate.wait();
  }));
  started.wait();
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_FALSE(pool.submit([] {}));
  EXPECT_EQ(pool.waiting(), 2U);
  open.set_value();
}

TEST(BlockingPoolThreads, runs_every_job_it_took) {
  constexpr int jobs = 200;
  std::latch done(jobs);
  BlockingPool pool(4, jobs);
  for (int i = 0; i < jobs; ++i) ASSERT_TRUE(pool.submit([&] { done.count_down(); }));
  done.wait();
}

TEST(BlockingPoolThreads, waits_for_the_running_job_and_drops_the_queue_at_its_end) {
  std::atomic<bool> first = false, second = false;
  const auto held = std::make_shared<int>(0);
  {
    std::latch started(1);
    BlockingPool pool(1, 8);
    ASSERT_TRUE(pool.submit([&] {
      started.count_down();
      while (pool.waiting() == 0) std::this_thread::yield();
      first = true;
    }));
    started.wait();
    // The thread may take it before the pool ends: then it ran. What must not happen is that it is kept.
    ASSERT_TRUE(pool.submit([&, held] { second = true; }));
  }
  EXPECT_TRUE(first);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(BlockingPoolThreads, services_that_hang_leave_the_node_a_thread) {
  std::promise<void> open;
  const auto gate = open.get_future().share();
  BlockingPool pool(3, 8);
  std::latch hang(2), own(1);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pool.submit(
        [&, gate] {
          if (!hang.try_wait()) hang.count_down();
          gate.wait();
        },
        BlockingFor::service));
  hang.wait();
  ASSERT_TRUE(pool.submit([&] { own.count_down(); }));
  own.wait();
  EXPECT_EQ(pool.waiting(), 1U) << "the third of the services waits";
  open.set_value();
}

TEST(BlockingPoolThreads, is_quiet_once_each_thread_was_between_two_jobs) {
  std::promise<void> open;
  const auto gate = open.get_future().share();
  std::latch started(2);
  std::atomic<int> left = 0;
  BlockingPool pool(3, 8);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(pool.submit([&, gate] {
      started.count_down();
      gate.wait();
      ++left;
    }));
  }
  started.wait();
  std::promise<int> quiet;
  pool.quiesce([&] { quiet.set_value(left); });
  auto result = quiet.get_future();
  EXPECT_EQ(result.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  open.set_value();
  EXPECT_EQ(result.get(), 2);
}

TEST(BlockingPoolThreads, quiesce_answers_in_order_and_on_an_idle_pool) {
  BlockingPool pool(4, 8);
  std::promise<void> first, second;
  pool.quiesce([&] { first.set_value(); });
  pool.quiesce([&] { second.set_value(); });
  first.get_future().wait();
  second.get_future().wait();
}

TEST(BlockingPoolThreads, quiesce_is_answered_when_the_pool_ends) {
  std::promise<void> quiet;
  {
    BlockingPool pool(2, 8);
    pool.quiesce([&] { quiet.set_value(); });
  }
  EXPECT_EQ(quiet.get_future().wait_for(std::chrono::seconds(0)), std::future_status::ready);
}

}  // namespace
}  // namespace p2p

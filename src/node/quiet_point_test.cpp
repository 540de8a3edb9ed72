#include "node/quiet_point.hpp"

#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "net/loop_thread.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct QuietPoint : testing::Test {
  ManualClock clock;
  ManualExecutor home{clock}, first{clock}, second{clock};
  std::vector<Executor*> others{&first, &second};
  int ran = 0;
};

TEST_F(QuietPoint, comes_once_every_loop_has_been_at_its_top) {
  after_quiet_point(home, others, [this] { ++ran; });
  home.run_ready();
  first.run_ready();
  home.run_ready();
  EXPECT_EQ(ran, 0) << "one loop hangs: the job waits for it";
  second.run_ready();
  EXPECT_EQ(ran, 0) << "the job is the home loop's";
  home.run_ready();
  EXPECT_EQ(ran, 1);
}

TEST_F(QuietPoint, waits_for_the_home_loop_too) {
  after_quiet_point(home, others, [this] { ++ran; });
  first.run_ready();
  second.run_ready();
  EXPECT_EQ(ran, 0);
  home.run_ready();
  EXPECT_EQ(ran, 1);
}

TEST_F(QuietPoint, with_one_loop_is_the_next_turn) {
  after_quiet_point(home, {}, [this] { ++ran; });
  EXPECT_EQ(ran, 0);
  home.turn();
  EXPECT_EQ(ran, 1);
}

TEST_F(QuietPoint, what_ran_before_it_on_any_loop_is_over) {
  std::vector<std::string> order;
  first.post([&] { order.emplace_back("work"); });
  after_quiet_point(home, others, [&] { order.emplace_back("quiet"); });
  second.run_ready();
  home.run_ready();
  first.run_ready();
  home.run_ready();
  EXPECT_EQ(order, (std::vector<std::string>{"work", "quiet"}));
}

TEST(QuietPointThreads, is_reached_with_real_loops_however_often_it_is_asked_for) {
  const SystemClock real;
  LoopThread home(real, nullptr, "home"), side(real, nullptr, "side"), other(real, nullptr, "other");
  const std::vector<Executor*> sides{&side.loop(), &other.loop()};
  int touched = 0;  // by the side loop, then by the home loop: the quiet point lies between
  std::promise<void> done;
  std::function<void(int)> round = [&](int left) {
    side.loop().post([&] { ++touched; });
    after_quiet_point(home.loop(), sides, [&, left] {
      ++touched;
      if (left == 0) return done.set_value();
      round(left - 1);
    });
  };
  home.loop().post([&] { round(200); });
  for (LoopThread* thread : {&home, &side, &other}) thread->start();
  ASSERT_EQ(done.get_future().wait_for(30s), std::future_status::ready);
  for (LoopThread* thread : {&home, &side, &other}) thread->stop();
  EXPECT_EQ(touched, 402);
}

}  // namespace
}  // namespace p2p

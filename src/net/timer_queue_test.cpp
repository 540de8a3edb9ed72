#include "net/impl/timer_queue.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

using std::chrono::milliseconds;

class Timers : public testing::Test {
 protected:
  TimerQueue::Id add(int at_ms, char name) {
    return queue_.add(Instant(milliseconds(at_ms)), [this, name] { ran_ += name; });
  }
  std::string run(int now_ms) {
    ran_.clear();
    const auto bound = queue_.next_id();
    while (auto job = queue_.take_due(Instant(milliseconds(now_ms)), bound)) (*job)();
    return ran_;
  }

  TimerQueue queue_;
  std::string ran_;
};

TEST_F(Timers, runs_in_the_order_of_time_then_of_adding) {
  add(20, 'c');
  add(10, 'a');
  add(10, 'b');
  EXPECT_EQ(run(9), "");
  EXPECT_EQ(run(20), "abc");
  EXPECT_EQ(run(99), "");
}

TEST_F(Timers, a_cancelled_job_does_not_run) {
  const auto first = add(10, 'a');
  add(10, 'b');
  queue_.cancel(first);
  queue_.cancel(first);
  queue_.cancel(4711);
  EXPECT_EQ(run(10), "b");
}

TEST_F(Timers, a_job_that_adds_itself_for_now_does_not_keep_the_loop) {
  queue_.add(Instant(milliseconds(1)), [this] { add(0, 'x'); });
  EXPECT_EQ(run(5), "");
  EXPECT_EQ(run(5), "x");
}

TEST_F(Timers, knows_the_earliest_time) {
  EXPECT_FALSE(queue_.earliest().has_value());
  add(20, 'a');
  const auto early = add(10, 'b');
  EXPECT_EQ(queue_.earliest(), Instant(milliseconds(10)));
  queue_.cancel(early);
  EXPECT_EQ(queue_.earliest(), Instant(milliseconds(20)));
}

}  // namespace
}  // namespace p2p

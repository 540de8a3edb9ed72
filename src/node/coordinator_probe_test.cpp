#include "node/coordinator_probe.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "net/blocking_pool.hpp"
#include "testing/capture_log.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

TEST(ProbePause, grows_from_1_s_to_15_s_and_stays_there) {
  const std::vector<std::chrono::seconds> expected{1s, 2s, 4s, 8s, 15s, 15s};
  for (std::size_t tries = 0; tries < expected.size(); ++tries)
    EXPECT_EQ(probe_pause(tries), expected[tries]) << tries;
  EXPECT_EQ(probe_pause(1'000'000), 15s);
}

/// Runs the loop until the log has `text`, or 20 s are over.
bool run_until_logged(Loop& loop, const CaptureLog& log, std::string_view text) {
  const Instant end = loop.clock().now() + 20s;
  std::function<void()> look = [&] {
    if (log.has(text) || loop.clock().now() > end)
      loop.stop();
    else
      loop.post_at(loop.clock().now() + 5ms, look);
  };
  loop.post(look);
  loop.run();
  return log.has(text);
}

/// The pool ends before the loop that its jobs post to.
struct Two {
  explicit Two(const Clock& clock) : loop(clock, &pool) {}
  Loop loop;
  BlockingPool pool{1};
};

TEST(CoordinatorProbe, says_which_coordinator_does_not_answer_and_when_it_tries_again) {
  const SystemClock clock;
  CaptureLog log;
  Two two(clock);
  Loop& loop = two.loop;
  CoordinatorProbe probe(loop, log, {"127.0.0.1:1"});
  probe.start();
  ASSERT_TRUE(run_until_logged(loop, log, "next try in 1 s")) << log.text();
  EXPECT_TRUE(log.has("WARN | Cluster | coordinator 127.0.0.1:1: ")) << log.text();
  EXPECT_TRUE(probe.status().starts_with("127.0.0.1:1: ")) << probe.status();
  probe.stop();
}

TEST(CoordinatorProbe, gives_up_once_when_nobody_has_answered_within_its_limit) {
  const SystemClock clock;
  CaptureLog log;
  Two two(clock);
  int given_up = 0;
  CoordinatorProbe probe(two.loop, log, {"127.0.0.1:1"});
  probe.within(20ms, [&] {
    ++given_up;
    log.write(LogLevel::info, "Test", "given up");
  });
  probe.start();
  ASSERT_TRUE(run_until_logged(two.loop, log, "given up")) << log.text();
  EXPECT_EQ(given_up, 1);
  probe.stop();
}

TEST(CoordinatorProbe, a_text_that_is_no_address_is_told_like_a_silent_one) {
  const SystemClock clock;
  CaptureLog log;
  Two two(clock);
  Loop& loop = two.loop;
  CoordinatorProbe probe(loop, log, {"127.0.0.1:port"});
  probe.start();
  ASSERT_TRUE(run_until_logged(loop, log, "next try in 1 s")) << log.text();
  probe.stop();
}

TEST(CoordinatorProbe, asks_its_coordinators_by_turns) {
  const SystemClock clock;
  CaptureLog log;
  Two two(clock);
  Loop& loop = two.loop;
  CoordinatorProbe probe(loop, log, {"127.0.0.1:1", "127.0.0.1:2"});
  probe.start();
  ASSERT_TRUE(run_until_logged(loop, log, "coordinator 127.0.0.1:2: ")) << log.text();
  EXPECT_TRUE(log.has("next try in 2 s")) << log.text();
  probe.stop();
}

}  // namespace
}  // namespace p2p

#include "node/loop_pulse.hpp"

#include <gtest/gtest.h>

#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

TEST(LoopPulse, of_a_loop_that_turns_is_never_old) {
  ManualClock clock;
  ManualExecutor loop(clock);
  LoopPulse pulse(loop);
  pulse.start();
  loop.advance(60s);
  EXPECT_LE(pulse.silence(), LoopPulse::interval);
}

TEST(LoopPulse, tells_how_long_a_loop_has_been_kept_and_forgets_it_when_it_turns_again) {
  ManualClock clock;
  ManualExecutor loop(clock);
  LoopPulse pulse(loop);
  pulse.start();
  clock.advance(7s);
  EXPECT_EQ(pulse.silence(), 7s);
  loop.run_ready();
  EXPECT_EQ(pulse.silence(), 0s);
}

TEST(LoopPulse, begins_with_the_loop_as_if_it_had_just_turned) {
  ManualClock clock;
  ManualExecutor loop(clock);
  const LoopPulse pulse(loop);
  EXPECT_EQ(pulse.silence(), 0s);
}

}  // namespace
}  // namespace p2p

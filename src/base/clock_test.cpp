#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using namespace std::chrono_literals;

WallTime at(std::chrono::milliseconds since_1970) { return WallTime(since_1970); }

TEST(Clock, writes_times_in_utc_with_milliseconds) {
  EXPECT_EQ(rfc3339(at(0ms)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(at(1795326755637ms)), "2026-11-22T05:52:35.637Z");
  EXPECT_EQ(rfc3339(at(951782399999ms)), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(rfc3339(at(951782400000ms)), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(rfc3339(at(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, coarse_time_never_runs_ahead) {
  const SystemClock clock;
  const Instant coarse = clock.coarse_now();
  const Instant fine = clock.now();
  EXPECT_LE(coarse, fine);
  EXPECT_LT(fine - coarse, 1h) << "not the same epoch";
}

TEST(Clock, tells_durations_as_numbers) {
  EXPECT_EQ(milliseconds(1500us), 1.5);
  EXPECT_EQ(seconds(250ms), 0.25);
}

}  // namespace
}  // namespace p2p

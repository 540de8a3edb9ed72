#include "client/latencies.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using std::chrono::nanoseconds;

TEST(Latencies, quantiles_are_within_two_percent_and_the_ends_exact) {
  Latencies latencies;
  for (int i = 1; i <= 100'000; ++i) latencies.add(nanoseconds(i * 10));
  EXPECT_EQ(latencies.count(), 100'000U);
  EXPECT_EQ(latencies.least().count(), 10);
  EXPECT_EQ(latencies.greatest().count(), 1'000'000);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 1'000'000;
    EXPECT_NEAR(static_cast<double>(latencies.quantile(share).count()), exact, exact * 0.02) << share;
  }
}

TEST(Latencies, of_one_call_are_that_call) {
  Latencies latencies;
  latencies.add(nanoseconds(123'456));
  for (const double share : {0.0, 0.5, 1.0}) EXPECT_EQ(latencies.quantile(share).count(), 123'456);
}

TEST(Latencies, of_no_call_are_nothing) { EXPECT_EQ(Latencies().quantile(0.5).count(), 0); }

TEST(Latencies, takes_whatever_a_clock_says) {
  Latencies latencies;
  latencies.add(nanoseconds(-5));
  latencies.add(nanoseconds::max());
  latencies.add(nanoseconds(0));
  EXPECT_EQ(latencies.least().count(), 0);
  EXPECT_EQ(latencies.greatest(), nanoseconds::max());
  EXPECT_EQ(latencies.quantile(0.5).count(), 0);
}

}  // namespace
}  // namespace p2p

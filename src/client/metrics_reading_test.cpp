#include "client/metrics_reading.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

constexpr std::string_view text = R"(# HELP p2p_x Text with "quotes".
# TYPE p2p_x counter
p2p_x{service="a",method="m"} 3
p2p_x{service="b",method="m"} 4
p2p_x{service="a\"},\\ \n",method="n"} 5 1700000000
process_cpu_seconds_total 1.25e1
broken{service="a 7
also_broken{} word
d_bucket{le="0.001"} 50
d_bucket{le="0.01"} 90
d_bucket{le="+Inf"} 100
)";

TEST(MetricsReading, adds_up_the_samples_that_have_the_labels) {
  const auto reading = MetricsReading::parse(text);
  EXPECT_EQ(reading.sum("p2p_x"), 12);
  EXPECT_EQ(reading.sum("p2p_x", {{"method", "m"}}), 7);
  EXPECT_EQ(reading.sum("p2p_x", {{"service", "a\"},\\ \n"}}), 5);
  EXPECT_EQ(reading.sum("process_cpu_seconds_total"), 12.5);
  EXPECT_FALSE(reading.sum("p2p_x", {{"method", "z"}}));
  EXPECT_FALSE(reading.sum("broken"));
  EXPECT_FALSE(reading.sum("also_broken"));
}

TEST(MetricsReading, estimates_a_quantile_within_its_bucket) {
  const auto reading = MetricsReading::parse(text);
  EXPECT_NEAR(*reading.quantile("d", 0.25), 0.0005, 1e-9);
  EXPECT_NEAR(*reading.quantile("d", 0.7), 0.0055, 1e-9);
  EXPECT_NEAR(*reading.quantile("d", 0.99), 0.01, 1e-9) << "beyond the last bound only that it is beyond";
  EXPECT_FALSE(reading.quantile("e", 0.5));
  EXPECT_FALSE(MetricsReading::parse("d_bucket{le=\"+Inf\"} 0\n").quantile("d", 0.5));
}

}  // namespace
}  // namespace p2p

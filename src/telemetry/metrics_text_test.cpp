#include "telemetry/metrics_text.hpp"

#include <gmock/gmock.h>

namespace p2p {
namespace {

using testing::HasSubstr;

TEST(MetricsText, samples_of_one_family_stand_under_one_head) {
  MetricsText text;
  text.counter("p2p_calls_total", "Calls", 3, {{"outcome", "ok"}});
  text.gauge("p2p_open", "Open", 1.5);
  text.counter("p2p_calls_total", "Calls", 1, {{"outcome", "timeout"}});
  EXPECT_EQ(text.text(),
            "# HELP p2p_calls_total Calls\n# TYPE p2p_calls_total counter\n"
            "p2p_calls_total{outcome=\"ok\"} 3\np2p_calls_total{outcome=\"timeout\"} 1\n"
            "# HELP p2p_open Open\n# TYPE p2p_open gauge\np2p_open 1.5\n");
}

TEST(MetricsText, quotes_and_line_feeds_of_a_label_are_escaped) {
  MetricsText text;
  text.gauge("p2p_x", "X", 1, {{"name", "a\"b\nc\\d"}});
  EXPECT_THAT(text.text(), HasSubstr("p2p_x{name=\"a\\\"b\\nc\\\\d\"} 1\n"));
}

TEST(MetricsText, a_histogram_counts_up_to_all_timed_calls) {
  CallTable table;
  CallStats& stats = table.loop(0);
  const auto id = stats.id_of("a", "b");
  stats.time(id, 900);             // within 1 us
  stats.time(id, 20'000'000'000);  // beyond the last bound
  MetricsText text;
  text.durations("p2p_seconds", "Durations", table.sum(id), {{"method", "b"}});
  EXPECT_THAT(text.text(), HasSubstr("p2p_seconds_count{method=\"b\"} 2\n"));
  EXPECT_THAT(text.text(), HasSubstr("p2p_seconds_bucket{method=\"b\",le=\"10\"} 1\n"));
  EXPECT_THAT(text.text(), HasSubstr("p2p_seconds_bucket{method=\"b\",le=\"+Inf\"} 2\n"));
}

TEST(MetricsText, a_histogram_of_ones_own_has_its_bounds) {
  Histogram values({0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 3.0}) values.add(value);
  MetricsText text;
  text.histogram("p2p_stall_seconds", "Stalls", values);
  EXPECT_THAT(text.text(), HasSubstr("p2p_stall_seconds_bucket{le=\"0.1\"} 2\n"));
  EXPECT_THAT(text.text(), HasSubstr("p2p_stall_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text.text(), HasSubstr("p2p_stall_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text.text(), HasSubstr("p2p_stall_seconds_sum 3.65\n"));
}

TEST(MetricsText, as_open_metrics_a_family_of_counters_has_no_total_and_the_text_an_end) {
  MetricsText text;
  text.counter("p2p_calls_total", "Calls in total", 3, {{"outcome", "ok"}});
  text.gauge("p2p_open_total_things", "Open", 1);
  EXPECT_EQ(text.open_metrics(),
            "# HELP p2p_calls Calls in total\n# TYPE p2p_calls counter\np2p_calls_total{outcome=\"ok\"} 3\n"
            "# HELP p2p_open_total_things Open\n# TYPE p2p_open_total_things gauge\np2p_open_total_things "
            "1\n# EOF\n");
}

TEST(MetricsText, a_process_tells_of_its_memory_and_its_start) {
  MetricsText text;
  text.process();
  EXPECT_THAT(text.text(), HasSubstr("\nprocess_resident_memory_bytes "));
  EXPECT_THAT(text.text(), HasSubstr("\nprocess_start_time_seconds 1"));
}

}  // namespace
}  // namespace p2p

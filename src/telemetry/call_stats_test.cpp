#include "telemetry/call_stats.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

const CallStats::Method& figures(const CallStats& stats, CallStats::MethodId id) {
  return *stats.methods()[id];
}

TEST(CallStats, a_method_keeps_its_id_under_its_name) {
  CallStats stats;
  const auto ping = stats.id_of("system", "ping");
  EXPECT_NE(stats.id_of("system", "info"), ping);
  EXPECT_NE(stats.id_of("other", "ping"), ping);
  EXPECT_EQ(stats.id_of("system", "ping"), ping);
  EXPECT_EQ(figures(stats, ping).service, "system");
  EXPECT_EQ(figures(stats, ping).method, "ping");
}

TEST(CallStats, calls_to_what_does_not_exist_are_counted_together) {
  CallStats stats;
  stats.refused(stats.unknown(), Errc::method_not_found);
  EXPECT_EQ(figures(stats, stats.unknown()).service, "_unknown");
  EXPECT_EQ(figures(stats, stats.unknown()).started, 1u);
  EXPECT_EQ(stats.running(), 0u);
}

TEST(CallStats, a_call_runs_from_its_begin_to_its_end) {
  CallStats stats;
  const auto id = stats.id_of("a", "b");
  (void)stats.begin(id);
  (void)stats.begin(id);
  EXPECT_EQ(stats.running(), 2u);
  stats.end_ok(id);
  EXPECT_EQ(figures(stats, id).running(), 1u);
  stats.end_failed(id, Errc::timeout);
  EXPECT_EQ(stats.running(), 0u);
  EXPECT_EQ(stats.started(), 2u);
  EXPECT_EQ(stats.succeeded(), 1u);
  EXPECT_EQ(stats.ended(), 2u);
  EXPECT_EQ(figures(stats, id).by_outcome[0], 1u);
  EXPECT_EQ(figures(stats, id).by_outcome[1 + static_cast<std::size_t>(Errc::timeout)], 1u);
}

TEST(CallStats, one_call_in_sixty_four_is_timed_the_first_among_them) {
  CallStats stats;
  const auto id = stats.id_of("a", "b");
  int timed = 0;
  EXPECT_TRUE(stats.begin(id));
  for (int i = 1; i < 640; ++i) timed += stats.begin(id) ? 1 : 0;
  EXPECT_EQ(timed, 9);
}

TEST(CallStats, a_duration_on_a_bound_belongs_to_that_bound) {
  CallStats stats;
  const auto id = stats.id_of("a", "b");
  stats.time(id, 1'000);
  stats.time(id, 1'001);
  stats.time(id, 60'000'000'000);
  const auto& buckets = figures(stats, id).by_duration;
  EXPECT_EQ(buckets[0], 1u);
  EXPECT_EQ(buckets[1], 1u);
  EXPECT_EQ(buckets.back(), 1u);
  EXPECT_EQ(figures(stats, id).timed, 3u);
  EXPECT_EQ(figures(stats, id).sum_ns, 60'000'002'001);
}

TEST(CallStats, the_mean_is_of_the_timed_calls_of_all_methods) {
  CallStats stats;
  EXPECT_EQ(stats.mean_ns(), 0);
  stats.time(stats.id_of("a", "b"), 100);
  stats.time(stats.id_of("c", "d"), 300);
  EXPECT_EQ(stats.mean_ns(), 200);
}

TEST(CallStats, callers_that_left_are_told_from_deadlines_that_passed) {
  CallStats stats;
  stats.abandoned(Errc::timeout);
  stats.abandoned(Errc::cancelled);
  stats.abandoned(Errc::cancelled);
  EXPECT_EQ(stats.abandoned_by_deadline(), 1u);
  EXPECT_EQ(stats.abandoned_by_caller(), 2u);
}

TEST(CallStats, an_error_of_http_that_a_service_threw_counts_as_a_failed_method) {
  CallStats stats;
  const auto id = stats.id_of("a", "b");
  (void)stats.begin(id);
  stats.end_failed(id, Errc::not_found);
  EXPECT_EQ(figures(stats, id).by_outcome[1 + static_cast<std::size_t>(Errc::method_failed)], 1u);
  EXPECT_EQ(figures(stats, id).by_outcome[1 + static_cast<std::size_t>(Errc::audit_unavailable)], 0u);
}

}  // namespace
}  // namespace p2p

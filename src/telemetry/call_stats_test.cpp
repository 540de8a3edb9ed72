#include "telemetry/call_stats.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace p2p {
namespace {

struct CallStatsTest : testing::Test {
  CallTable table;
  CallStats& stats = table.loop(0);
};

TEST_F(CallStatsTest, a_method_keeps_its_id_under_its_name) {
  const auto ping = stats.id_of("system", "ping");
  EXPECT_NE(stats.id_of("system", "info"), ping);
  EXPECT_NE(stats.id_of("other", "ping"), ping);
  EXPECT_EQ(stats.id_of("system", "ping"), ping);
  EXPECT_EQ(table.sum(ping).service, "system");
  EXPECT_EQ(table.sum(ping).method, "ping");
}

TEST_F(CallStatsTest, calls_to_what_does_not_exist_are_counted_together) {
  stats.refused(stats.unknown(), Errc::method_not_found);
  EXPECT_EQ(table.sum(stats.unknown()).service, "_unknown");
  EXPECT_EQ(table.sum(stats.unknown()).started, 1u);
  EXPECT_EQ(stats.running(), 0u);
}

TEST_F(CallStatsTest, a_call_runs_from_its_begin_to_its_end) {
  const auto id = stats.id_of("a", "b");
  (void)stats.begin(id);
  (void)stats.begin(id);
  EXPECT_EQ(stats.running(), 2u);
  stats.end_ok(id);
  EXPECT_EQ(table.sum(id).running(), 1u);
  stats.end_failed(id, Errc::timeout);
  EXPECT_EQ(stats.running(), 0u);
  EXPECT_EQ(stats.started(), 2u);
  EXPECT_EQ(stats.succeeded(), 1u);
  EXPECT_EQ(stats.ended(), 2u);
  EXPECT_EQ(table.sum(id).by_outcome[0], 1u);
  EXPECT_EQ(table.sum(id).by_outcome[1 + static_cast<std::size_t>(Errc::timeout)], 1u);
}

TEST_F(CallStatsTest, one_call_in_sixty_four_is_timed_the_first_among_them) {
  const auto id = stats.id_of("a", "b");
  int timed = 0;
  EXPECT_TRUE(stats.begin(id));
  for (int i = 1; i < 640; ++i) timed += stats.begin(id) ? 1 : 0;
  EXPECT_EQ(timed, 9);
}

TEST_F(CallStatsTest, a_duration_on_a_bound_belongs_to_that_bound) {
  const auto id = stats.id_of("a", "b");
  stats.time(id, 1'000);
  stats.time(id, 1'001);
  stats.time(id, 60'000'000'000);
  const auto buckets = table.sum(id).by_duration;
  EXPECT_EQ(buckets[0], 1u);
  EXPECT_EQ(buckets[1], 1u);
  EXPECT_EQ(buckets.back(), 1u);
  EXPECT_EQ(table.sum(id).timed, 3u);
  EXPECT_EQ(table.sum(id).sum_ns, 60'000'002'001u);
}

TEST_F(CallStatsTest, a_quantile_lies_in_the_bucket_where_that_share_is_reached) {
  const auto id = stats.id_of("a", "b");
  EXPECT_EQ(table.sum(id).quantile_ns(0.95), 0) << "nothing is timed";
  for (int i = 0; i < 90; ++i) stats.time(id, 900);
  for (int i = 0; i < 10; ++i) stats.time(id, 40'000);
  EXPECT_DOUBLE_EQ(table.sum(id).quantile_ns(0.45), 500);
  EXPECT_DOUBLE_EQ(table.sum(id).quantile_ns(0.9), 1'000);
  EXPECT_DOUBLE_EQ(table.sum(id).quantile_ns(0.95), 37'500);
  for (int i = 0; i < 900; ++i) stats.time(id, 60'000'000'000);
  EXPECT_EQ(table.sum(id).quantile_ns(0.95), 10e9) << "more is not known of it";
}

TEST_F(CallStatsTest, the_mean_is_of_the_timed_calls_of_all_methods) {
  EXPECT_EQ(table.mean_ns(), 0);
  stats.time(stats.id_of("a", "b"), 100);
  stats.time(stats.id_of("c", "d"), 300);
  EXPECT_EQ(table.mean_ns(), 200);
}

TEST_F(CallStatsTest, callers_that_left_are_told_from_deadlines_that_passed) {
  stats.abandoned(Errc::timeout);
  stats.abandoned(Errc::cancelled);
  stats.abandoned(Errc::cancelled);
  EXPECT_EQ(stats.abandoned_by_deadline(), 1u);
  EXPECT_EQ(stats.abandoned_by_caller(), 2u);
}

TEST_F(CallStatsTest, an_error_of_http_that_a_service_threw_counts_as_a_failed_method) {
  const auto id = stats.id_of("a", "b");
  (void)stats.begin(id);
  stats.end_failed(id, Errc::not_found);
  EXPECT_EQ(table.sum(id).by_outcome[1 + static_cast<std::size_t>(Errc::method_failed)], 1u);
  EXPECT_EQ(table.sum(id).by_outcome[1 + static_cast<std::size_t>(Errc::audit_unavailable)], 0u);
}

TEST(CallTable, what_several_loops_count_of_a_method_is_added_up) {
  CallTable table(3);
  const auto id = table.id_of("a", "b");
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(table.loop(i).id_of("a", "b"), id) << "every loop has the same id";
    for (unsigned calls = 0; calls <= i; ++calls) (void)table.loop(i).begin(id);
  }
  table.loop(0).end_ok(id);
  table.loop(2).end_failed(id, Errc::timeout);
  table.loop(1).time(id, 100);
  table.loop(2).time(id, 300);
  table.loop(1).abandoned(Errc::cancelled);

  const CallStats::Method all = table.sum(id);
  EXPECT_EQ(all.method, "b");
  EXPECT_EQ(all.started, 6u);
  EXPECT_EQ(all.running(), 4u);
  EXPECT_EQ(all.timed, 2u);
  EXPECT_EQ(table.loop(2).running(), 2u);
  EXPECT_EQ(table.running(), 4u);
  EXPECT_EQ(table.succeeded(), 1u);
  EXPECT_EQ(table.ended(), 2u);
  EXPECT_EQ(table.abandoned_by_caller(), 1u);
  EXPECT_EQ(table.mean_ns(), 200);
  EXPECT_EQ(table.methods().size(), 2u) << "and what is unknown";
}

TEST(CallTable, figures_can_be_read_while_another_thread_counts_and_never_run_backwards) {
  CallTable table(2);
  const auto id = table.id_of("a", "b");
  constexpr std::uint64_t calls = 20'000;
  std::thread counting([&] {
    for (std::uint64_t i = 0; i < calls; ++i) {
      (void)table.loop(1).begin(id);
      table.loop(1).end_ok(id);
    }
  });
  for (std::uint64_t before = 0; before < calls;) {
    const std::uint64_t now = table.ended();
    EXPECT_GE(now, before);
    EXPECT_LE(table.running(), calls) << "a difference below 0 would be huge";
    EXPECT_LE(table.sum(id).running(), calls);
    before = now;
  }
  counting.join();
  EXPECT_EQ(table.sum(id).by_outcome[0], calls);
}

}  // namespace
}  // namespace p2p

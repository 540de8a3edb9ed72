#include "../process_usage.hpp"

#include <gtest/gtest.h>

namespace system_service {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(ProcessUsage, at_first_sight_it_is_the_mean_since_the_process_began) {
  ProcessUsage usage;
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, 5 * second}, 110 * second), 50);
}

TEST(ProcessUsage, then_it_is_the_mean_since_the_last_look) {
  ProcessUsage usage;
  (void)usage.percent({7, 100 * second, 5 * second}, 110 * second);
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, 6 * second}, 120 * second), 10);
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, 10 * second}, 122 * second), 200) << "two threads";
}

TEST(ProcessUsage, a_look_too_soon_gets_the_figure_of_the_last) {
  ProcessUsage usage;
  (void)usage.percent({7, 100 * second, 5 * second}, 110 * second);
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, 5 * second + second / 20}, 110 * second + second / 20),
                   50);
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, 6 * second}, 120 * second), 10) << "since the first look";
}

TEST(ProcessUsage, another_process_with_the_same_number_begins_anew) {
  ProcessUsage usage;
  (void)usage.percent({7, 100 * second, 5 * second}, 110 * second);
  EXPECT_DOUBLE_EQ(usage.percent({7, 111 * second, second}, 115 * second), 25);
}

TEST(ProcessUsage, a_reading_older_than_a_minute_is_none) {
  ProcessUsage usage;
  (void)usage.percent({7, 0, 50 * second}, 100 * second);
  EXPECT_DOUBLE_EQ(usage.percent({7, 0, 50 * second}, 160 * second), 0);
  EXPECT_DOUBLE_EQ(usage.percent({7, 0, 50 * second}, 221 * second), 22.6) << "since its start";
  usage.forget_old(281 * second);
  EXPECT_EQ(usage.size(), 1U);
  usage.forget_old(282 * second);
  EXPECT_EQ(usage.size(), 0U);
}

TEST(ProcessUsage, a_process_that_just_began_does_not_divide_by_nothing) {
  ProcessUsage usage;
  EXPECT_DOUBLE_EQ(usage.percent({7, 100 * second, second / 100}, 100 * second), 10);
  EXPECT_DOUBLE_EQ(usage.percent({8, 101 * second, 0}, 100 * second), 0) << "begun after now";
}

TEST(ProcessUsage, no_more_than_ten_thousand_are_kept) {
  ProcessUsage usage;
  for (int pid = 1; pid <= 10'010; ++pid) (void)usage.percent({pid, 0, second}, 10 * second);
  EXPECT_EQ(usage.size(), ProcessUsage::most_processes);
  EXPECT_DOUBLE_EQ(usage.percent({20'000, 0, second}, 10 * second), 10)
      << "the rest is answered all the same";
}

}  // namespace
}  // namespace system_service

#include "base/log_fold.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using std::chrono::seconds;

const WallTime start{seconds(1'800'000'000)};

TEST(LogFold, of_equal_lines_the_first_of_a_minute_is_written_and_the_rest_are_counted) {
  LogFold fold;
  EXPECT_TRUE(fold.admit("Http", "full", start));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(fold.admit("Http", "full", start + seconds(i)));
  EXPECT_TRUE(fold.take_due(start + seconds(59)).empty());
  const auto due = fold.take_due(start + seconds(60));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].logger, "Http");
  EXPECT_EQ(due[0].message, "full");
  EXPECT_EQ(due[0].more, 5u);
  EXPECT_TRUE(fold.take_due(start + seconds(61)).empty()) << "told once";
  EXPECT_TRUE(fold.admit("Http", "full", start + seconds(61)));
}

TEST(LogFold, another_logger_or_another_text_is_another_line) {
  LogFold fold;
  EXPECT_TRUE(fold.admit("Http", "full", start));
  EXPECT_TRUE(fold.admit("Audit", "full", start));
  EXPECT_TRUE(fold.admit("Http", "full again", start));
}

TEST(LogFold, a_line_that_stood_alone_is_told_of_no_more) {
  LogFold fold;
  EXPECT_EQ(fold.due(), std::nullopt);
  EXPECT_TRUE(fold.admit("Http", "once", start));
  EXPECT_EQ(fold.due(), start + LogFold::span);
  EXPECT_TRUE(fold.take_due(start + seconds(60)).empty());
  EXPECT_EQ(fold.due(), std::nullopt);
}

TEST(LogFold, beyond_its_bound_lines_are_written_as_they_come) {
  LogFold fold;
  for (std::size_t i = 0; i < LogFold::most; ++i) EXPECT_TRUE(fold.admit("a", std::to_string(i), start));
  EXPECT_TRUE(fold.admit("a", "one more", start));
  EXPECT_TRUE(fold.admit("a", "one more", start));
  EXPECT_FALSE(fold.admit("a", "0", start));
}

TEST(LogFold, a_clock_that_is_put_back_hides_nothing) {
  LogFold fold;
  EXPECT_TRUE(fold.admit("a", "x", start));
  EXPECT_TRUE(fold.admit("a", "x", start - seconds(3600)));
}

}  // namespace
}  // namespace p2p

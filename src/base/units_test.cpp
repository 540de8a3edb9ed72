#include "base/units.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using namespace std::chrono_literals;

TEST(Units, durations_are_read_as_people_write_them) {
  EXPECT_EQ(duration_of("500ms"), 500ms);
  EXPECT_EQ(duration_of("30s"), 30s);
  EXPECT_EQ(duration_of("5m"), 5min);
  EXPECT_EQ(duration_of("1h"), 1h);
  EXPECT_EQ(duration_of("24h"), 24h);
  EXPECT_EQ(duration_of("10us"), 10us);
}

TEST(Units, a_bare_number_is_seconds_or_bytes) {
  EXPECT_EQ(duration_of("30"), 30s);
  EXPECT_EQ(duration_of("0"), 0s);
  EXPECT_EQ(size_of("500"), 500U);
  EXPECT_EQ(size_of("0"), 0U);
}

TEST(Units, what_is_no_duration_is_none) {
  for (const char* text : {"", "s", "ms", "-1s", "-0", "1.5s", "1 s", " 1s", "1s ", "1S", "1d", "1hour",
                           "0x10", "9999999999999999999s", "9223372036854775807h", "9000h", "1e3", "+1s"})
    EXPECT_EQ(duration_of(text), std::nullopt) << text;
}

TEST(Units, sizes_are_read_as_people_write_them) {
  EXPECT_EQ(size_of("64KiB"), 65'536U);
  EXPECT_EQ(size_of("16MiB"), 16'777'216U);
  EXPECT_EQ(size_of("1GiB"), 1'073'741'824U);
  EXPECT_EQ(size_of("10B"), 10U);
}

TEST(Units, what_is_no_size_is_none) {
  for (const char* text : {"", "KiB", "-1", "1.5MiB", "1 MiB", "1MB", "1mib", "1K", "99999999GiB",
                           "9223372036854775807", "18446744073709551616"})
    EXPECT_EQ(size_of(text), std::nullopt) << text;
}

TEST(Units, a_duration_is_printed_in_the_largest_unit_that_fits) {
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(duration_text(250ms), "250ms");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(120s), "2m");
  EXPECT_EQ(duration_text(24h), "24h");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
}

TEST(Units, a_size_is_printed_in_the_largest_unit_that_fits) {
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(500), "500");
  EXPECT_EQ(size_text(1536), "1536");
  EXPECT_EQ(size_text(256 * 1024), "256KiB");
  EXPECT_EQ(size_text(1 << 20), "1MiB");
  EXPECT_EQ(size_text(3ULL << 30), "3GiB");
}

TEST(Units, what_is_printed_reads_as_the_same) {
  for (const std::chrono::nanoseconds duration :
       std::initializer_list<std::chrono::nanoseconds>{0ns, 1ns, 999us, 1ms, 30s, 1h, 24h})
    EXPECT_EQ(duration_of(duration_text(duration)), duration);
  for (const std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 1025ULL, 1ULL << 20, 1ULL << 40})
    EXPECT_EQ(size_of(size_text(bytes)), bytes);
}

}  // namespace
}  // namespace p2p

#include <chrono>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <p2p/context.hpp>

namespace p2p {
namespace {

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

TEST(Context, remaining_is_the_time_to_the_deadline) {
  constexpr std::int64_t hour = 3'600'000'000'000;
  Context context;
  context.deadline_ns = steady_ns() + hour;
  const Duration left = context.remaining();
  EXPECT_LE(left.ns, hour);
  EXPECT_GT(left.ns, hour / 2);
}

TEST(Context, remaining_is_zero_after_the_deadline) {
  Context context;
  context.deadline_ns = 1;
  EXPECT_EQ(context.remaining(), Duration{0});
}

TEST(Context, without_a_deadline_has_all_the_time) {
  EXPECT_EQ(Context().remaining().ns, std::numeric_limits<std::int64_t>::max());
}

TEST(Context, trace_id_is_32_digits_high_word_first) {
  Context context;
  EXPECT_EQ(context.trace_id(), "00000000000000000000000000000000");
  context.trace[0] = 0x4bf92f3577b34da6;
  context.trace[1] = 0x03ce929d0e0e4736;
  EXPECT_EQ(context.trace_id(), "4bf92f3577b34da603ce929d0e0e4736");
}

TEST(Context, is_cancelled_once_somebody_stops_it) {
  Context context;
  EXPECT_FALSE(context.cancelled());
  context.stop = static_cast<std::uint8_t>(Stop::timeout);
  EXPECT_TRUE(context.cancelled());
}

TEST(Role, has_a_name_and_is_found_by_it) {
  for (const Role role : {Role::none, Role::viewer, Role::operator_, Role::admin, Role::node}) {
    EXPECT_EQ(role_of(role_name(role)), role);
  }
  EXPECT_EQ(role_name(Role::operator_), "operator");
  EXPECT_EQ(role_of("root"), Role::none);
  EXPECT_EQ(role_of("Admin"), Role::none);
  EXPECT_EQ(role_of(""), Role::none);
}

TEST(Role, covers_what_asks_for_less) {
  EXPECT_TRUE(covers(Role::admin, Role::viewer));
  EXPECT_TRUE(covers(Role::operator_, Role::operator_));
  EXPECT_FALSE(covers(Role::viewer, Role::operator_));
  EXPECT_FALSE(covers(Role::none, Role::viewer));
  EXPECT_FALSE(covers(Role::node, Role::viewer));
}

TEST(Duration, literals_count_in_their_unit) {
  EXPECT_EQ((250_ms).ns, 250'000'000);
  EXPECT_EQ((10_s).milliseconds(), 10'000);
  EXPECT_EQ((2_min).seconds(), 120.0);
  EXPECT_LT(999_ms, 1_s);
}

}  // namespace
}  // namespace p2p

#include "service_layer/trace_context.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, gives_its_trace_id) {
  const auto trace = read_traceparent(good);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace_text(*trace), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(Traceparent, of_a_later_version_may_be_longer_and_of_version_0_not) {
  EXPECT_FALSE(read_traceparent(good + "-more"));
  std::string later = good + "-more";
  later[1] = '1';
  EXPECT_TRUE(read_traceparent(later));
}

TEST(Traceparent, that_is_malformed_is_none) {
  for (const char* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "nonsense"})
    EXPECT_FALSE(read_traceparent(text)) << text;
  for (const std::size_t place : {0u, 2u, 3u, 18u, 19u, 34u, 35u, 36u, 52u, 53u}) {
    std::string broken = good;
    broken[place] = 'g';
    EXPECT_FALSE(read_traceparent(broken)) << broken;
  }
}

TEST(Traceparent, has_small_letters_only) {
  EXPECT_FALSE(read_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01"));
}

TEST(Traceparent, of_version_ff_or_with_a_trace_or_span_of_zeros_is_none) {
  EXPECT_FALSE(read_traceparent("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_FALSE(read_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
}

/// Hands out one number again and again: the worst that a kernel could do.
class SameNumber final : public Random {
 public:
  explicit SameNumber(std::byte value) : value_(value) {}
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = value_;
  }

 private:
  std::byte value_;
};

TEST(TraceIds, are_never_zero_and_do_not_repeat_soon) {
  SameNumber zeros(std::byte{0});
  TraceIds ids(zeros);
  std::set<TraceId> seen;
  for (int i = 0; i < 10'000; ++i) {
    const TraceId id = ids.next();
    EXPECT_NE(id, TraceId{});
    EXPECT_TRUE(seen.insert(id).second) << "after " << i;
  }
}

TEST(TraceIds, of_two_nodes_differ) {
  SameNumber first(std::byte{1}), second(std::byte{2});
  EXPECT_NE(TraceIds(first).next(), TraceIds(second).next());
}

}  // namespace
}  // namespace p2p

#include "framework/dependencies.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using Names = std::vector<std::string>;

TEST(Dependencies, a_ring_is_spelt_out_from_the_service_that_stands_in_it) {
  const Dependencies all{{"a", {"x", "b"}}, {"b", {"c"}}, {"c", {"a"}}, {"d", {"a"}}, {"x", {}}};
  EXPECT_EQ(find_cycle(all, "a"), "a > b > c > a");
  EXPECT_EQ(find_cycle(all, "c"), "c > a > b > c");
  EXPECT_EQ(find_cycle(all, "d"), "");  // leads into a ring, stands in none
  EXPECT_EQ(find_cycle(all, "x"), "");
  EXPECT_EQ(find_cycle(all, "unknown"), "");
}

TEST(Dependencies, a_service_that_needs_itself_is_a_ring) {
  EXPECT_EQ(find_cycle({{"a", {"a"}}}, "a"), "a > a");
}

TEST(Dependencies, two_ways_to_one_service_are_no_ring) {
  EXPECT_EQ(find_cycle({{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {}}}, "a"), "");
}

TEST(Dependencies, what_others_need_stops_after_them) {
  const Dependencies all{{"a", {"b"}}, {"b", {"c"}}, {"other", {}}, {"gone", {"other"}}};
  EXPECT_EQ(free_to_stop(all, {"a", "b", "c", "other"}), (Names{"a", "other"}));
  EXPECT_EQ(free_to_stop(all, {"b", "c"}), Names{"b"});
  EXPECT_EQ(free_to_stop(all, {"c"}), Names{"c"});
  EXPECT_EQ(free_to_stop(all, {}), Names{});
}

TEST(Dependencies, a_ring_frees_nobody) {
  EXPECT_EQ(free_to_stop({{"a", {"b"}}, {"b", {"a"}}}, {"a", "b"}), Names{});
}

}  // namespace
}  // namespace p2p

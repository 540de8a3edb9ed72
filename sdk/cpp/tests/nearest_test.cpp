#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <p2p/detail/nearest.hpp>

namespace p2p {
namespace {

std::string near(std::string_view word, std::vector<std::string_view> candidates) {
  return nearest(word, candidates);
}

TEST(Nearest, finds_the_word_that_was_meant) {
  EXPECT_EQ(near("get_sytem_metrics", {"ping", "get_system_metrics", "get_system_info"}),
            "get_system_metrics");
  EXPECT_EQ(near("limits", {"offset", "limit"}), "limit");
  EXPECT_EQ(near("lmiit", {"limit"}), "limit");
}

TEST(Nearest, takes_the_nearer_and_then_the_earlier) {
  EXPECT_EQ(near("metric", {"metrics2", "metrics"}), "metrics");
  EXPECT_EQ(near("metric", {"metricb", "metrica"}), "metricb");
  EXPECT_EQ(near("metric", {"metrics", "metric"}), "metric");
}

TEST(Nearest, is_silent_when_nothing_is_near) {
  EXPECT_EQ(near("restart", {"ping", "info"}), "");
  EXPECT_EQ(near("restart", {}), "");
  EXPECT_EQ(near("", {"a"}), "");
}

TEST(Nearest, forgives_two_mistakes_but_one_in_a_short_word) {
  EXPECT_EQ(near("abcde", {"axcye"}), "axcye");
  EXPECT_EQ(near("abcde", {"axcyz"}), "");
  EXPECT_EQ(near("abcd", {"abcx"}), "abcx");
  EXPECT_EQ(near("abcd", {"abyx"}), "");
  EXPECT_EQ(near("tget", {"tegt"}), "tegt");
}

TEST(Nearest, counts_a_swap_with_a_letter_in_between_as_two) {
  EXPECT_EQ(near("cawxyz", {"acbwxyz"}), "acbwxyz");  // swap "ca", insert "b"
  EXPECT_EQ(near("xyzwca", {"xyzwabc"}), "xyzwabc");  // the same across the inserted letter
}

TEST(Nearest, passes_over_words_longer_than_64) {
  const std::string longest(64, 'a');
  const std::string too_long(65, 'a');
  EXPECT_EQ(near(longest.substr(1), {longest}), longest);
  EXPECT_EQ(near(longest, {too_long}), "");
  EXPECT_EQ(near(too_long, {longest}), "");
  EXPECT_EQ(near(longest, {std::string(64, 'b')}), "");
}

TEST(Nearest, reads_a_list_of_strings_as_well) {
  const std::vector<std::string> candidates{"alpha", "beta"};
  EXPECT_EQ(nearest("alpah", candidates), "alpha");
}

}  // namespace
}  // namespace p2p

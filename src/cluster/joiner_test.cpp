#include "cluster/joiner.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using gossip::seconds_us;
using gossip::TimePoint;
using Asked = std::vector<std::string>;

const auto nobody = [](const std::string&) { return false; };
const auto everybody = [](const std::string&) { return true; };

/// The times, in seconds, at which it asks anybody, when nobody answers.
std::vector<double> rounds_until(Joiner& joiner, TimePoint end) {
  std::vector<double> times;
  while (joiner.next_deadline() < end) {
    const TimePoint now = joiner.next_deadline();
    for (const std::string& at : joiner.asked(now, nobody)) joiner.failed(at, "connection refused");
    times.push_back(static_cast<double>(now) / seconds_us);
  }
  return times;
}

TEST(Joiner, asks_all_seeds_at_once_and_then_less_and_less_often_for_ever) {
  Joiner joiner({"a:1", "b:2"}, {}, 7, 0);
  EXPECT_EQ(joiner.asked(0, nobody), (Asked{"a:1", "b:2"}));
  const std::vector<double> times = rounds_until(joiner, 200 * seconds_us);
  const double pauses[] = {1, 2, 4, 8, 15, 15};
  double before = 0;
  for (std::size_t i = 0; i < std::size(pauses); ++i) {
    EXPECT_LE(times.at(i) - before, pauses[i]);
    EXPECT_GE(times.at(i) - before, pauses[i] * 0.8);
    before = times.at(i);
  }
  EXPECT_GE(times.size(), 14U) << "it never gives up";
}

TEST(Joiner, one_answer_means_joined_and_seeds_that_are_no_living_members_are_asked_on) {
  Joiner joiner({"a:1", "b:2"}, {}, 7, 0);
  (void)joiner.asked(0, nobody);
  joiner.answered("a:1");
  joiner.failed("b:2", "connection refused");
  EXPECT_TRUE(joiner.joined());
  const auto a_lives = [](const std::string& at) { return at == "a:1"; };
  EXPECT_EQ(joiner.asked(joiner.next_deadline(), a_lives), Asked{"b:2"});
  EXPECT_EQ(joiner.asked(joiner.next_deadline(), everybody), Asked{});
  EXPECT_EQ(joiner.asked(joiner.next_deadline(), nobody), (Asked{"a:1", "b:2"}))
      << "for as long as the node runs";
}

TEST(Joiner, members_of_an_earlier_life_are_asked_two_seconds_after_the_seeds) {
  Joiner joiner({"a:1"}, {"w:1", "w:2"}, 7, 0);
  EXPECT_EQ(joiner.asked(0, nobody), Asked{"a:1"});
  (void)joiner.asked(1 * seconds_us, nobody);
  EXPECT_EQ(joiner.asked(2 * seconds_us, nobody), (Asked{"w:1", "w:2"}));
}

TEST(Joiner, who_has_no_seeds_asks_whom_it_remembers_at_once) {
  Joiner joiner({}, {"w:1"}, 7, 0);
  EXPECT_EQ(joiner.asked(0, nobody), Asked{"w:1"});
  EXPECT_EQ(joiner.next_deadline(), gossip::never);
  EXPECT_TRUE(joiner.alone());
}

TEST(Joiner, members_of_an_earlier_life_are_left_alone_once_somebody_has_answered) {
  Joiner joiner({"a:1"}, {"w:1"}, 7, 0);
  (void)joiner.asked(0, nobody);
  joiner.answered("a:1");
  EXPECT_EQ(joiner.asked(3 * seconds_us, everybody), Asked{});
}

TEST(Joiner, tells_what_fails_of_each_seed_at_first_and_then_each_fifteen_seconds) {
  Joiner joiner({"a:1", "b:2"}, {}, 7, 0);
  EXPECT_FALSE(joiner.line_due(0)) << "nothing has failed yet";
  joiner.failed("a:1", "connection refused");
  joiner.failed("a:1", "connection refused");
  joiner.failed("b:2", "no such host");
  EXPECT_EQ(joiner.status(), "a:1: connection refused (attempt 2), b:2: no such host (attempt 1)");
  EXPECT_TRUE(joiner.line_due(1));
  EXPECT_FALSE(joiner.line_due(14 * seconds_us));
  EXPECT_TRUE(joiner.line_due(16 * seconds_us));
  joiner.answered("b:2");
  EXPECT_FALSE(joiner.line_due(60 * seconds_us));
  EXPECT_EQ(joiner.status(), "a:1: connection refused (attempt 2)");
}

}  // namespace
}  // namespace p2p

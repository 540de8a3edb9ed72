#include "registry/deadline_wheel.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace p2p {
namespace {

using Entry = DeadlineWheel::Entry;

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t s = 1000 * ms;

std::vector<Entry*> over(DeadlineWheel& wheel, std::int64_t now) {
  std::vector<Entry*> all;
  wheel.advance(now, [&](Entry& entry) { all.push_back(&entry); });
  return all;
}

using Entries = std::vector<Entry*>;

TEST(DeadlineWheel, an_entry_is_handed_out_once_when_its_time_has_come) {
  DeadlineWheel wheel;
  Entry entry;
  wheel.add(entry, s);
  EXPECT_TRUE(entry.linked());
  EXPECT_EQ(over(wheel, s - 1), Entries{});
  EXPECT_EQ(over(wheel, s), Entries{&entry});
  EXPECT_FALSE(entry.linked());
  EXPECT_TRUE(wheel.empty());
  EXPECT_EQ(over(wheel, 2 * s), Entries{});
}

TEST(DeadlineWheel, an_entry_that_was_taken_out_never_comes) {
  DeadlineWheel wheel;
  Entry first, second, third;
  for (Entry* entry : {&first, &second, &third}) wheel.add(*entry, s);
  wheel.remove(second);
  wheel.remove(second);
  EXPECT_EQ(over(wheel, s), (Entries{&first, &third}));
}

TEST(DeadlineWheel, the_earliest_deadline_comes_first) {
  DeadlineWheel wheel;
  Entry early, middle, late;
  wheel.add(late, 3 * s);
  wheel.add(early, 1 * s);
  wheel.add(middle, 2 * s);
  EXPECT_EQ(over(wheel, 4 * s), (Entries{&early, &middle, &late}));
}

TEST(DeadlineWheel, a_deadline_beyond_a_turn_of_the_wheel_waits_for_its_own_turn) {
  DeadlineWheel wheel;
  Entry soon, late;
  const std::int64_t turn = 512 * DeadlineWheel::slot_ns;
  wheel.add(late, s + 3 * turn);
  wheel.add(soon, s);
  EXPECT_EQ(over(wheel, s + ms), Entries{&soon});
  for (std::int64_t now = s; now < s + 3 * turn; now += 20 * ms)
    ASSERT_EQ(over(wheel, now), Entries{}) << now;
  EXPECT_EQ(over(wheel, s + 3 * turn), Entries{&late});
}

TEST(DeadlineWheel, nothing_is_missed_when_the_loop_was_away_for_longer_than_a_turn) {
  DeadlineWheel wheel;
  std::vector<Entry> entries(100);
  for (std::size_t i = 0; i < entries.size(); ++i)
    wheel.add(entries[i], static_cast<std::int64_t>(i + 1) * 300 * ms);
  EXPECT_EQ(over(wheel, 60 * s).size(), entries.size());
}

TEST(DeadlineWheel, a_deadline_that_is_over_when_added_is_found_at_the_next_look) {
  DeadlineWheel wheel;
  (void)over(wheel, 100 * s);
  Entry entry;
  wheel.add(entry, 5 * s);
  EXPECT_EQ(over(wheel, 100 * s + 1), Entries{&entry});
}

TEST(DeadlineWheel, what_is_added_while_it_advances_is_not_lost_though_it_is_over_already) {
  DeadlineWheel wheel;
  (void)over(wheel, 10 * s);
  Entry late, added;
  wheel.add(late, 11 * s);
  wheel.advance(12 * s, [&](Entry&) { wheel.add(added, 10 * s + 30 * ms); });
  EXPECT_EQ(over(wheel, 12 * s + 20 * ms), Entries{&added});
}

TEST(DeadlineWheel, advancing_ends_though_each_end_adds_another_that_is_over) {
  DeadlineWheel wheel;
  std::vector<Entry> entries(1000);
  std::size_t next = 1;
  wheel.add(entries[0], s);
  std::size_t visits = 0;
  wheel.advance(2 * s, [&](Entry&) {
    ++visits;
    if (next < entries.size()) wheel.add(entries[next++], s);
  });
  EXPECT_EQ(visits, 1u);
  EXPECT_EQ(over(wheel, 2 * s), Entries{&entries[1]});
}

TEST(DeadlineWheel, an_entry_may_take_out_one_that_is_over_as_well) {
  DeadlineWheel wheel;
  Entry first, second;
  wheel.add(first, s);
  wheel.add(second, s + ms);
  Entries seen;
  wheel.advance(2 * s, [&](Entry& entry) {
    seen.push_back(&entry);
    wheel.remove(second);
  });
  EXPECT_EQ(seen, Entries{&first});
  EXPECT_TRUE(wheel.empty());
}

TEST(DeadlineWheel, a_deadline_is_noticed_within_one_slot) {
  DeadlineWheel wheel;
  for (std::int64_t deadline = s; deadline < s + 60 * ms; deadline += 7 * ms) {
    Entry entry;
    wheel.add(entry, deadline);
    std::int64_t now = s - 5 * ms;
    while (over(wheel, now).empty()) now += DeadlineWheel::slot_ns;
    EXPECT_LT(now - deadline, DeadlineWheel::slot_ns);
    EXPECT_GE(now, deadline);
  }
}

TEST(DeadlineWheel, each_visits_all_and_may_take_out_the_one_it_is_given) {
  DeadlineWheel wheel;
  Entry first, second;
  wheel.add(first, s);
  wheel.add(second, 50 * s);
  int seen = 0;
  wheel.each([&](Entry& entry) {
    ++seen;
    wheel.remove(entry);
  });
  EXPECT_EQ(seen, 2);
  EXPECT_TRUE(wheel.empty());
}

}  // namespace
}  // namespace p2p

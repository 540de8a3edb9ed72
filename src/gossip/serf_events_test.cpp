#include "gossip/serf_kit_test.hpp"

namespace p2p::gossip {
namespace {

struct SerfEvents : SerfTest {
  void give(LamportTime ltime, std::string name, Bytes payload = {}) {
    hear(UserEvent{ltime, std::move(name), std::move(payload), false});
  }
  [[nodiscard]] std::ptrdiff_t got(std::string_view name) const {
    return told(MemberEventKind::user_event, name);
  }
};

TEST_F(SerfEvents, one_of_ours_is_delivered_here_too_and_told) {
  know("a", 2);
  EXPECT_EQ(serf.user_event(now, "deploy", "v1", true).value(), 1u);
  EXPECT_EQ(serf.user_event(now, "deploy", "v2", true).value(), 2u);
  act();
  EXPECT_EQ(got("deploy"), 2);
  pass(seconds_us);
  ASSERT_FALSE(said<UserEvent>().empty());
  EXPECT_TRUE(said<UserEvent>().front().second.coalesce);
}

TEST_F(SerfEvents, the_same_event_twice_is_two_events_for_who_sends_it) {
  ASSERT_TRUE(serf.user_event(now, "deploy", "v1", false));
  ASSERT_TRUE(serf.user_event(now, "deploy", "v1", false));
  act();
  EXPECT_EQ(got("deploy"), 2);
}

TEST_F(SerfEvents, of_512_bytes_is_the_largest) {
  EXPECT_TRUE(serf.user_event(now, "0123456789", Bytes(502, 'x'), false));
  EXPECT_EQ(serf.user_event(now, "0123456789", Bytes(503, 'x'), false).error().code(), Errc::too_large);
  EXPECT_EQ(serf.user_event(now, "", "x", false).error().code(), Errc::invalid_params);
}

TEST_F(SerfEvents, is_delivered_and_told_on_once_by_whatever_way_it_comes) {
  know("a", 2);
  give(5, "e", "p");
  give(5, "e", "p");
  SerfState theirs;
  theirs.event_ltime = 6;
  theirs.events = {{5, {{"e", "p"}}}};
  hear_state(theirs);
  EXPECT_EQ(got("e"), 1);
  pass(10 * seconds_us);
  const std::size_t times = said<UserEvent>().size();
  EXPECT_GT(times, 0u);
  give(5, "e", "p");
  pass(10 * seconds_us);
  EXPECT_EQ(said<UserEvent>().size(), times);
}

TEST_F(SerfEvents, a_state_brings_what_was_missed_in_the_order_of_time) {
  SerfState theirs;
  theirs.event_ltime = 10;
  theirs.events = {{9, {{"third", ""}}}, {7, {{"first", ""}, {"second", ""}}}};
  hear_state(theirs);
  std::vector<std::string> names;
  for (const MemberEvent& event : events)
    if (event.kind == MemberEventKind::user_event) names.push_back(event.name);
  EXPECT_EQ(names, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(serf.event_time(), 10u);
  EXPECT_EQ(state().events.size(), 2u);
}

TEST_F(SerfEvents, what_a_state_brought_is_not_told_on_since_others_have_it_by_the_same_way) {
  know("a", 2);
  SerfState theirs;
  theirs.event_ltime = 10;
  theirs.events = {{9, {{"e", ""}}}};
  hear_state(theirs);
  pass(5 * seconds_us);
  EXPECT_TRUE(said<UserEvent>().empty());
}

TEST_F(SerfEvents, who_joins_for_the_first_time_is_told_no_old_ones) {
  SerfState theirs;
  theirs.event_ltime = 10;
  theirs.events = {{9, {{"old", ""}}}};
  join_to(theirs, {{node("a", 9), 1, NodeState::alive}});
  EXPECT_EQ(got("old"), 0);
  give(9, "old");
  EXPECT_EQ(got("old"), 0);
  give(10, "new");
  EXPECT_EQ(got("new"), 1);
}

TEST_F(SerfEvents, who_joins_again_is_told_what_it_missed) {
  join_to({}, {{node("a", 9), 1, NodeState::alive}});
  SerfState theirs;
  theirs.event_ltime = 10;
  theirs.events = {{9, {{"missed", ""}}}};
  join_to(theirs, {{node("a", 9), 1, NodeState::alive}});
  EXPECT_EQ(got("missed"), 1);
}

TEST_F(SerfEvents, another_that_joins_us_does_not_make_us_ignore_any) {
  SerfState theirs;
  theirs.event_ltime = 10;
  theirs.events = {{9, {{"theirs", ""}}}};
  serf.on_stream(now, incoming_stream | 7, PushPull{true, {}, encode_serf(theirs)});
  act();
  EXPECT_EQ(got("theirs"), 1);
}

TEST_F(SerfEvents, too_large_for_a_packet_it_goes_by_push_pull_only) {
  know("a", 2);
  give(5, "big", Bytes(5'000, 'x'));
  EXPECT_EQ(got("big"), 1);
  pass(2 * seconds_us);  // the news of "a" are told by then
  wakes = 0;
  pass(4 * seconds_us);
  EXPECT_LT(wakes, 16u);  // probes; no gossip, which would be 20
  EXPECT_TRUE(said<UserEvent>().empty());
  EXPECT_EQ(state().events.size(), 1u);
}

}  // namespace
}  // namespace p2p::gossip

// Who means to leave, who does, and in what order one may hear of it.
#include "gossip/serf_kit_test.hpp"

namespace p2p::gossip {
namespace {

struct SerfIntents : SerfTest {};

TEST_F(SerfIntents, a_member_that_dies_has_failed_and_one_that_meant_to_has_left) {
  know("a", 2);
  know("b", 3);
  hear(LeaveIntent{5, "b", false});
  EXPECT_EQ(status("b"), MemberStatus::leaving);
  dies("a");
  dies("b");
  EXPECT_EQ(status("a"), MemberStatus::failed);
  EXPECT_EQ(status("b"), MemberStatus::left);
  EXPECT_EQ(told(MemberEventKind::failed, "a"), 1);
  EXPECT_EQ(told(MemberEventKind::left, "b"), 1);
  EXPECT_EQ(told(MemberEventKind::failed, "b"), 0);
}

TEST_F(SerfIntents, an_intent_to_leave_that_comes_after_the_death_makes_it_a_leave) {
  know("a", 2);
  dies("a");
  hear(LeaveIntent{5, "a", false});
  EXPECT_EQ(status("a"), MemberStatus::left);
  EXPECT_EQ(told(MemberEventKind::left, "a"), 1);
}

TEST_F(SerfIntents, an_older_leave_that_overtakes_nothing_but_comes_after_a_join_is_ignored) {
  know("a", 2);
  hear(JoinIntent{7, "a"});
  hear(LeaveIntent{7, "a", false});
  hear(LeaveIntent{6, "a", false});
  EXPECT_EQ(status("a"), MemberStatus::alive);
  hear(LeaveIntent{8, "a", false});
  EXPECT_EQ(status("a"), MemberStatus::leaving);
  hear(JoinIntent{8, "a"});
  EXPECT_EQ(status("a"), MemberStatus::leaving);
  hear(JoinIntent{9, "a"});
  EXPECT_EQ(status("a"), MemberStatus::alive);
}

TEST_F(SerfIntents, an_intent_about_a_node_not_known_yet_waits_for_it) {
  hear(LeaveIntent{5, "a", false});
  know("a", 2);
  EXPECT_EQ(status("a"), MemberStatus::leaving);
  hear(JoinIntent{8, "b"});
  know("b", 3);
  hear(LeaveIntent{7, "b", false});
  EXPECT_EQ(status("b"), MemberStatus::alive);
}

TEST_F(SerfIntents, news_are_told_on_once_and_old_ones_never) {
  know("a", 2);
  pass(seconds_us);
  packets.clear();
  hear(LeaveIntent{5, "a", false});
  pass(3 * seconds_us);
  const std::size_t times = said<LeaveIntent>().size();
  EXPECT_GT(times, 0u);
  hear(LeaveIntent{5, "a", false});
  hear(LeaveIntent{4, "a", false});
  pass(3 * seconds_us);
  EXPECT_EQ(said<LeaveIntent>().size(), times);
}

TEST_F(SerfIntents, of_an_unknown_node_too) {
  know("a", 2);
  pass(seconds_us);
  packets.clear();
  hear(LeaveIntent{5, "stranger", false});
  pass(3 * seconds_us);
  const std::size_t times = said<LeaveIntent>().size();
  EXPECT_GT(times, 0u);
  hear(LeaveIntent{5, "stranger", false});
  pass(3 * seconds_us);
  EXPECT_EQ(said<LeaveIntent>().size(), times);
}

TEST_F(SerfIntents, that_it_leaves_itself_it_denies_with_a_later_join) {
  know("a", 2);
  hear(LeaveIntent{9, "me", false});
  EXPECT_EQ(status("me"), MemberStatus::alive);
  pass(seconds_us);
  ASSERT_FALSE(said<JoinIntent>().empty());
  EXPECT_EQ(said<JoinIntent>().front().second.node, "me");
  EXPECT_GT(said<JoinIntent>().front().second.ltime, 9u);
  EXPECT_TRUE(said<LeaveIntent>().empty());
}

TEST_F(SerfIntents, a_join_is_announced_with_the_clock_of_the_cluster) {
  SerfState theirs;
  theirs.ltime = 100;
  join_to(theirs, {{node("a", 9), 1, NodeState::alive}});
  pass(seconds_us);
  ASSERT_FALSE(said<JoinIntent>().empty());
  EXPECT_GE(said<JoinIntent>().front().second.ltime, 99u);
  ASSERT_EQ(joins.size(), 1u);
  EXPECT_FALSE(joins[0].error.has_value());
}

TEST_F(SerfIntents, a_member_that_comes_back_is_alive_whatever_was_meant_before) {
  know("a", 2);
  hear(LeaveIntent{5, "a", false});
  dies("a");
  know("a", 2, 2);
  EXPECT_EQ(status("a"), MemberStatus::alive);
  EXPECT_EQ(told(MemberEventKind::joined, "a"), 2);
  hear(std::vector<Message>{Dead{2, "a", "other"}});
  EXPECT_EQ(status("a"), MemberStatus::failed);
}

TEST_F(SerfIntents, a_leave_is_told_as_an_intent_first_and_then_done) {
  know("a", 2);
  pass(seconds_us);
  packets.clear();
  serf.leave(now);
  act();
  pass(300 * milliseconds_us);
  EXPECT_FALSE(said<LeaveIntent>().empty());
  EXPECT_EQ(serf.swim().leave_phase(), LeavePhase::none);
  const TimePoint begun = now;
  while (!left && now < begun + 20 * seconds_us) pass(100 * milliseconds_us);
  EXPECT_TRUE(left);
  EXPECT_GE(now - begun, 1 * seconds_us);  // it lingers
  EXPECT_LE(now - begun, 11 * seconds_us);
  EXPECT_EQ(serf.next_deadline(), never);
}

TEST_F(SerfIntents, who_leaves_does_not_deny_it_and_sends_no_events) {
  know("a", 2);
  serf.leave(now);
  hear(LeaveIntent{90, "me", false});
  hear(JoinIntent{95, "me"});
  EXPECT_EQ(status("me"), MemberStatus::leaving);
  EXPECT_EQ(serf.user_event(now, "e", "", false).error().code(), Errc::draining);
}

TEST_F(SerfIntents, its_state_lists_who_left_and_the_time_of_each) {
  know("a", 2);
  know("b", 3);
  know("c", 4);
  hear(JoinIntent{4, "a"});
  hear(LeaveIntent{6, "b", false});
  dies("b");
  hear(LeaveIntent{8, "c", false});
  const SerfState mine = state();
  EXPECT_EQ(mine.left_members, std::vector<std::string>{"b"});
  EXPECT_EQ(mine.ltime, 9u);
  const std::map<std::string, LamportTime> times(mine.status_ltimes.begin(), mine.status_ltimes.end());
  EXPECT_EQ(times.at("a"), 4u);
  EXPECT_EQ(times.at("b"), 6u);
  EXPECT_EQ(times.at("c"), 7u);  // the time of c's intent would say that it joined then
}

TEST_F(SerfIntents, a_state_tells_that_one_that_failed_has_left) {
  know("a", 2);
  hear(JoinIntent{4, "a"});
  dies("a");
  SerfState theirs;
  theirs.status_ltimes = {{"a", 6}};
  theirs.left_members = {"a"};
  hear_state(theirs);
  EXPECT_EQ(status("a"), MemberStatus::left);
  hear_state(theirs);
  hear_state(theirs);
  const SerfState mine = state();
  const std::map<std::string, LamportTime> times(mine.status_ltimes.begin(), mine.status_ltimes.end());
  EXPECT_EQ(times.at("a"), 6u);  // it does not creep up from state to state
}

TEST_F(SerfIntents, a_state_older_than_the_join_of_one_that_failed_changes_nothing) {
  know("a", 2);
  hear(JoinIntent{8, "a"});
  dies("a");
  SerfState theirs;
  theirs.status_ltimes = {{"a", 6}};
  theirs.left_members = {"a"};
  hear_state(theirs);
  EXPECT_EQ(status("a"), MemberStatus::failed);
}

TEST_F(SerfIntents, what_is_said_of_it_behind_its_back_it_learns_from_a_state_and_denies) {
  know("a", 2);
  SerfState theirs;
  theirs.ltime = 41;  // a has heard that this node leaves, at time 40
  theirs.status_ltimes = {{"me", 39}};
  hear_state(theirs);
  pass(seconds_us);
  ASSERT_FALSE(said<JoinIntent>().empty());
  EXPECT_GT(said<JoinIntent>().front().second.ltime, 40u);
  pass(3 * seconds_us);
  packets.clear();
  theirs.status_ltimes = {{"me", 41}};  // now it knows better
  hear_state(theirs);
  pass(seconds_us);
  EXPECT_TRUE(said<JoinIntent>().empty());
}

TEST_F(SerfIntents, a_member_to_be_pruned_is_forgotten_once_it_is_gone) {
  know("a", 2);
  hear(LeaveIntent{5, "a", true});
  EXPECT_EQ(status("a"), MemberStatus::leaving);
  dies("a");
  EXPECT_EQ(status("a"), MemberStatus::none);
  EXPECT_EQ(told(MemberEventKind::forgotten, "a"), 1);
  know("b", 3);
  dies("b");
  hear(LeaveIntent{6, "b", true});
  EXPECT_EQ(status("b"), MemberStatus::none);
}

TEST_F(SerfIntents, failed_members_are_tried_again_and_the_driver_hears_nothing_of_it) {
  know("a", 2);
  dies("a");
  std::size_t failed = 0;
  for (int i = 0; i < 10; ++i) {
    pass(30 * seconds_us);
    for (; failed < streams.size(); ++failed)
      serf.on_stream_failed(now, streams[failed].id, Errc::node_unreachable);
    act();
  }
  const auto tries = std::ranges::count(streams, place(2), &OpenStream::to);
  EXPECT_GE(tries, 9);
  EXPECT_LE(tries, 11);
  EXPECT_TRUE(joins.empty());
}

TEST_F(SerfIntents, those_that_left_are_not_tried_again) {
  know("a", 2);
  hear(LeaveIntent{5, "a", false});
  dies("a");
  pass(10 * 30 * seconds_us);
  EXPECT_EQ(std::ranges::count(streams, place(2), &OpenStream::to), 0);
}

TEST_F(SerfIntents, few_failed_among_many_are_tried_now_and_then) {
  for (std::uint8_t i = 0; i < 19; ++i) know("n" + std::to_string(i), static_cast<std::uint8_t>(2 + i));
  dies("n0");
  const TimePoint end = now + 100 * 30 * seconds_us;
  std::size_t failed = 0;
  while (now < end) {  // the others live
    pass(30 * seconds_us);
    for (; failed < streams.size(); ++failed)
      serf.on_stream_failed(now, streams[failed].id, Errc::node_unreachable);
    act();
    for (std::uint8_t i = 1; i < 19; ++i)
      hear(std::vector<Message>{Alive{static_cast<std::uint32_t>(now / seconds_us),
                                      node("n" + std::to_string(i), static_cast<std::uint8_t>(2 + i))}});
  }
  const auto tries = std::ranges::count(streams, place(2), &OpenStream::to);
  EXPECT_GE(tries, 1);
  EXPECT_LE(tries, 30);
}

TEST_F(SerfIntents, a_conflict_tells_where_the_other_is_and_which_tags_it_has) {
  know("a", 2);
  hear(std::vector<Message>{Alive{9, node("a", 7, {{"inst", "later"}})}});
  ASSERT_EQ(told(MemberEventKind::conflict, "a"), 1);
  const auto conflict = std::ranges::find(events, MemberEventKind::conflict, &MemberEvent::kind);
  EXPECT_EQ(conflict->other, place(7));
  EXPECT_EQ(decode_tags(conflict->payload).value().at("inst"), "later");
}

TEST_F(SerfIntents, members_show_their_tags_state_and_since_when) {
  know("a", 2, 1, {{"zone", "x"}});
  const TimePoint joined = now;
  pass(200 * milliseconds_us);
  const Member before = serf.member(now, "a").value();
  EXPECT_EQ(before.tags->at("zone"), "x");
  EXPECT_EQ(before.status, MemberStatus::alive);
  EXPECT_EQ(before.state, NodeState::alive);
  EXPECT_LE(std::abs(before.changed - joined), milliseconds_us);
  EXPECT_EQ(serf.member(now, "a")->tags, before.tags);  // decoded once
  know("a", 2, 2, {{"zone", "y"}});
  EXPECT_EQ(serf.member(now, "a")->tags->at("zone"), "y");
  EXPECT_EQ(before.tags->at("zone"), "x");
  EXPECT_EQ(serf.members(now).size(), 2u);
  EXPECT_FALSE(serf.member(now, "nobody").has_value());
}

TEST_F(SerfIntents, the_same_tags_again_are_no_news) {
  ASSERT_TRUE(serf.set_tags(now, {{"zone", "x"}}));
  const std::uint32_t incarnation = serf.swim().incarnation();
  ASSERT_TRUE(serf.set_tags(now, {{"zone", "x"}}));
  EXPECT_EQ(serf.swim().incarnation(), incarnation);
  EXPECT_EQ(serf.set_tags(now, {{"zone", std::string(600, 'x')}}).error().code(), Errc::too_large);
  EXPECT_EQ(serf.member(now, "me")->tags->at("zone"), "x");
}

}  // namespace
}  // namespace p2p::gossip

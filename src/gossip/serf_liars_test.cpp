// Peers that lie, with the right key in hand: nothing overflows or grows without end, and what is true still
// gets through.
#include "gossip/serf_kit_test.hpp"

namespace p2p::gossip {
namespace {

constexpr LamportTime end_of_time = UINT64_MAX;

struct SerfLiars : SerfTest {};

TEST_F(SerfLiars, an_intent_from_the_far_future_is_not_believed_and_later_true_ones_are) {
  know("a", 2);
  hear(LeaveIntent{end_of_time, "a", false});
  EXPECT_EQ(status("a"), MemberStatus::alive);
  EXPECT_LE(serf.intent_time(), (LamportTime{1} << 20) + 2);
  hear(LeaveIntent{serf.intent_time(), "a", false});  // its own clock has seen the lie too
  EXPECT_EQ(status("a"), MemberStatus::leaving);
}

TEST_F(SerfLiars, an_event_from_the_far_future_is_not_delivered_and_later_true_ones_are) {
  hear(UserEvent{end_of_time, "lie", "", false});
  EXPECT_EQ(told(MemberEventKind::user_event, "lie"), 0);
  EXPECT_LE(serf.event_time(), (LamportTime{1} << 32) + 2);
  ASSERT_TRUE(serf.user_event(now, "truth", "", false));
  act();
  hear(UserEvent{serf.event_time(), "theirs", "", false});
  EXPECT_EQ(told(MemberEventKind::user_event, "truth"), 1);
  EXPECT_EQ(told(MemberEventKind::user_event, "theirs"), 1);
}

TEST_F(SerfLiars, a_state_full_of_the_largest_numbers_moves_each_clock_by_one_stride) {
  know("a", 2);
  SerfState lie;
  lie.ltime = lie.event_ltime = lie.query_ltime = end_of_time;
  lie.status_ltimes = {{"a", end_of_time}, {"me", end_of_time}};
  for (LamportTime i = 0; i < 1'000; ++i)
    lie.status_ltimes.emplace_back("n" + std::to_string(i), (i + 1) << 20);
  lie.left_members = {"a", "me"};
  lie.events = {{end_of_time, {{"lie", ""}}}};
  hear_state(lie);
  EXPECT_LE(serf.intent_time(), (LamportTime{1} << 20) + 2);
  EXPECT_LE(serf.event_time(), (LamportTime{1} << 32) + 2);
  EXPECT_LE(serf.query_time(), (LamportTime{1} << 32) + 2);
  EXPECT_EQ(status("a"), MemberStatus::alive);
  EXPECT_EQ(status("me"), MemberStatus::alive);
  EXPECT_EQ(told(MemberEventKind::user_event, "lie"), 0);
}

TEST_F(SerfLiars, clocks_driven_to_their_end_stand_still_and_swim_still_tells_who_lives) {
  know("a", 2);
  for (int i = 0; i < 5'000; ++i) hear(JoinIntent{end_of_time, "a"});
  EXPECT_EQ(serf.intent_time(), UINT32_MAX);
  hear(LeaveIntent{UINT32_MAX, "me", false});  // denied as well as can be
  hear(LeaveIntent{UINT32_MAX, "a", false});
  EXPECT_EQ(status("me"), MemberStatus::alive);
  dies("a");
  know("a", 2, 2);
  EXPECT_EQ(status("a"), MemberStatus::alive);
  hear(std::vector<Message>{Dead{2, "a", "a"}});
  EXPECT_EQ(status("a"), MemberStatus::left);
  serf.leave(now);
  act();
  pass(12 * seconds_us);
  EXPECT_TRUE(left);
}

TEST_F(SerfLiars, that_a_living_member_has_left_is_not_believed_of_a_state) {
  know("a", 2);
  know("b", 3);
  SerfState lie;
  lie.status_ltimes = {{"a", 1'000}, {"b", 1'000}, {"me", 1'000}};
  lie.left_members = {"a", "b", "me"};
  hear_state(lie);
  EXPECT_EQ(status("a"), MemberStatus::alive);
  EXPECT_EQ(status("b"), MemberStatus::alive);
  EXPECT_EQ(status("me"), MemberStatus::alive);
  dies("a");
  EXPECT_EQ(status("a"), MemberStatus::failed);
}

TEST_F(SerfLiars, a_suspect_said_to_have_left_is_alive_again_when_it_answers) {
  know("a", 2);
  know("b", 3);
  hear(std::vector<Message>{Suspect{1, "a", "b"}});
  SerfState lie;
  lie.status_ltimes = {{"a", 1'000}};
  lie.left_members = {"a"};
  hear_state(lie);
  EXPECT_EQ(status("a"), MemberStatus::leaving);
  know("a", 2, 2);
  EXPECT_EQ(status("a"), MemberStatus::alive);
}

TEST_F(SerfLiars, enormous_lists_of_members_that_do_not_exist_leave_nothing_behind) {
  SerfState lie;
  for (int i = 0; i < 60'000; ++i) {
    lie.left_members.push_back("n" + std::to_string(i));
    lie.status_ltimes.emplace_back(lie.left_members.back(), 5);
  }
  hear_state(lie);
  EXPECT_EQ(serf.members(now).size(), 1u);
  const SerfState mine = state();
  EXPECT_EQ(mine.status_ltimes.size(), 1u);
  EXPECT_TRUE(mine.left_members.empty());
}

TEST_F(SerfLiars, thousands_of_intents_about_strangers_are_told_on_within_the_queues_bound) {
  know("a", 2);
  for (int i = 0; i < 10'000; ++i) hear(LeaveIntent{5, "n" + std::to_string(i), false});
  pass(seconds_us);
  EXPECT_EQ(serf.members(now).size(), 2u);
}

TEST_F(SerfLiars, a_flood_of_events_leaves_no_state_that_cannot_be_sent) {
  for (LamportTime ltime = 1; ltime < 3'000; ++ltime)
    hear(UserEvent{ltime, "flood", Bytes(9'000, static_cast<char>(ltime)), false});
  const SerfState mine = state();
  EXPECT_LE(encoded_serf_size(mine), 300u * 1024);
  EXPECT_FALSE(mine.events.empty());
}

TEST_F(SerfLiars, the_event_time_a_seed_claims_cannot_make_a_newcomer_deaf) {
  SerfState lie;
  lie.event_ltime = end_of_time;
  join_to(lie, {{node("a", 9), 1, NodeState::alive}});
  hear(UserEvent{serf.event_time(), "truth", "", false});
  EXPECT_EQ(told(MemberEventKind::user_event, "truth"), 1);
}

TEST_F(SerfLiars, bytes_that_are_no_message_change_nothing) {
  know("a", 2);
  const std::size_t events_before = events.size();
  for (int type = 0; type < 256; ++type) {
    for (const char* rest : {"", "\xc0", "\x80", "\xdf\xff\xff\xff\xff", "\x81\xa5LTime\xcf\xff\xff\xff"}) {
      std::vector<Message> parts;
      parts.emplace_back(User{static_cast<char>(type) + std::string(rest)});
      hear(std::move(parts));
      serf.on_stream(now, incoming_stream | 5,
                     PushPull{true, {}, static_cast<char>(type) + std::string(rest)});
      act();
    }
  }
  EXPECT_EQ(serf.members(now).size(), 2u);
  for (std::size_t i = events_before; i < events.size(); ++i)
    EXPECT_EQ(events[i].kind, MemberEventKind::user_event);  // an empty map is an event without a name
}

}  // namespace
}  // namespace p2p::gossip

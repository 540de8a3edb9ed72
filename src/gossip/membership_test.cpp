// The rules of gossip-wire 6, asked through a SwimCore.
#include "gossip/membership.hpp"

#include "gossip/swim_kit_test.hpp"

namespace p2p::gossip {
namespace {

using MembershipTest = SwimTest;
using Kind = MemberEventKind;

TEST_F(MembershipTest, a_node_begins_as_its_only_member_alive_with_incarnation_one) {
  EXPECT_EQ(core().members().size(), 1u);
  EXPECT_EQ(state("me"), NodeState::alive);
  EXPECT_EQ(record("me").incarnation, 1u);
  EXPECT_EQ(core().incarnation(), 1u);
}

TEST_F(MembershipTest, an_unknown_node_that_is_alive_joins_and_is_told_on) {
  know("b", 2);
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_TRUE(happened(Kind::joined, "b"));
  EXPECT_TRUE(tells<Alive>([](const Alive& a) { return a.info->name == "b"; }));
}

TEST_F(MembershipTest, alive_at_a_known_incarnation_is_no_news) {
  know("b", 2, 3, "old");
  forget_what_was_said();
  know("b", 2, 3, "new");
  know("b", 2, 2, "new");
  EXPECT_EQ(record("b").info->meta, "old");
  EXPECT_TRUE(events.empty());
}

TEST_F(MembershipTest, other_tags_at_a_higher_incarnation_are_an_update) {
  know("b", 2, 1, "old");
  forget_what_was_said();
  know("b", 2, 2, "new");
  EXPECT_EQ(record("b").info->meta, "new");
  EXPECT_TRUE(happened(Kind::updated, "b"));
  EXPECT_FALSE(happened(Kind::joined, "b"));
}

TEST_F(MembershipTest, the_same_said_at_a_higher_incarnation_keeps_the_info_that_is_shared) {
  know("b", 2, 1);
  const NodeInfoPtr before = record("b").info;
  know("b", 2, 2);
  EXPECT_EQ(record("b").info, before);
  EXPECT_EQ(record("b").incarnation, 2u);
  EXPECT_FALSE(happened(Kind::updated, "b"));
}

TEST_F(MembershipTest, a_living_name_at_another_address_is_a_conflict_reported_once_a_second) {
  know("b", 2);
  for (int i = 0; i < 5; ++i) know("b", 3, 9);
  EXPECT_EQ(record("b").info->at, place(2));
  EXPECT_EQ(std::ranges::count(events, Kind::conflict, &MemberEvent::kind), 1);
  EXPECT_EQ(events.back().other, place(3));
  pass(1 * seconds_us);
  know("b", 3, 9);
  EXPECT_EQ(std::ranges::count(events, Kind::conflict, &MemberEvent::kind), 2);
}

TEST_F(MembershipTest, my_own_name_at_another_address_is_a_conflict_too) {
  know("me", 9, 7);
  EXPECT_TRUE(happened(Kind::conflict, "me"));
  EXPECT_EQ(core().incarnation(), 1u);
}

TEST_F(MembershipTest, who_left_may_come_back_at_another_address_at_once) {
  know("b", 2);
  hear({Dead{1, "b", "b"}});
  know("b", 3, 1);
  EXPECT_EQ(record("b").info->at, place(3));
  EXPECT_EQ(state("b"), NodeState::alive);
}

TEST_F(MembershipTest, the_name_of_the_dead_is_free_after_30_seconds) {
  know("b", 2);
  hear({Dead{1, "b", "c"}});
  pass(29 * seconds_us);
  know("b", 3, 1);
  EXPECT_EQ(state("b"), NodeState::dead);
  pass(2 * seconds_us);
  know("b", 3, 1);
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_EQ(record("b").info->at, place(3));
}

TEST_F(MembershipTest, nonsense_about_a_node_is_not_taken) {
  hear({Alive{1, node("", 2)}});
  hear({Alive{1, node(std::string(256, 'n'), 2)}});
  hear({Alive{1, node("meta", 2, Bytes(513, 'm'))}});
  hear({Alive{1, node("v1", 2, {}, {0, 5, 2, 2, 5, 5})}});
  hear({Alive{1, node("v2", 2, {}, {1, 0, 2, 2, 5, 5})}});
  hear({Alive{1, node("v3", 2, {}, {4, 3, 2, 2, 5, 5})}});
  hear({Alive{1, nullptr}});
  EXPECT_EQ(core().members().size(), 1u);
}

TEST_F(MembershipTest, port_zero_means_the_port_that_i_use) {
  hear({Alive{1, new NodeInfo("b", place(2, 0), {})}});
  EXPECT_EQ(record("b").info->at, place(2, 7946));
}

TEST_F(MembershipTest, above_its_bound_the_table_takes_no_newcomers) {
  config.max_members = 2;
  know("b", 2);
  know("c", 3);
  EXPECT_EQ(core().members().size(), 2u);
}

TEST_F(MembershipTest, suspicion_of_the_unknown_or_of_an_old_incarnation_is_ignored) {
  know("b", 2, 5);
  hear({Suspect{9, "nobody", "c"}, Suspect{4, "b", "c"}});
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_EQ(core().members().size(), 2u);
}

TEST_F(MembershipTest, an_accusation_at_the_same_incarnation_is_taken_and_told_on) {
  know("b", 2, 5);
  hear({Suspect{5, "b", "c"}});
  EXPECT_EQ(state("b"), NodeState::suspect);
  EXPECT_TRUE(happened(Kind::suspected, "b"));
  EXPECT_TRUE(tells<Suspect>([](const Suspect& s) { return s.node == "b" && s.from == "c"; }));
}

TEST_F(MembershipTest, a_second_accuser_is_told_on_and_a_known_one_is_not) {
  for (std::uint8_t i = 2; i < 8; ++i) know("n" + std::to_string(i), i);
  hear({Suspect{1, "n2", "n3"}});
  pass(3 * seconds_us);  // told
  forget_what_was_said();
  hear({Suspect{1, "n2", "n3"}});
  EXPECT_FALSE(tells<Suspect>([](const Suspect& s) { return s.from == "n3"; }));
  hear({Suspect{1, "n2", "n4"}});
  EXPECT_TRUE(tells<Suspect>([](const Suspect& s) { return s.from == "n4"; }));
}

TEST_F(MembershipTest, a_suspect_that_does_not_answer_is_dead_at_its_deadline) {
  config.probe_interval_ms = 100'000;  // no probe of mine interferes
  config.suspicion_max_ms = 0;
  start();
  know("b", 2);
  hear({Suspect{1, "b", "c"}});
  pass(399 * seconds_us);
  EXPECT_EQ(state("b"), NodeState::suspect);
  pass(2 * seconds_us);
  EXPECT_EQ(state("b"), NodeState::dead);
  EXPECT_TRUE(happened(Kind::failed, "b"));
}

TEST_F(MembershipTest, a_suspect_that_answers_with_a_higher_incarnation_is_alive_again) {
  know("b", 2);
  hear({Suspect{1, "b", "c"}});
  know("b", 2, 1);
  EXPECT_EQ(state("b"), NodeState::suspect);  // the same one proves nothing
  know("b", 2, 2);
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_TRUE(happened(Kind::alive_again, "b"));
  hear({Suspect{2, "b", "d"}});  // and a new accusation begins from its beginning
  EXPECT_EQ(state("b"), NodeState::suspect);
}

TEST_F(MembershipTest, i_refute_an_accusation_with_a_higher_incarnation_and_feel_worse) {
  know("b", 2);
  hear({Suspect{4, "me", "b"}});
  EXPECT_EQ(core().incarnation(), 5u);
  EXPECT_EQ(record("me").incarnation, 5u);
  EXPECT_EQ(core().health_score(), 1u);
  EXPECT_TRUE(tells<Alive>([](const Alive& a) { return a.info->name == "me" && a.incarnation == 5; }));
}

TEST_F(MembershipTest, i_refute_my_death_and_old_news_of_myself) {
  know("b", 2);
  hear({Dead{1, "me", "b"}});
  EXPECT_EQ(core().incarnation(), 2u);
  hear({Alive{2, node("me", 1)}});  // what i said myself
  EXPECT_EQ(core().incarnation(), 2u);
  hear({Alive{1, node("me", 1, "old tags")}});  // before that
  EXPECT_EQ(core().incarnation(), 2u);
  hear({Alive{2, node("me", 1, "other tags")}});
  EXPECT_EQ(core().incarnation(), 3u);
  hear({Alive{8, node("me", 1)}});  // of an earlier life
  EXPECT_EQ(core().incarnation(), 9u);
  EXPECT_EQ(state("me"), NodeState::alive);
}

TEST_F(MembershipTest, the_last_incarnation_there_is_cannot_be_refuted_and_does_not_wrap) {
  hear({Suspect{UINT32_MAX, "me", "b"}});
  EXPECT_EQ(core().incarnation(), 1u);
  hear({Suspect{UINT32_MAX - 1, "me", "b"}});
  EXPECT_EQ(core().incarnation(), UINT32_MAX);
  hear({Suspect{UINT32_MAX, "me", "b"}});
  EXPECT_EQ(core().incarnation(), UINT32_MAX);
}

TEST_F(MembershipTest, the_ack_to_a_ping_that_came_with_an_accusation_brings_the_refutation) {
  know("b", 2);
  pass(3 * seconds_us);
  forget_what_was_said();
  hear({Ping{7, "me", place(2), "b"}, Suspect{1, "me", "b"}});
  ASSERT_EQ(packets.size(), 1u);
  ASSERT_EQ(packets[0].parts.size(), 2u);
  EXPECT_EQ(std::get<Ack>(packets[0].parts[0]).seq, 7u);
  EXPECT_EQ(std::get<Alive>(packets[0].parts[1]).incarnation, 2u);
}

TEST_F(MembershipTest, death_told_by_another_is_failed_and_by_itself_is_left) {
  know("b", 2);
  know("c", 3);
  hear({Dead{1, "b", "c"}, Dead{1, "c", "c"}});
  EXPECT_EQ(state("b"), NodeState::dead);
  EXPECT_EQ(state("c"), NodeState::left);
  EXPECT_TRUE(happened(Kind::failed, "b"));
  EXPECT_TRUE(happened(Kind::left, "c"));
}

TEST_F(MembershipTest, an_old_death_and_a_second_one_are_ignored) {
  know("b", 2, 5);
  hear({Dead{4, "b", "c"}});
  EXPECT_EQ(state("b"), NodeState::alive);
  hear({Dead{5, "b", "c"}});
  hear({Dead{5, "b", "b"}});
  EXPECT_EQ(state("b"), NodeState::dead);
  EXPECT_FALSE(happened(Kind::left, "b"));
}

TEST_F(MembershipTest, the_dead_are_alive_only_with_a_higher_incarnation) {
  know("b", 2, 5);
  hear({Dead{5, "b", "c"}});
  know("b", 2, 5);
  EXPECT_EQ(state("b"), NodeState::dead);
  forget_what_was_said();
  know("b", 2, 6);
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_TRUE(happened(Kind::joined, "b"));
}

TEST_F(MembershipTest, other_tags_of_mine_are_a_new_incarnation_that_is_told) {
  know("b", 2);
  core().set_meta(now, "tags");
  act();
  EXPECT_EQ(core().incarnation(), 2u);
  EXPECT_EQ(core().me()->meta, "tags");
  EXPECT_EQ(record("me").info, core().me());
  EXPECT_TRUE(happened(Kind::updated, "me"));
  EXPECT_TRUE(tells<Alive>([](const Alive& a) { return a.info->meta == "tags" && a.incarnation == 2; }));
}

TEST_F(MembershipTest, the_gone_are_forgotten_after_a_day) {
  config.probe_interval_ms = 60'000;
  start();
  for (std::uint8_t i = 2; i < 4; ++i) know("n" + std::to_string(i), i);
  hear({Dead{1, "n2", "n3"}, Dead{1, "n3", "n3"}});
  pass(23 * 3'600 * seconds_us);
  EXPECT_EQ(core().members().size(), 3u);
  pass(2 * 3'600 * seconds_us);
  EXPECT_EQ(core().members().size(), 1u);
  EXPECT_TRUE(happened(Kind::forgotten, "n2"));
  EXPECT_TRUE(happened(Kind::forgotten, "n3"));
}

TEST_F(MembershipTest, a_member_is_forgotten_at_once_when_asked_for_but_never_myself) {
  know("b", 2);
  hear({Suspect{1, "b", "c"}});
  core().forget(now, "b");
  core().forget(now, "me");
  core().forget(now, "nobody");
  act();
  EXPECT_EQ(core().members().size(), 1u);
  EXPECT_TRUE(happened(Kind::forgotten, "b"));
  pass(60 * seconds_us);  // its suspicion is gone as well
}

TEST_F(MembershipTest, leaving_is_told_until_enough_know_then_answers_probes_for_a_second) {
  know("b", 2);
  pass(2 * seconds_us);
  forget_what_was_said();
  core().leave(now);
  act();
  EXPECT_EQ(state("me"), NodeState::left);
  EXPECT_TRUE(
      tells<Dead>([](const Dead& d) { return d.node == "me" && d.from == "me" && d.incarnation == 1; }));
  while (core().leave_phase() == LeavePhase::telling) pass(10 * milliseconds_us);
  EXPECT_FALSE(left);
  forget_what_was_said();
  hear({Ping{9, "me", {}, "b"}});
  EXPECT_EQ(said<Ack>().size(), 1u);
  pass(900 * milliseconds_us);
  EXPECT_FALSE(left);
  pass(110 * milliseconds_us);
  EXPECT_TRUE(left);
  EXPECT_EQ(core().next_deadline(), never);
}

TEST_F(MembershipTest, leaving_ends_after_six_seconds_when_telling_takes_too_long) {
  config.retransmit_mult = 1'000;
  config.probe_interval_ms = 1'000'000;
  know("b", 2);
  core().leave(now);
  act();
  pass(5'900 * milliseconds_us);
  EXPECT_FALSE(left);
  pass(200 * milliseconds_us);
  EXPECT_TRUE(left);
}

TEST_F(MembershipTest, alone_a_node_leaves_at_once) {
  core().leave(now);
  act();
  EXPECT_TRUE(left);
}

TEST_F(MembershipTest, who_is_leaving_does_not_refute) {
  know("b", 2);
  core().leave(now);
  act();
  hear({Suspect{1, "me", "b"}, Dead{1, "me", "b"}, Alive{9, node("me", 1)}});
  EXPECT_EQ(core().incarnation(), 1u);
  EXPECT_EQ(state("me"), NodeState::left);
}

}  // namespace
}  // namespace p2p::gossip

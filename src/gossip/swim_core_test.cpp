// What SwimCore does itself: its delegate, its deadlines, and what it must never do to hostile input.
#include "gossip/swim_core.hpp"

#include "gossip/swim_kit_test.hpp"

namespace p2p::gossip {
namespace {

using SwimCoreTest = SwimTest;

TEST_F(SwimCoreTest, the_delegate_sees_each_change_first_and_says_what_to_call_it) {
  struct Serf : SwimDelegate {
    MemberEventKind on_member_change(TimePoint, MemberEventKind kind, Record& record) override {
      if (kind != MemberEventKind::failed) return kind;
      record.status = MemberStatus::left;  // it had told of its leave
      return MemberEventKind::left;
    }
  } serf;
  start(&serf);
  know("b", 2);
  hear({Dead{1, "b", "c"}});
  EXPECT_TRUE(happened(MemberEventKind::joined, "b"));
  EXPECT_TRUE(happened(MemberEventKind::left, "b"));
  EXPECT_FALSE(happened(MemberEventKind::failed, "b"));
  EXPECT_EQ(record("b").status, MemberStatus::left);
  EXPECT_EQ(state("b"), NodeState::dead);
}

TEST_F(SwimCoreTest, what_serf_keeps_in_a_record_stays_through_changes_and_shuffles) {
  know("b", 2);
  core().record("b")->status_ltime = 77;
  for (std::uint8_t i = 3; i < 30; ++i) know("n" + std::to_string(i), i);
  know("b", 2, 5, "tags");
  pass(60 * seconds_us);
  EXPECT_EQ(record("b").status_ltime, 77u);
  EXPECT_EQ(core().record("nobody"), nullptr);
}

TEST_F(SwimCoreTest, a_timer_that_comes_too_early_does_nothing) {
  know("b", 2);
  pass(3 * seconds_us);
  forget_what_was_said();
  const TimePoint next = core().next_deadline();
  core().on_timer(next - 1);
  act();
  EXPECT_TRUE(packets.empty());
  EXPECT_EQ(core().next_deadline(), next);
}

TEST_F(SwimCoreTest, after_an_hour_without_its_timer_a_node_goes_on_without_a_flood) {
  for (std::uint8_t i = 2; i < 10; ++i) know("n" + std::to_string(i), i);
  pass(5 * seconds_us);
  forget_what_was_said();
  now += 3'600 * seconds_us;
  core().on_timer(now);
  act();
  EXPECT_LE(packets.size(), 8u);
  EXPECT_GT(core().next_deadline(), now);
}

TEST_F(SwimCoreTest, deadlines_lie_ahead_after_each_timer) {
  for (std::uint8_t i = 2; i < 10; ++i) know("n" + std::to_string(i), i);
  for (int i = 0; i < 1'000; ++i) {
    now = core().next_deadline();
    core().on_timer(now);
    ASSERT_GT(core().next_deadline(), now);
  }
}

TEST_F(SwimCoreTest, junk_from_outside_changes_no_member_and_is_not_answered) {
  Dice dice(3);
  config.probe_interval_ms = 1'000'000;
  know("b", 2);
  pass(5 * seconds_us);
  forget_what_was_said();
  for (int i = 0; i < 10'000; ++i) {
    const auto number = static_cast<std::uint32_t>(dice.next());
    const std::string name(dice.below(40), 'x');
    hear({Ack{number, Bytes(dice.below(99), 'a')}, Nack{number}, Suspect{number, name, name},
          Dead{number, name, name}, Ping{number, "not me", {}, name}, PushPull{}, ErrorReply{name}});
    core().on_stream(now, dice.next(), Nack{number});
    core().on_stream_failed(now, dice.next(), Errc::timeout);
  }
  EXPECT_EQ(core().members().size(), 2u);
  EXPECT_EQ(state("b"), NodeState::alive);
  EXPECT_TRUE(packets.empty());
  EXPECT_TRUE(replies.empty());
}

TEST_F(SwimCoreTest, a_flood_of_newcomers_is_bounded_by_the_queue_and_the_table) {
  config.max_members = 1'000;
  config.queue_entries = 100;
  for (int i = 0; i < 5'000; ++i) hear({Alive{1, node("n" + std::to_string(i), 2)}});
  EXPECT_EQ(core().members().size(), 1'000u);
  EXPECT_LE(core().rumours().members().size(), 100u);
}

}  // namespace
}  // namespace p2p::gossip

// The rules of gossip-wire 7.1 and 7.2, asked through a SwimCore.
#include "gossip/prober.hpp"

#include <set>

#include "gossip/swim_kit_test.hpp"

namespace p2p::gossip {
namespace {

struct ProberTest : SwimTest {
  ProberTest() { config.push_pull_interval_ms = 1'000'000; }
  /// So many others, n2 and on, all news told.
  void others(std::uint8_t n) {
    for (std::uint8_t i = 2; i < n + 2; ++i) know("n" + std::to_string(i), i);
    answer_all(5);
    forget_what_was_said();
  }
  /// Seconds in which every ping is answered.
  void answer_all(int seconds_) {
    for (int i = 0; i < seconds_ * 100; ++i) {
      pass(10 * milliseconds_us);
      answer_pings();
    }
  }
  void answer_pings() {
    for (const auto& [to, ping] : said<Ping>()) {
      pinged.push_back(ping.node);
      last_ping_at = now;
      answered.push_back(ping.seq);
      packets.clear();
      hear({Ack{ping.seq, std::nullopt}}, to);
    }
    packets.clear();
  }
  /// Runs until the next ping of mine.
  Ping next_ping() {
    forget_what_was_said();
    for (int i = 0; i < 20'000 && said<Ping>().empty(); ++i) pass(milliseconds_us);
    last_ping_at = now;
    const auto pings = said<Ping>();
    return pings.empty() ? Ping{} : pings.front().second;
  }
  std::vector<std::string> pinged;
  std::vector<std::uint32_t> answered;
  TimePoint last_ping_at = 0;
};

TEST_F(ProberTest, each_member_is_probed_once_a_round_one_a_second) {
  others(5);
  pinged.clear();
  answer_all(25);
  EXPECT_EQ(pinged.size(), 25u);
  for (std::size_t i = 2; i < 7; ++i) {
    const auto times = std::ranges::count(pinged, "n" + std::to_string(i));
    EXPECT_GE(times, 4);
    EXPECT_LE(times, 6);
  }
}

TEST_F(ProberTest, the_dead_the_left_and_myself_are_not_probed) {
  others(4);
  hear({Dead{1, "n2", "n3"}, Dead{1, "n3", "n3"}});
  pinged.clear();
  answer_all(12);
  EXPECT_EQ(std::set(pinged.begin(), pinged.end()), (std::set<std::string>{"n4", "n5"}));
}

TEST_F(ProberTest, a_ping_says_who_is_meant_and_where_the_answer_goes) {
  others(1);
  const Ping ping = next_ping();
  EXPECT_EQ(ping.node, "n2");
  EXPECT_EQ(ping.source, place(1));
  EXPECT_EQ(ping.source_node, "me");
}

TEST_F(ProberTest, a_suspect_is_told_so_with_the_ping) {
  others(1);
  hear({Suspect{1, "n2", "c"}});
  pass(1500 * milliseconds_us);
  const auto pinged_with = std::ranges::find_if(
      packets, [](const SendPacket& p) { return std::holds_alternative<Ping>(p.parts[0]); });
  ASSERT_NE(pinged_with, packets.end());
  ASSERT_GE(pinged_with->parts.size(), 2u);
  EXPECT_EQ(std::get<Suspect>(pinged_with->parts[1]).from, "me");
}

TEST_F(ProberTest, without_an_answer_three_others_and_a_stream_are_asked_after_half_a_second) {
  others(6);
  const Ping ping = next_ping();
  pass(499 * milliseconds_us);
  EXPECT_TRUE(said<IndirectPing>().empty());
  pass(2 * milliseconds_us);
  const auto wishes = said<IndirectPing>();
  ASSERT_EQ(wishes.size(), 3u);
  for (const auto& [to, wish] : wishes) {
    EXPECT_EQ(wish.node, ping.node);
    EXPECT_EQ(wish.seq, ping.seq);
    EXPECT_TRUE(wish.nack);
    EXPECT_NE(to, wish.target);
    EXPECT_NE(to, place(1));
  }
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(std::get<Ping>(streams[0].first).seq, ping.seq);
  EXPECT_EQ(streams[0].to, wishes[0].second.target);
}

TEST_F(ProberTest, no_nack_is_asked_of_old_nodes_and_no_stream_pings_older_ones) {
  for (std::uint8_t i = 2; i < 4; ++i)
    hear({Alive{1, node("n" + std::to_string(i), i, {}, {1, 2, 2, 2, 5, 5})}});
  (void)next_ping();
  pass(600 * milliseconds_us);
  ASSERT_EQ(said<IndirectPing>().size(), 1u);
  EXPECT_FALSE(said<IndirectPing>()[0].second.nack);
  EXPECT_TRUE(streams.empty());
}

TEST_F(ProberTest, who_answers_neither_directly_nor_over_others_is_suspected_after_a_second) {
  others(6);
  const Ping ping = next_ping();
  pass(999 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::alive);
  pass(2 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::suspect);
  EXPECT_EQ(core().probes_failed_of_last_ten(), 1u);
}

TEST_F(ProberTest, an_answer_that_a_relay_brings_late_still_counts) {
  others(6);
  const Ping ping = next_ping();
  pass(990 * milliseconds_us);
  hear({Ack{ping.seq, std::nullopt}}, place(200));
  pass(500 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::alive);
}

TEST_F(ProberTest, an_answer_with_another_number_does_not_count) {
  others(6);
  const Ping ping = next_ping();
  hear({Ack{ping.seq + 1, std::nullopt}, Ack{ping.seq - 1, std::nullopt}});
  pass(1010 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::suspect);
}

TEST_F(ProberTest, who_answers_on_a_stream_is_alive) {
  others(6);
  const Ping ping = next_ping();
  pass(600 * milliseconds_us);
  ASSERT_EQ(streams.size(), 1u);
  answer_stream(streams[0].id, Ack{ping.seq, std::nullopt});
  pass(500 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::alive);
  EXPECT_EQ(core().probes_failed_of_last_ten(), 0u);
}

TEST_F(ProberTest, a_stream_that_fails_or_answers_something_else_proves_nothing) {
  others(6);
  const Ping ping = next_ping();
  pass(600 * milliseconds_us);
  answer_stream(streams.at(0).id, Ack{ping.seq + 1, std::nullopt});
  core().on_stream_failed(now, streams.at(0).id, Errc::timeout);
  pass(500 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::suspect);
}

TEST_F(ProberTest, relays_that_say_nack_show_that_i_am_well_and_silent_ones_that_i_am_not) {
  others(6);
  const Ping first = next_ping();
  pass(600 * milliseconds_us);
  for (int i = 0; i < 9; ++i) hear({Nack{first.seq}});
  pass(401 * milliseconds_us);
  EXPECT_EQ(state(first.node), NodeState::suspect);
  EXPECT_EQ(core().health_score(), 0u);

  if (said<Ping>().size() < 2) (void)next_ping();
  const Ping second = said<Ping>().back().second;
  pass(600 * milliseconds_us);
  hear({Nack{second.seq}});
  pass(500 * milliseconds_us);
  EXPECT_EQ(core().health_score(), 2u);  // three relays, one nack
}

TEST_F(ProberTest, a_failure_without_relays_makes_me_feel_worse_and_a_success_better) {
  others(1);
  (void)next_ping();
  pass(1001 * milliseconds_us);
  EXPECT_EQ(core().health_score(), 1u);
  const Ping ping = said<Ping>().back().second;
  hear({Ack{ping.seq, std::nullopt}});
  EXPECT_EQ(core().health_score(), 0u);
}

TEST_F(ProberTest, a_node_that_feels_ill_waits_longer) {
  others(6);
  for (std::uint32_t i = 1; i < 4; ++i) hear({Suspect{i, "me", "n2"}});
  ASSERT_EQ(core().health_score(), 3u);
  const Ping ping = next_ping();
  pass(3'900 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::alive);
  pass(200 * milliseconds_us);
  EXPECT_EQ(state(ping.node), NodeState::suspect);
}

TEST_F(ProberTest, of_the_ticks_missed_during_a_long_probe_one_comes_at_once) {
  others(6);
  for (std::uint32_t i = 1; i < 4; ++i) hear({Suspect{i, "me", "n2"}});
  (void)next_ping();
  pass(3'500 * milliseconds_us);
  forget_what_was_said();
  const Ping ping = next_ping();
  EXPECT_NE(ping.seq, 0u);
  EXPECT_LE(now, last_ping_at + 501 * milliseconds_us);
  forget_what_was_said();
  hear({Ack{ping.seq, std::nullopt}});
  EXPECT_TRUE(said<Ping>().empty());  // one, not three
}

TEST_F(ProberTest, a_ping_for_me_is_answered_where_it_says_and_one_for_another_is_not) {
  hear({Ping{7, "me", place(9, 99), "b"}}, place(2));
  ASSERT_EQ(said<Ack>().size(), 1u);
  EXPECT_EQ(said<Ack>()[0].first, place(9, 99));
  EXPECT_FALSE(said<Ack>()[0].second.payload.has_value());
  hear({Ping{8, "me", {}, {}}}, place(2));
  EXPECT_EQ(said<Ack>()[1].first, place(2));
  hear({Ping{9, "other", {}, {}}});
  EXPECT_EQ(said<Ack>().size(), 2u);
  hear({Ping{9, "", {}, {}}});  // whoever is there
  EXPECT_EQ(said<Ack>().size(), 3u);
}

TEST_F(ProberTest, i_ping_for_others_under_a_number_of_mine_and_pass_the_answer_on) {
  hear({IndirectPing{77, place(5), "five", true, place(3), "three"}}, place(2));
  ASSERT_EQ(said<Ping>().size(), 1u);
  EXPECT_EQ(said<Ping>()[0].first, place(5));
  const Ping ping = said<Ping>()[0].second;
  EXPECT_EQ(ping.node, "five");
  EXPECT_EQ(ping.source, place(1));
  hear({Ack{ping.seq, Bytes("coordinate")}}, place(5));
  ASSERT_EQ(said<Ack>().size(), 1u);
  EXPECT_EQ(said<Ack>()[0].first, place(3));
  EXPECT_EQ(said<Ack>()[0].second.seq, 77u);
  EXPECT_FALSE(said<Ack>()[0].second.payload.has_value());
  pass(2 * seconds_us);
  EXPECT_TRUE(said<Nack>().empty());
}

TEST_F(ProberTest, a_target_that_does_not_answer_in_half_a_second_is_a_nack_if_one_was_asked_for) {
  hear({IndirectPing{77, place(5), "five", true, {}, {}}, IndirectPing{78, place(6), "six", false, {}, {}}},
       place(2));
  const auto pings = said<Ping>();
  pass(499 * milliseconds_us);
  EXPECT_TRUE(said<Nack>().empty());
  pass(2 * milliseconds_us);
  ASSERT_EQ(said<Nack>().size(), 1u);
  EXPECT_EQ(said<Nack>()[0].first, place(2));
  EXPECT_EQ(said<Nack>()[0].second.seq, 77u);
  hear({Ack{pings.at(0).second.seq, std::nullopt}});  // too late
  EXPECT_TRUE(said<Ack>().empty());
}

TEST_F(ProberTest, pings_for_others_are_bounded) {
  config.max_relays = 3;
  for (std::uint32_t i = 0; i < 10; ++i) hear({IndirectPing{i, place(5), "five", true, {}, {}}});
  EXPECT_EQ(said<Ping>().size(), 3u);
  pass(600 * milliseconds_us);
  hear({IndirectPing{99, place(5), "five", true, {}, {}}});
  EXPECT_EQ(said<Ping>().size(), 4u);
}

TEST_F(ProberTest, a_hint_is_probed_at_once) {
  others(20);
  forget_what_was_said();
  core().probe_soon(now, "n7");
  act();
  ASSERT_EQ(said<Ping>().size(), 1u);
  EXPECT_EQ(said<Ping>()[0].second.node, "n7");
}

TEST_F(ProberTest, hints_wait_for_the_probe_that_runs_and_then_go_before_all_others) {
  others(20);
  const Ping running = next_ping();
  core().probe_soon(now, running.node);
  core().probe_soon(now, running.node == "n7" ? "n9" : "n7");
  core().probe_soon(now, running.node == "n8" ? "n9" : "n8");
  act();
  EXPECT_EQ(said<Ping>().size(), 1u);
  hear({Ack{running.seq, std::nullopt}});
  ASSERT_EQ(said<Ping>().size(), 2u);
  EXPECT_EQ(said<Ping>()[1].second.node, running.node == "n7" ? "n9" : "n7");
}

TEST_F(ProberTest, at_most_ten_hints_a_second_are_taken_and_senseless_ones_none) {
  others(40);
  core().probe_soon(now, "me");
  core().probe_soon(now, "nobody");
  act();
  EXPECT_TRUE(said<Ping>().empty());
  for (std::size_t i = 2; i < 42; ++i) {
    core().probe_soon(now, "n" + std::to_string(i));
    act();
    if (said<Ping>().size() == i - 1) hear({Ack{said<Ping>().back().second.seq, std::nullopt}});
  }
  EXPECT_EQ(said<Ping>().size(), 10u);
  pass(1 * seconds_us);
  answer_pings();
  forget_what_was_said();
  core().probe_soon(now, "n41");
  act();
  EXPECT_EQ(said<Ping>().size(), 1u);
}

TEST_F(ProberTest, of_the_last_ten_probes_the_failed_ones_are_counted) {
  config.suspicion_mult = 1'000;
  others(3);
  config.max_score = 0;
  for (int i = 0; i < 100; ++i) pass(seconds_us);
  EXPECT_EQ(core().probes_failed_of_last_ten(), 10u);
  answer_all(60);
  EXPECT_EQ(core().probes_failed_of_last_ten(), 0u);
}

}  // namespace
}  // namespace p2p::gossip

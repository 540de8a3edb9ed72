// Push/pull (gossip-wire 9), asked through a SwimCore.
#include "gossip/swim_kit_test.hpp"

namespace p2p::gossip {
namespace {

constexpr StreamId theirs = incoming_stream | 9;

struct SwimExchangeTest : SwimTest {
  static PushPull all(std::vector<PushNode> nodes, bool join = false) { return {join, std::move(nodes), {}}; }
  std::vector<OpenStream> exchanges() const {
    std::vector<OpenStream> found;
    for (const OpenStream& stream : streams)
      if (std::holds_alternative<PushPull>(stream.first)) found.push_back(stream);
    return found;
  }
  void others(std::uint8_t n) {
    for (std::uint8_t i = 2; i < n + 2; ++i) know("n" + std::to_string(i), i);
  }
};

TEST_F(SwimExchangeTest, a_join_pushes_all_that_i_know_and_pulls_what_the_seed_knows) {
  core().join(now, place(9));
  act();
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0].to, place(9));
  EXPECT_LT(streams[0].id, incoming_stream);
  EXPECT_EQ(streams[0].deadline, now + 10 * seconds_us);
  const auto& pushed = std::get<PushPull>(streams[0].first);
  EXPECT_TRUE(pushed.join);
  ASSERT_EQ(pushed.nodes.size(), 1u);
  EXPECT_EQ(pushed.nodes[0].info->name, "me");
  answer_stream(streams[0].id, all({{node("seed", 9), 3, NodeState::alive}}, true));
  EXPECT_EQ(SwimTest::state("seed"), NodeState::alive);
  ASSERT_EQ(joins.size(), 1u);
  EXPECT_FALSE(joins[0].error.has_value());
  EXPECT_EQ(joins[0].seed, place(9));
}

TEST_F(SwimExchangeTest, a_join_that_fails_says_so) {
  for (int i = 0; i < 3; ++i) core().join(now, place(9));
  act();
  core().on_stream_failed(now, streams.at(0).id, Errc::timeout);
  act();
  answer_stream(streams.at(1).id, ErrorReply{"not encrypted"});
  answer_stream(streams.at(2).id, Ack{});
  ASSERT_EQ(joins.size(), 3u);
  EXPECT_EQ(joins[0].error, Errc::timeout);
  EXPECT_EQ(joins[1].error, Errc::node_unreachable);
  EXPECT_EQ(joins[1].why, "not encrypted");
  EXPECT_TRUE(joins[2].error.has_value());
  core().on_stream_failed(now, streams.at(0).id, Errc::timeout);  // once is enough
  act();
  EXPECT_EQ(joins.size(), 3u);
}

TEST_F(SwimExchangeTest, a_served_push_is_answered_with_what_i_knew_before_it_came) {
  answer_stream(theirs, all({{node("b", 2), 1, NodeState::alive}}, true));
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].id, theirs);
  const auto& reply = std::get<PushPull>(replies[0].message);
  EXPECT_TRUE(reply.join);
  EXPECT_EQ(reply.nodes.size(), 1u);
  EXPECT_EQ(SwimTest::state("b"), NodeState::alive);
}

TEST_F(SwimExchangeTest, the_dead_and_the_left_are_pushed_too) {
  others(3);
  hear({Dead{1, "n2", "n3"}, Dead{1, "n3", "n3"}});
  answer_stream(theirs, all({}));
  EXPECT_EQ(std::get<PushPull>(replies.at(0).message).nodes.size(), 4u);
}

TEST_F(SwimExchangeTest, nobody_is_believed_dead_for_a_merge_but_suspected_by_me) {
  others(4);
  answer_stream(theirs, all({{node("n2", 2), 1, NodeState::dead},
                             {node("n3", 3), 1, NodeState::suspect},
                             {node("n4", 4), 1, NodeState::left},
                             {node("unknown", 8), 1, NodeState::dead}}));
  EXPECT_EQ(SwimTest::state("n2"), NodeState::suspect);
  EXPECT_EQ(SwimTest::state("n3"), NodeState::suspect);
  EXPECT_EQ(SwimTest::state("n4"), NodeState::left);
  EXPECT_EQ(core().record("unknown"), nullptr);
  EXPECT_TRUE(tells<Suspect>([](const Suspect& s) { return s.from == "me"; }));
}

TEST_F(SwimExchangeTest, that_others_hold_me_for_dead_or_left_i_refute) {
  answer_stream(theirs, all({{node("me", 1), 6, NodeState::left}}));
  EXPECT_EQ(core().incarnation(), 7u);
  answer_stream(theirs, all({{node("me", 1), 7, NodeState::dead}}));
  EXPECT_EQ(core().incarnation(), 8u);
}

TEST_F(SwimExchangeTest, a_state_of_members_that_speak_other_versions_is_refused_as_a_whole) {
  know("b", 2);
  const ProtocolVersions newer{3, 5, 3, 2, 5, 5};
  answer_stream(theirs,
                all({{node("c", 3), 1, NodeState::alive}, {node("d", 4, {}, newer), 1, NodeState::alive}}));
  EXPECT_EQ(core().record("c"), nullptr);
  answer_stream(theirs,
                all({{node("c", 3), 1, NodeState::alive}, {node("d", 4, {}, newer), 1, NodeState::dead}}));
  EXPECT_NE(core().record("c"), nullptr);  // only the living count
  core().join(now, place(9));
  act();
  answer_stream(streams.back().id, all({{node("d", 4, {}, newer), 1, NodeState::alive}}, true));
  EXPECT_EQ(joins.at(0).error, Errc::conflict);
}

TEST_F(SwimExchangeTest, a_state_of_too_many_is_refused) {
  config.max_members = 3;
  answer_stream(theirs, all(std::vector<PushNode>(4, {node("b", 2), 1, NodeState::alive})));
  EXPECT_EQ(core().members().size(), 1u);
}

TEST_F(SwimExchangeTest, every_15_seconds_there_is_one_with_a_random_living_member) {
  know("n2", 2);
  hear({Dead{1, "n2", "x"}});
  know("n3", 3);
  config.probe_interval_ms = 1'000;
  std::vector<TimePoint> at;
  for (int i = 0; i < 6'000; ++i) {
    pass(10 * milliseconds_us);
    for (const auto& [to, ping] : said<Ping>()) hear({Ack{ping.seq, std::nullopt}});
    packets.clear();
    if (exchanges().size() > at.size()) at.push_back(now);
  }
  ASSERT_EQ(at.size(), 4u);
  EXPECT_EQ(at[3] - at[2], 15 * seconds_us);
  for (const OpenStream& exchange : exchanges()) {
    EXPECT_EQ(exchange.to, place(3));
    EXPECT_FALSE(std::get<PushPull>(exchange.first).join);
  }
}

TEST_F(SwimExchangeTest, in_larger_clusters_they_are_rarer) {
  const auto in_ten_minutes = [&](std::size_t n) {
    swim.reset();
    config.probe_interval_ms = 10'000'000;
    streams.clear();
    std::vector<NodeInfoPtr> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back(node("n" + std::to_string(i), 2));
    core().assume(now, all);
    pass(600 * seconds_us);
    return exchanges().size();
  };
  EXPECT_NEAR(static_cast<double>(in_ten_minutes(31)), 600 / 15, 1);
  EXPECT_NEAR(static_cast<double>(in_ten_minutes(49)), 600 / 30, 1);
  EXPECT_NEAR(static_cast<double>(in_ten_minutes(99)), 600 / 45, 1);
  EXPECT_NEAR(static_cast<double>(in_ten_minutes(999)), 600 / 90, 1);
}

TEST_F(SwimExchangeTest, after_a_join_there_is_one_more_after_2_and_after_6_seconds) {
  config.push_pull_interval_ms = 1'000'000;
  core().join(now, place(9));
  act();
  answer_stream(streams.at(0).id, all({{node("seed", 9), 1, NodeState::alive}}, true));
  pass(1'990 * milliseconds_us);
  EXPECT_EQ(exchanges().size(), 1u);
  pass(20 * milliseconds_us);
  EXPECT_EQ(exchanges().size(), 2u);
  pass(3'980 * milliseconds_us);
  EXPECT_EQ(exchanges().size(), 2u);
  pass(20 * milliseconds_us);
  EXPECT_EQ(exchanges().size(), 3u);
}

TEST_F(SwimExchangeTest, after_a_join_with_one_i_hold_for_dead_it_is_that_one_again) {
  config.push_pull_interval_ms = 1'000'000;
  others(5);
  know("seed", 9);
  hear({Dead{1, "seed", "n2"}});
  core().join(now, place(9));
  act();
  answer_stream(streams.at(0).id, all({{node("seed", 9), 1, NodeState::alive}}, true));
  EXPECT_EQ(SwimTest::state("seed"), NodeState::dead);  // it does not yet know that it has to refute
  pass(2'010 * milliseconds_us);
  ASSERT_EQ(exchanges().size(), 2u);
  EXPECT_EQ(exchanges()[1].to, place(9));
}

TEST_F(SwimExchangeTest, the_delegates_state_goes_both_ways) {
  struct Serf : SwimDelegate {
    Bytes local_state(bool join) override { return join ? "mine, joining" : "mine"; }
    void merge_remote_state(TimePoint, const Bytes& remote, bool join) override {
      merged += remote + (join ? "+" : "-");
    }
    void on_join_result(TimePoint, const JoinResult& result) override { joined = !result.error; }
    Bytes merged;
    bool joined = false;
  } serf;
  start(&serf);
  answer_stream(theirs, PushPull{false, {}, "theirs"});
  EXPECT_EQ(std::get<PushPull>(replies.at(0).message).user_state, "mine");
  core().join(now, place(9));
  act();
  EXPECT_EQ(std::get<PushPull>(streams.at(0).first).user_state, "mine, joining");
  answer_stream(streams.at(0).id, PushPull{true, {}, "seed's"});
  EXPECT_EQ(serf.merged, "theirs-seed's+");
  EXPECT_TRUE(serf.joined);
}

TEST_F(SwimExchangeTest, a_stream_ping_is_answered_only_under_my_name) {
  answer_stream(theirs, Ping{5, "me", {}, {}});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(std::get<Ack>(replies[0].message).seq, 5u);
  answer_stream(theirs, Ping{5, "other", {}, {}});
  answer_stream(theirs, Suspect{1, "me", "b"});
  EXPECT_EQ(replies.size(), 1u);
  EXPECT_EQ(closed.size(), 2u);
  EXPECT_EQ(core().incarnation(), 1u);  // news do not come over streams
}

}  // namespace
}  // namespace p2p::gossip

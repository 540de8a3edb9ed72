// Dissemination (gossip-wire 8), asked through a SwimCore.
#include <set>

#include "gossip/swim_kit_test.hpp"

namespace p2p::gossip {
namespace {

struct SwimRumoursTest : SwimTest {
  SwimRumoursTest() {
    config.probe_interval_ms = 1'000'000;  // no pings between
    config.push_pull_interval_ms = 1'000'000;
  }
  void others(std::uint8_t n) {
    for (std::uint8_t i = 2; i < n + 2; ++i) know("n" + std::to_string(i), i);
    pass(20 * seconds_us);
    forget_what_was_said();
  }
};

TEST_F(SwimRumoursTest, news_go_to_three_members_every_fifth_of_a_second_until_told_often_enough) {
  others(20);
  know("new", 99);
  pass(200 * milliseconds_us);
  EXPECT_EQ(packets.size(), 3u);
  EXPECT_EQ((std::set{packets[0].to.address, packets[1].to.address, packets[2].to.address}.size()), 3u);
  pass(10 * seconds_us);
  EXPECT_EQ(said<Alive>().size(), 8u);  // 4 * ceil(log10(22 + 1))
}

TEST_F(SwimRumoursTest, with_nothing_to_tell_no_packet_is_sent_and_no_timer_set_for_it) {
  others(5);
  EXPECT_GT(core().next_deadline(), now + 60 * seconds_us);
  pass(60 * seconds_us);
  EXPECT_TRUE(packets.empty());
}

TEST_F(SwimRumoursTest, alone_a_node_with_something_to_tell_sleeps_until_somebody_comes) {
  pass(1 * seconds_us);
  EXPECT_GT(core().next_deadline(), now + 60 * seconds_us);
  know("b", 2);
  EXPECT_LE(core().next_deadline(), now + 200 * milliseconds_us);
}

TEST_F(SwimRumoursTest, suspects_and_the_freshly_dead_hear_it_and_the_left_and_long_dead_do_not) {
  others(3);
  hear({Suspect{1, "n2", "x"}, Dead{1, "n3", "x"}, Dead{1, "n4", "n4"}});
  pass(5 * seconds_us);
  std::set<std::uint8_t> told;
  for (const SendPacket& packet : packets) told.insert(packet.to.address[3]);
  EXPECT_EQ(told, (std::set<std::uint8_t>{2, 3}));
  pass(30 * seconds_us);
  forget_what_was_said();
  core().set_meta(now, "x");
  pass(5 * seconds_us);
  for (const SendPacket& packet : packets) EXPECT_EQ(packet.to, place(2));
  EXPECT_FALSE(packets.empty());
}

TEST_F(SwimRumoursTest, every_packet_is_topped_up_with_news_within_1400_bytes) {
  others(2);
  for (std::uint8_t i = 10; i < 99; ++i) know("n" + std::to_string(i), i, 1, Bytes(i, 'm'));
  forget_what_was_said();
  hear({Ping{1, "me", {}, {}}});
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Ack>(packets[0].parts[0]));
  std::size_t bytes = config.seal_bytes + 2;
  for (const Message& part : packets[0].parts) bytes += 2 + message_size(part);
  EXPECT_LE(bytes, 1'400u);
  EXPECT_GE(bytes, 1'390u);  // as much as fits
}

TEST_F(SwimRumoursTest, news_of_members_go_first_then_intents_queries_and_events) {
  others(2);
  (void)core().broadcast(now, Tier::events,
                         "\x03"
                         "event, a long one");
  (void)core().broadcast(now, Tier::queries, "\x04query");
  (void)core().broadcast(now, Tier::intents, "\x01");
  know("new", 99);
  forget_what_was_said();
  hear({Ping{1, "me", {}, {}}});
  ASSERT_EQ(packets.at(0).parts.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<Alive>(packets[0].parts[1]));
  EXPECT_EQ(std::get<User>(packets[0].parts[2]).body[0], 1);
  EXPECT_EQ(std::get<User>(packets[0].parts[3]).body[0], 4);
  EXPECT_EQ(std::get<User>(packets[0].parts[4]).body[0], 3);
}

TEST_F(SwimRumoursTest, the_teller_can_see_when_it_was_told_often_enough) {
  others(2);
  const auto ticket = core().broadcast(now, Tier::intents, "x");
  EXPECT_TRUE(core().waiting(Tier::intents, ticket));
  pass(5 * seconds_us);
  EXPECT_FALSE(core().waiting(Tier::intents, ticket));
  EXPECT_EQ(said<User>().size(), 4u);
}

TEST_F(SwimRumoursTest, what_a_user_message_says_is_the_delegates) {
  struct Listener : SwimDelegate {
    void on_user(TimePoint, const Bytes& body) override { heard += body; }
    Bytes heard;
  } listener;
  start(&listener);
  hear({User{"one,"}, User{"two"}});
  EXPECT_EQ(listener.heard, "one,two");
  core().on_stream(now, incoming_stream | 5, User{",three"});
  act();
  EXPECT_EQ(listener.heard, "one,two,three");
  EXPECT_EQ(closed, std::vector<StreamId>{incoming_stream | 5});
}

}  // namespace
}  // namespace p2p::gossip

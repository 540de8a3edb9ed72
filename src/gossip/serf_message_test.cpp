#include "gossip/serf_message.hpp"

#include <random>

#include <gtest/gtest.h>

#include "gossip/limits.hpp"
#include "gossip/message_test_kit.hpp"
#include "gossip/msgpack.hpp"

namespace p2p::gossip {
namespace {

using namespace std::string_view_literals;
using test_messages::v4;

template <class T>
T there_and_back(const T& message) {
  const Bytes bytes = encode_serf(message);
  EXPECT_EQ(encoded_serf_size(message), bytes.size());
  const auto read = decode_serf(bytes);
  if (!read || !std::holds_alternative<T>(*read)) {
    ADD_FAILURE() << (read ? "another type" : read.error().message());
    return {};
  }
  EXPECT_EQ(encode_serf(*read), bytes);
  return std::get<T>(*read);
}

std::string refusal(std::string_view body) {
  const auto read = decode_serf(body);
  return read ? "accepted" : read.error().message();
}

TEST(SerfMessage, intents_say_who_and_when) {
  const auto leave = there_and_back(LeaveIntent{.ltime = 1ULL << 40, .node = "n", .prune = true});
  EXPECT_EQ(leave.ltime, 1ULL << 40);
  EXPECT_EQ(leave.node, "n");
  EXPECT_TRUE(leave.prune);
  const auto join = there_and_back(JoinIntent{.ltime = 5, .node = "n"});
  EXPECT_EQ(join.ltime, 5U);
  EXPECT_EQ(join.node, "n");
}

TEST(SerfMessage, an_old_leave_without_prune_prunes_nothing) {
  const auto read = decode_serf(Bytes("\x00\x82\xa5LTime\x03\xa4Node\xa1n"sv));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_FALSE(std::get<LeaveIntent>(*read).prune);
}

TEST(SerfMessage, a_user_event_brings_its_name_and_payload) {
  const auto event =
      there_and_back(UserEvent{.ltime = 5, .name = "deploy", .payload = Bytes("\0\xff"sv), .coalesce = true});
  EXPECT_EQ(event.ltime, 5U);
  EXPECT_EQ(event.name, "deploy");
  EXPECT_EQ(event.payload, Bytes("\0\xff"sv));
  EXPECT_TRUE(event.coalesce);
  EXPECT_EQ(there_and_back(UserEvent{}).payload, "");
}

TEST(SerfMessage, the_state_of_a_node_comes_whole) {
  SerfState state{.ltime = 7,
                  .event_ltime = 600,
                  .query_ltime = 9,
                  .status_ltimes = {{"b", 3}, {"a", 4}},
                  .left_members = {"b"},
                  .events = {}};
  state.events.push_back(
      {.ltime = 599, .events = {{.name = "x", .payload = "1"}, {.name = "y", .payload = ""}}});
  state.events.push_back({.ltime = 1'024, .events = {{.name = "z", .payload = "3"}}});
  const auto read = there_and_back(state);
  EXPECT_EQ(read.ltime, 7U);
  EXPECT_EQ(read.event_ltime, 600U);
  EXPECT_EQ(read.query_ltime, 9U);
  EXPECT_EQ(read.status_ltimes, state.status_ltimes);
  EXPECT_EQ(read.left_members, state.left_members);
  ASSERT_EQ(read.events.size(), 2U);  // in the order of the ring: 1024 is at 0, 599 at 87
  EXPECT_EQ(read.events[0].ltime, 1'024U);
  EXPECT_EQ(read.events[1].ltime, 599U);
  ASSERT_EQ(read.events[1].events.size(), 2U);
  EXPECT_EQ(read.events[1].events[0].name, "x");
  EXPECT_EQ(read.events[1].events[0].payload, "1");
  EXPECT_EQ(read.events[1].events[1].name, "y");
}

TEST(SerfMessage, of_two_events_for_one_place_in_the_ring_the_newer_is_sent) {
  SerfState state;
  state.events.push_back({.ltime = 1'000, .events = {}});
  state.events.push_back({.ltime = 1'000 - 512, .events = {}});
  const auto read = std::get<SerfState>(decode_serf(encode_serf(state)).value());
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].ltime, 1'000U);
}

TEST(SerfMessage, a_state_may_lack_its_events) {
  EXPECT_EQ(refusal("\x02\x80"), "accepted");
  EXPECT_EQ(refusal("\x02\x81\xa6"
                    "Events\x90"),
            "accepted");
  EXPECT_EQ(refusal("\x02\x81\xa6"
                    "Events\xc0"),
            "accepted");
  EXPECT_EQ(refusal("\x02\x81\xa6"
                    "Events\x91\x05"),
            "serf pushPull: expected a map");
}

TEST(SerfMessage, a_query_brings_all_that_an_answer_needs) {
  const auto query = there_and_back(Query{.ltime = 3,
                                          .id = 4'000'000'000,
                                          .from = v4(1, 8001),
                                          .source_node = "a",
                                          .filters = {Bytes("\0\x91\xa1"
                                                            "b"sv),
                                                      "\x01"},
                                          .flags = query_wants_ack,
                                          .relay_factor = 2,
                                          .timeout_ns = 1'500'000'000,
                                          .name = "q",
                                          .payload = "p"});
  EXPECT_EQ(query.ltime, 3U);
  EXPECT_EQ(query.id, 4'000'000'000U);
  EXPECT_EQ(query.from, v4(1, 8001));
  EXPECT_EQ(query.source_node, "a");
  EXPECT_EQ(query.filters, (std::vector<Bytes>{Bytes("\0\x91\xa1"
                                                     "b"sv),
                                               "\x01"}));
  EXPECT_EQ(query.flags, 1U);
  EXPECT_EQ(query.relay_factor, 2);
  EXPECT_EQ(query.timeout_ns, 1'500'000'000);
  EXPECT_EQ(query.name, "q");
  EXPECT_EQ(query.payload, "p");
  Query late;
  late.timeout_ns = -5;
  EXPECT_EQ(there_and_back(late).timeout_ns, -5);
  const auto response =
      there_and_back(QueryResponse{.ltime = 3, .id = 4, .from = "b", .flags = 1, .payload = "up"});
  EXPECT_EQ(response.ltime, 3U);
  EXPECT_EQ(response.id, 4U);
  EXPECT_EQ(response.from, "b");
  EXPECT_EQ(response.flags, 1U);
  EXPECT_EQ(response.payload, "up");
}

TEST(SerfMessage, a_relay_keeps_what_it_carries_as_it_is) {
  const auto relay = there_and_back(Relay{.to = v4(3, 8001), .node = "c", .message = Bytes("\x05\xc1?")});
  EXPECT_EQ(relay.to, v4(3, 8001));
  EXPECT_EQ(relay.node, "c");
  EXPECT_EQ(relay.message, Bytes("\x05\xc1?"));
  EXPECT_EQ(refusal("\x09\x80"), "serf relay: it does not say where to");
}

TEST(SerfMessage, answers_about_conflicts_and_keys_come_whole) {
  const auto member = there_and_back(ConflictResponse{.name = "n",
                                                      .at = v4(1, 2),
                                                      .tags = {{"role", "worker"}},
                                                      .status = 1,
                                                      .versions = {1, 5, 2, 3, 6, 4}});
  EXPECT_EQ(member.name, "n");
  EXPECT_EQ(member.at, v4(1, 2));
  EXPECT_EQ(member.tags.at(0).second, "worker");
  EXPECT_EQ(member.status, 1);
  EXPECT_EQ(member.versions, (ProtocolVersions{1, 5, 2, 3, 6, 4}));
  EXPECT_EQ(there_and_back(KeyRequest{.key = Bytes(32, 'k')}).key, Bytes(32, 'k'));
  const auto keys =
      there_and_back(KeyResponse{.result = true, .message = "m", .keys = {"a", "b"}, .primary_key = "a"});
  EXPECT_TRUE(keys.result);
  EXPECT_EQ(keys.message, "m");
  EXPECT_EQ(keys.keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(keys.primary_key, "a");
}

TEST(SerfMessage, what_is_larger_than_its_bound_is_refused) {
  EXPECT_EQ(refusal(""), "an empty message of serf");
  EXPECT_EQ(refusal("\x0a\x80"), "serf has no message of type 10");
  EXPECT_EQ(refusal("\xc8\x80"), "serf has no message of type 200");
  EXPECT_EQ(refusal(encode_serf(JoinIntent{.ltime = 1, .node = Bytes(256, 'n')})),
            "serf join: a text is too long");
  EXPECT_EQ(refusal(encode_serf(UserEvent{.ltime = 1, .name = "n", .payload = Bytes(event_limit + 1, 'p')})),
            "serf userEvent: a text is too long");
  Query picky;
  picky.filters.resize(list_limit + 1);
  EXPECT_EQ(refusal(encode_serf(picky)), "serf query: too many values");
  SerfState many;
  many.left_members.resize(nodes_limit);
  EXPECT_EQ(refusal(encode_serf(many)), "accepted");
  many.left_members.emplace_back();
  EXPECT_EQ(refusal(encode_serf(many)), "serf pushPull: too many values");
}

TEST(SerfMessage, a_state_has_a_bound_for_all_its_events_together) {
  const auto state = [](std::size_t slots, std::size_t events) {
    Bytes bytes("\x02");
    MsgpackWriter out(bytes);
    out.map(1);
    out.key("Events").array(slots);
    for (std::size_t i = 0; i < slots; ++i) {
      out.map(1);
      out.key("Events").array(events);
      for (std::size_t j = 0; j < events; ++j) out.map(0);
    }
    return bytes;
  };
  EXPECT_EQ(refusal(state(512, 128)), "accepted");
  EXPECT_EQ(refusal(state(513, 128)), "serf pushPull: too many values");
  EXPECT_EQ(refusal(state(4'096, 0)), "accepted");
  EXPECT_EQ(refusal(state(4'097, 0)), "serf pushPull: too many values");
}

}  // namespace
}  // namespace p2p::gossip

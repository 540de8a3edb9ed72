#include "gossip/codec.hpp"

#include <random>

#include <gtest/gtest.h>

#include "gossip/message_test_kit.hpp"

namespace p2p::gossip {
namespace {

using namespace std::string_view_literals;
using namespace test_messages;

template <class T>
T only(const Result<std::vector<Message>>& parts) {
  EXPECT_TRUE(parts) << parts.error().message();
  if (!parts || parts->size() != 1 || !std::holds_alternative<T>(parts->front())) {
    ADD_FAILURE() << "not one message of this type";
    return {};
  }
  return std::get<T>(parts->front());
}

template <class T>
T there_and_back(const T& message) {
  return only<T>(decode_packet(encode(message)));
}

TEST(Codec, a_ping_says_who_is_meant_and_where_the_answer_goes) {
  const Ping ping =
      there_and_back(Ping{.seq = 7, .node = "beta", .source = v4(1, 2), .source_node = "alpha"});
  EXPECT_EQ(ping.seq, 7U);
  EXPECT_EQ(ping.node, "beta");
  EXPECT_EQ(ping.source, v4(1, 2));
  EXPECT_EQ(ping.source_node, "alpha");
  const Ping bare = there_and_back(Ping{.seq = 4'000'000'000, .node = "", .source = {}, .source_node = ""});
  EXPECT_EQ(bare.seq, 4'000'000'000U);
  EXPECT_EQ(bare.source, std::nullopt);
}

TEST(Codec, what_a_ping_does_not_say_takes_no_bytes) {
  EXPECT_EQ(encode(Ping{.seq = 1, .node = "b", .source = {}, .source_node = {}}), Bytes("\x00\x82\xa4Node\xa1"
                                                                                        "b\xa5SeqNo\x01"sv));
}

TEST(Codec, an_indirect_ping_says_whom_to_ping) {
  const IndirectPing ping = there_and_back(IndirectPing{
      .seq = 300, .target = v6(9), .node = "gamma", .nack = true, .source = v4(1, 0), .source_node = "beta"});
  EXPECT_EQ(ping.seq, 300U);
  EXPECT_EQ(ping.target, v6(9));
  EXPECT_EQ(ping.node, "gamma");
  EXPECT_TRUE(ping.nack);
  EXPECT_EQ(ping.source, v4(1, 0));
  EXPECT_EQ(ping.source_node, "beta");
}

TEST(Codec, no_payload_and_an_empty_one_are_two_things) {
  EXPECT_EQ(there_and_back(Ack{.seq = 1, .payload = {}}).payload, std::nullopt);
  EXPECT_EQ(there_and_back(Ack{.seq = 1, .payload = ""}).payload, "");
  EXPECT_EQ(there_and_back(Ack{.seq = 1, .payload = Bytes("\0\xff"sv)}).payload, Bytes("\0\xff"sv));
}

TEST(Codec, an_accusation_says_who_accuses_whom) {
  const auto suspect = there_and_back(Suspect{.incarnation = 5, .node = "n", .from = "f"});
  EXPECT_EQ(suspect.incarnation, 5U);
  EXPECT_EQ(suspect.node, "n");
  EXPECT_EQ(suspect.from, "f");
  const auto dead = there_and_back(Dead{.incarnation = 6, .node = "n", .from = "f"});
  EXPECT_EQ(dead.incarnation, 6U);
  EXPECT_EQ(dead.node, "n");
  EXPECT_EQ(dead.from, "f");
  EXPECT_EQ(there_and_back(Nack{.seq = 65'536}).seq, 65'536U);
}

TEST(Codec, an_announcement_comes_out_as_it_was) {
  const auto info = node("n", v6(8001), Bytes("\xff\x80"), {1, 5, 3, 2, 5, 4});
  const Alive alive = there_and_back(Alive{.incarnation = 9, .info = info});
  EXPECT_EQ(alive.incarnation, 9U);
  EXPECT_TRUE(alive.info->says_the_same(*info));
}

TEST(Codec, an_ipv4_address_inside_ipv6_is_ipv4) {
  const auto mapped = Endpoint::parse("::ffff:10.0.0.1", 8001).value();
  const Alive alive = there_and_back(Alive{.incarnation = 1, .info = node("n", mapped)});
  EXPECT_EQ(alive.info->at, Endpoint::parse("10.0.0.1", 8001).value());
  const Bytes sixteen("\x00\x81\xaaSourceAddr\xb0\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01"sv);
  EXPECT_EQ(only<Ping>(decode_packet(sixteen)).source, Endpoint::parse("10.0.0.1", 0).value());
}

TEST(Codec, a_push_pull_brings_all_records_and_the_state_behind_them) {
  PushPull state{.join = true, .nodes = {}, .user_state = Bytes("\x02\x80")};
  for (int i = 0; i < 4; ++i)
    state.nodes.push_back({.info = node("n" + std::to_string(i), v4(static_cast<std::uint8_t>(i), 8001)),
                           .incarnation = 10U + static_cast<unsigned>(i),
                           .state = static_cast<NodeState>(i)});
  const auto message = decode_stream(encode_stream(state));
  ASSERT_TRUE(message) << message.error().message();
  const auto& read = std::get<PushPull>(*message);
  EXPECT_TRUE(read.join);
  EXPECT_EQ(read.user_state, Bytes("\x02\x80"));
  ASSERT_EQ(read.nodes.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(read.nodes[i].info->says_the_same(*state.nodes[i].info));
    EXPECT_EQ(read.nodes[i].incarnation, 10 + i);
    EXPECT_EQ(read.nodes[i].state, static_cast<NodeState>(i));
  }
}

TEST(Codec, on_a_stream_a_user_message_says_its_length_and_in_a_datagram_it_does_not) {
  const Message user = User{.body = Bytes("\x03"
                                          "abc")};
  EXPECT_EQ(encode(user), Bytes("\x08\x03"
                                "abc"));
  EXPECT_EQ(encode_stream(user), Bytes("\x08\x81\xaaUserMsgLen\x04\x03"
                                       "abc"));
  EXPECT_EQ(std::get<User>(*decode_stream(encode_stream(user))).body, Bytes("\x03"
                                                                            "abc"));
  EXPECT_EQ(only<User>(decode_packet(encode(user))).body, Bytes("\x03"
                                                                "abc"));
}

TEST(Codec, an_error_comes_as_an_answer_on_a_stream) {
  const auto message = decode_stream(encode_stream(ErrorReply{.error = "no"}));
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<ErrorReply>(*message).error, "no");
}

TEST(Codec, several_messages_are_one_datagram_in_their_order) {
  std::vector<Message> parts;
  for (std::uint32_t i = 0; i < 255; ++i) parts.emplace_back(Nack{.seq = i});
  const auto read = decode_packet(encode_packet(parts));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 255U);
  for (std::uint32_t i = 0; i < 255; ++i) EXPECT_EQ(std::get<Nack>((*read)[i]).seq, i);
}

TEST(Codec, sizes_are_known_without_encoding) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Message> parts;
    for (auto count = random() % 5 + 1; count > 0; --count) parts.push_back(any_message(random));
    EXPECT_EQ(encoded_packet_size(parts), encode_packet(parts).size());
    for (const Message& part : parts) {
      EXPECT_EQ(encoded_size(part), encode(part).size());
      EXPECT_EQ(encoded_stream_size(part), encode_stream(part).size());
    }
  }
}

TEST(Codec, whatever_is_written_is_read_as_the_same) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2'000; ++round) {
    const Message message = any_message(random);
    const bool only_on_streams =
        std::holds_alternative<PushPull>(message) || std::holds_alternative<ErrorReply>(message);
    if (only_on_streams) {
      const auto read = decode_stream(encode_stream(message));
      ASSERT_TRUE(read) << read.error().message();
      EXPECT_EQ(encode_stream(*read), encode_stream(message));
    } else {
      const auto read = decode_packet(encode(message));
      ASSERT_TRUE(read) << read.error().message();
      EXPECT_EQ(encode(read->front()), encode(message));
    }
  }
}

}  // namespace
}  // namespace p2p::gossip

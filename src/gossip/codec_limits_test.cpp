// What is refused, and what is only left out.
#include <gtest/gtest.h>

#include "gossip/codec.hpp"
#include "gossip/message_test_kit.hpp"
#include "gossip/vectors_test_kit.hpp"

namespace p2p::gossip {
namespace {

using namespace std::string_view_literals;
using namespace test_messages;

std::string refusal(std::string_view datagram) {
  const auto parts = decode_packet(datagram);
  return parts ? "accepted" : parts.error().message();
}
std::string stream_refusal(std::string_view stream) {
  const auto message = decode_stream(stream);
  return message ? "accepted" : message.error().message();
}

/// An alive whose fields say what a good node's do not.
struct Fields {
  Bytes name = "n", address = Bytes("\x0a\0\0\x01"sv), meta = {},
        versions = Bytes("\x01\x05\x02\x02\x05\x05");
  std::uint64_t port = 8001, incarnation = 1;
  bool versions_as_list = false;

  void write(MsgpackWriter& out, std::string_view name_key) const {
    out.map(6);
    out.key(name_key).raw(name);
    out.key("Addr").raw(address);
    out.key("Meta").raw(meta);
    out.key("Port").number(port);
    out.key("Incarnation").number(incarnation);
    out.key("Vsn");
    if (!versions_as_list) return out.raw(versions);
    out.array(versions.size());
    for (const char version : versions) out.number(static_cast<unsigned char>(version));
  }
  [[nodiscard]] Bytes alive() const {
    Bytes bytes("\x04");
    MsgpackWriter out(bytes);
    write(out, "Node");
    return bytes;
  }
};

Bytes push_pull(std::uint64_t said, const std::vector<Fields>& nodes, std::uint64_t state_said = 0,
                std::string_view state = {}) {
  Bytes bytes("\x06");
  MsgpackWriter out(bytes);
  out.map(2);
  out.key("Nodes").number(said);
  out.key("UserStateLen").number(state_said);
  for (const Fields& node : nodes) node.write(out, "Name");
  return bytes.append(state);
}

TEST(CodecLimits, a_good_announcement_is_accepted_so_that_the_others_are_refused_for_their_reason) {
  EXPECT_EQ(refusal(Fields{}.alive()), "accepted");
  EXPECT_EQ(refusal(Fields{.name = Bytes(255, 'n'), .meta = Bytes(512, 'm')}.alive()), "accepted");
  EXPECT_EQ(refusal(Fields{.versions = Bytes("\x01\x05\x02\x02\x05\x05\x09")}.alive()), "accepted");
  EXPECT_EQ(refusal(Fields{.versions_as_list = true}.alive()), "accepted");
}

TEST(CodecLimits, too_few_versions_are_refused_since_they_have_ended_agents) {
  for (std::size_t size = 0; size < 6; ++size) {
    const Bytes few = Fields{}.versions.substr(0, size);
    EXPECT_EQ(refusal(Fields{.versions = few}.alive()), "alive: a node's Vsn has fewer than 6 bytes");
    EXPECT_EQ(refusal(Fields{.versions = few, .versions_as_list = true}.alive()),
              "alive: a node's Vsn has fewer than 6 bytes");
  }
}

TEST(CodecLimits, versions_that_are_no_range_are_refused) {
  for (const auto& versions : {Bytes("\0\x05\x02\x02\x05\x05"sv), Bytes("\x01\0\x02\x02\x05\x05"sv),
                               Bytes("\x03\x02\x02\x02\x05\x05"sv)})
    EXPECT_EQ(refusal(Fields{.versions = versions}.alive()), "alive: a node's Vsn is no range of versions");
}

TEST(CodecLimits, names_tags_addresses_and_numbers_have_their_bounds) {
  EXPECT_EQ(refusal(Fields{.name = ""}.alive()), "alive: a node's name has not 1 to 255 bytes");
  EXPECT_EQ(refusal(Fields{.name = Bytes(256, 'n')}.alive()), "alive: a node's name has not 1 to 255 bytes");
  EXPECT_EQ(refusal(Fields{.meta = Bytes(513, 'm')}.alive()),
            "alive: a node's tags have more than 512 bytes");
  EXPECT_EQ(refusal(Fields{.port = 65'536}.alive()), "alive: a number is out of its range");
  EXPECT_EQ(refusal(Fields{.incarnation = 1ULL << 32}.alive()), "alive: a number is out of its range");
  for (const std::size_t size : {0U, 3U, 5U, 15U, 17U})
    EXPECT_EQ(refusal(Fields{.address = Bytes(size, '\x01')}.alive()),
              "alive: an address has neither 4 nor 16 bytes");
  EXPECT_EQ(refusal(encode(Suspect{.incarnation = 1, .node = Bytes(256, 'n'), .from = "f"})),
            "suspect: a text is too long");
  EXPECT_EQ(refusal(encode(Ping{.seq = 1, .node = "n", .source = {}, .source_node = Bytes(256, 'n')})),
            "ping: a text is too long");
}

TEST(CodecLimits, one_bad_record_does_not_spoil_a_push_pull) {
  const Bytes stream = push_pull(
      4, {Fields{.name = "a"}, Fields{.versions = "\x01"}, Fields{.address = "xx"}, Fields{.name = "b"}});
  LeftOut left_out;
  const auto message = decode_stream(stream, stream_limit, &left_out);
  ASSERT_TRUE(message) << message.error().message();
  const auto& nodes = std::get<PushPull>(*message).nodes;
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0].info->name, "a");
  EXPECT_EQ(nodes[1].info->name, "b");
  EXPECT_EQ(left_out.refused, 2U);
}

TEST(CodecLimits, a_push_pull_with_fewer_nodes_or_less_state_than_it_says_is_refused) {
  EXPECT_EQ(stream_refusal(push_pull(1, {Fields{}}, 2, "ab")), "accepted");
  EXPECT_EQ(stream_refusal(push_pull(2, {Fields{}})), "pushPull: it ends too early");
  EXPECT_EQ(stream_refusal(push_pull(1, {Fields{}}, 3, "ab")), "pushPull: it ends too early");
  EXPECT_EQ(stream_refusal(push_pull(0, {}, ~0ULL)), "pushPull: it ends too early");
  EXPECT_EQ(stream_refusal(push_pull(65'536, {})), "pushPull: it ends too early");
  EXPECT_EQ(stream_refusal(push_pull(65'537, {})), "pushPull: a number is out of its range");
  EXPECT_EQ(stream_refusal(Bytes("\x06\x81\xa5Nodes\xff")), "pushPull: a number is out of its range");
  EXPECT_EQ(stream_refusal(Bytes("\x08\x81\xaaUserMsgLen\x05"
                                 "abcd")),
            "user: it ends too early");
}

TEST(CodecLimits, a_compound_that_ends_early_delivers_what_fits) {
  const std::vector<Message> parts{Nack{1}, Nack{2}, Nack{3}};
  const Bytes whole = encode_packet(parts);
  LeftOut left_out;
  const auto read = decode_packet(std::string_view(whole).substr(0, whole.size() - 1), &left_out);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 2U);
  EXPECT_EQ(left_out.truncated, 1U);
  EXPECT_EQ(left_out.refused, 0U);
  EXPECT_EQ(refusal(std::string_view(whole).substr(0, 9)), "compound: it ends too early");
  EXPECT_EQ(refusal(std::string_view(whole).substr(0, 7)), "compound: it ends too early");
  EXPECT_EQ(refusal(Bytes("\x07\x00"sv)), "compound: it has no parts");
}

TEST(CodecLimits, a_bad_part_of_a_compound_spoils_only_itself) {
  const Bytes bytes = Bytes("\x07\x03\x00\x02\x00\x02\x00\x02"sv) + "\x0b\x80" + "\x63\x80" + "\x0b\x80";
  LeftOut left_out;
  const auto read = decode_packet(bytes, &left_out);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 2U);
  EXPECT_EQ(left_out.refused, 1U);
  EXPECT_EQ(refusal(Bytes("\x07\x01\x00\x02\x63\x80"sv)), "a datagram holds no message of type 99");
}

TEST(CodecLimits, envelopes_stand_once_each_and_in_their_order) {
  using test_vectors::compressed;
  using test_vectors::with_checksum;
  const Bytes nack = encode(Nack{7});
  const Bytes compound = encode_packet(std::vector<Message>{Nack{1}, Nack{2}});
  const Bytes nested = Bytes("\x07\x01\x00"sv) + static_cast<char>(compound.size()) + compound;
  EXPECT_EQ(refusal(with_checksum(compressed(compound))), "accepted");
  EXPECT_EQ(refusal(nested), "a datagram holds no message of type 7");
  EXPECT_EQ(refusal(compressed(compressed(nack))), "a datagram holds no message of type 9");
  EXPECT_EQ(refusal(compressed(with_checksum(nack))), "a datagram holds no message of type 12");
  EXPECT_EQ(refusal(with_checksum(with_checksum(nack))), "a datagram holds no message of type 12");
  EXPECT_EQ(refusal(Bytes("\x0c\0\0\0\0"sv)), "an empty message");  // the sum of nothing is 0
  EXPECT_EQ(refusal(Bytes("\x0c\0\0\0"sv)), "hasCrc: it ends too early");
}

TEST(CodecLimits, what_inflates_beyond_its_bound_is_refused) {
  using test_vectors::compressed;
  const auto user = [](std::size_t size) { return compressed("\x08" + Bytes(size, 'a')); };
  EXPECT_EQ(refusal(user(packet_limit - 1)), "accepted");
  EXPECT_EQ(refusal(user(packet_limit)), "inflates to more than 65536 bytes");
  const Bytes stream = compressed(push_pull(0, {}, 5'000, Bytes(5'000, 's')));
  EXPECT_TRUE(decode_stream(stream, 6'000));
  EXPECT_EQ(decode_stream(stream, 5'000).error().message(), "inflates to more than 5000 bytes");
}

TEST(CodecLimits, other_ways_to_compress_are_not_known) {
  EXPECT_EQ(refusal(Bytes("\x09\x82\xa4"
                          "Algo\x01\xa3"
                          "Buf\xa0")),
            "compress: an algorithm that is not LZW");
  EXPECT_EQ(refusal(Bytes("\x09\x80")), "compressed bytes end too early");
}

TEST(CodecLimits, datagrams_and_streams_have_their_own_messages) {
  EXPECT_EQ(refusal(""), "an empty message");
  EXPECT_EQ(refusal("\x06\x80"), "a datagram holds no message of type 6");
  EXPECT_EQ(refusal("\x0d\x80"), "a datagram holds no message of type 13");
  EXPECT_EQ(refusal("\xc8\x80"), "a datagram holds no message of type 200");
  EXPECT_EQ(stream_refusal(""), "an empty stream");
  EXPECT_EQ(stream_refusal("\x04\x80"), "a stream holds no message of type 4");
  EXPECT_EQ(stream_refusal("\x07\x80"), "a stream holds no message of type 7");
  EXPECT_EQ(stream_refusal("\x0a\x80"), "it is encrypted, and no key opened it");
  EXPECT_EQ(refusal(Bytes(packet_limit + 1, '\x08')), "a datagram of more than 64 KiB");
  EXPECT_EQ(decode_stream(Bytes(101, '\x02'), 100).error().code(), Errc::too_large);
}

TEST(CodecLimits, keys_may_come_in_any_order_and_unknown_ones_are_stepped_over) {
  const Bytes bytes(
      "\x03\x85\xa1x\x81\xa1y\x92\xc0\xcb\0\0\0\0\0\0\0\0\xd9\x04Node\xc4\x01n\xa5"
      "after\xc2\xa4"
      "From\xa1"
      "f\xab"
      "Incarnation\xd1\x01\x02"sv);
  const auto read = decode_packet(bytes);
  ASSERT_TRUE(read) << read.error().message();
  const auto& suspect = std::get<Suspect>(read->front());
  EXPECT_EQ(suspect.node, "n");
  EXPECT_EQ(suspect.from, "f");
  EXPECT_EQ(suspect.incarnation, 258U);
}

}  // namespace
}  // namespace p2p::gossip

#include "gossip/stream_framer.hpp"

#include <random>

#include <gtest/gtest.h>

#include "gossip/codec.hpp"
#include "gossip/message_test_kit.hpp"
#include "gossip/vectors_test_kit.hpp"

namespace p2p::gossip {
namespace {

/// Byte by byte: before the end it always asks for more, never for more than there will be.
void expect_framed(const Bytes& message, const std::string& what) {
  StreamFramer framer;
  const Bytes more = message + "more";
  for (std::size_t size = 0; size < message.size(); ++size) {
    const auto needed = framer.needed(std::string_view(more).substr(0, size));
    ASSERT_TRUE(needed) << what << " after " << size << ": " << needed.error().message();
    ASSERT_GT(*needed, size) << what;
    ASSERT_LE(*needed, message.size()) << what;
  }
  EXPECT_EQ(framer.needed(message).value(), message.size()) << what;
  EXPECT_EQ(framer.needed(more).value(), message.size()) << what;
  EXPECT_EQ(StreamFramer().needed(more).value(), message.size()) << what << " at once";
}

TEST(StreamFramer, knows_where_the_agents_streams_end) {
  std::size_t streams = 0;
  for (const auto& vector : test_vectors::all()) {
    if (!vector.stream) continue;
    ++streams;
    expect_framed(vector.wire, vector.id);
    expect_framed(vector.plaintext, vector.id);
    expect_framed(vector.decompressed, vector.id);
  }
  EXPECT_EQ(streams, 5U);
}

TEST(StreamFramer, knows_where_every_message_of_a_stream_ends) {
  std::mt19937_64 random(3);
  int framed = 0;
  while (framed < 200) {
    const Message message = test_messages::any_message(random);
    const Bytes bytes = encode_stream(message);
    if (!decode_stream(bytes)) continue;  // one of datagrams
    expect_framed(bytes, "message " + std::to_string(bytes.front()));
    ++framed;
  }
}

std::string refusal(std::string_view so_far, std::size_t limit = stream_limit) {
  StreamFramer framer(limit);
  const auto needed = framer.needed(so_far);
  EXPECT_EQ(framer.needed(so_far).has_value(), needed.has_value());
  return needed ? "needs " + std::to_string(*needed) : needed.error().message();
}

TEST(StreamFramer, an_encrypted_message_says_its_length_first) {
  using namespace std::string_view_literals;
  EXPECT_EQ(refusal("\x0a"), "needs 5");
  EXPECT_EQ(refusal("\x0a\x00\x00\x01"sv), "needs 5");
  EXPECT_EQ(refusal("\x0a\x00\x00\x01\x00"sv), "needs 261");
  EXPECT_EQ(refusal("\x0a\x00\x40\x00\x00"sv), "needs 4194309");
  EXPECT_EQ(refusal("\x0a\x00\x40\x00\x01"sv), "an encrypted message is larger than its limit");
  EXPECT_EQ(refusal("\x0a\xff\xff\xff\xff"sv), "an encrypted message is larger than its limit");
}

TEST(StreamFramer, lengths_beyond_the_limit_are_refused_when_they_are_said) {
  using namespace std::string_view_literals;
  EXPECT_EQ(refusal("\x09\x81\xa3"
                    "Buf\xda\x00\x58"sv,
                    100),
            "needs 97");
  EXPECT_EQ(refusal("\x09\x81\xa3"
                    "Buf\xda\x00\x5c"sv,
                    100),
            "a stream's message is larger than its limit");
  EXPECT_EQ(refusal("\x09\xdf\xff\xff\xff\xff"sv), "a stream's message is larger than its limit");
  EXPECT_EQ(refusal("\x06\x81\xacUserStateLen\xcf\xff\xff\xff\xff\xff\xff\xff\xff"sv),
            "a stream's message is larger than its limit");
  EXPECT_EQ(refusal("\x08\x81\xaaUserMsgLen\xcf\xff\xff\xff\xff\xff\xff\xff\xff"sv),
            "a stream's message is larger than its limit");
  EXPECT_EQ(refusal("\x06\x81\xa5Nodes\xce\xff\xff\xff\xff"sv), "a number is out of its range");
}

TEST(StreamFramer, what_begins_no_message_of_a_stream_is_refused_at_once) {
  EXPECT_EQ(refusal(""), "needs 1");
  EXPECT_EQ(refusal("\x04"), "a stream holds no message of type 4");
  EXPECT_EQ(refusal("\xf4"), "a stream holds no message of type 244");
  EXPECT_EQ(refusal("GET /"), "a stream holds no message of type 71");
  EXPECT_EQ(refusal("\x02\xc1"), "a byte that begins no value");
}

}  // namespace
}  // namespace p2p::gossip

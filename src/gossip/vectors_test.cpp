// What agents said: each vector is understood, and said again in the same bytes.
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "gossip/codec.hpp"
#include "gossip/serf_message.hpp"
#include "gossip/tags.hpp"
#include "gossip/vectors_test_kit.hpp"

namespace p2p::gossip {
namespace {

using test_vectors::Vector;

bool has_checksum(const Vector& vector) { return vector.plaintext[0] == '\x0c'; }
bool has_label(const Vector& vector) { return vector.plaintext[0] == '\xf4'; }

Bytes said_again(const Vector& vector) {
  Bytes bytes;
  if (vector.stream) {
    const auto message = decode_stream(vector.plaintext);
    if (message) bytes = encode_stream(*message);
    EXPECT_TRUE(message) << vector.id << ": " << message.error().message();
  } else {
    const auto parts = decode_packet(vector.plaintext);
    if (parts) bytes = encode_packet(*parts);
    EXPECT_TRUE(parts) << vector.id << ": " << parts.error().message();
  }
  return bytes;
}

TEST(Vectors, are_all_here) { EXPECT_EQ(test_vectors::all().size(), 69U); }

TEST(Vectors, each_is_understood_and_said_again_in_the_agents_bytes) {
  for (const Vector& vector : test_vectors::all()) {
    if (has_label(vector)) continue;
    Bytes bytes = said_again(vector);
    if (vector.compressed()) {
      EXPECT_EQ(hex(bytes), hex(vector.decompressed)) << vector.id;
      bytes = test_vectors::compressed(bytes);
    }
    if (has_checksum(vector)) bytes = test_vectors::with_checksum(bytes);
    EXPECT_EQ(hex(bytes), hex(vector.plaintext)) << vector.id;
  }
}

TEST(Vectors, one_with_a_label_is_refused_and_the_reason_says_so) {
  std::size_t labelled = 0;
  for (const Vector& vector : test_vectors::all()) {
    if (!has_label(vector)) continue;
    ++labelled;
    const auto parts = decode_packet(vector.wire);
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().message(), "it carries a label, and this cluster has none");
    EXPECT_EQ(decode_stream(vector.wire).error().message(), parts.error().message());
    EXPECT_TRUE(decode_packet(std::string_view(vector.wire).substr(6)));
  }
  EXPECT_EQ(labelled, 1U);
}

// Every Serf message of a vector, and every node's tags.
struct Inside {
  std::vector<Bytes> serf;
  std::vector<Bytes> metas;
};
Inside inside(const Vector& vector) {
  Inside found;
  std::vector<Message> messages;
  if (vector.stream)
    messages.push_back(decode_stream(vector.plaintext).value());
  else
    messages = decode_packet(vector.plaintext).value();
  for (const Message& message : messages) {
    if (const auto* user = std::get_if<User>(&message)) found.serf.push_back(user->body);
    if (const auto* alive = std::get_if<Alive>(&message)) found.metas.push_back(alive->info->meta);
    if (const auto* state = std::get_if<PushPull>(&message)) {
      found.serf.push_back(state->user_state);
      for (const PushNode& node : state->nodes) found.metas.push_back(node.info->meta);
    }
  }
  return found;
}

TEST(Vectors, what_serf_says_in_them_is_understood_and_said_again_too) {
  std::size_t said = 0, nodes = 0;
  for (const Vector& vector : test_vectors::all()) {
    if (has_label(vector)) continue;
    for (const Bytes& body : inside(vector).serf) {
      ++said;
      const auto message = decode_serf(body);
      ASSERT_TRUE(message) << vector.id << ": " << message.error().message();
      EXPECT_EQ(hex(encode_serf(*message)), hex(body)) << vector.id;
      EXPECT_EQ(encoded_serf_size(*message), body.size()) << vector.id;
    }
    for (const Bytes& meta : inside(vector).metas) {
      ++nodes;
      const auto tags = decode_tags(meta);
      ASSERT_TRUE(tags) << vector.id << ": " << tags.error().message();
      EXPECT_TRUE(tags->at("role") == "worker" || tags->at("role") == "coordinator");
      EXPECT_EQ(encode_tags(*tags)->size(), meta.size());
    }
  }
  EXPECT_EQ(said, 30U);
  EXPECT_EQ(nodes, 24U);
}

TEST(Vectors, cut_or_with_a_bit_turned_serfs_are_an_error_or_another_message) {
  for (const Vector& vector : test_vectors::all()) {
    if (has_label(vector)) continue;
    for (Bytes bytes : inside(vector).serf) {
      for (std::size_t size = 0; size < bytes.size(); ++size)
        static_cast<void>(decode_serf(std::string_view(bytes).substr(0, size)));
      for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const auto mask = static_cast<char>(1U << bit % 8);
        bytes[bit / 8] ^= mask;
        if (const auto message = decode_serf(bytes))
          EXPECT_EQ(encoded_serf_size(*message), encode_serf(*message).size());
        bytes[bit / 8] ^= mask;
      }
    }
  }
}

// What comes out is of no interest, only that something does; the sanitizers look on.
void survives(const Vector& vector, std::string_view bytes) {
  if (vector.stream) {
    static_cast<void>(decode_stream(bytes));
  } else {
    const auto parts = decode_packet(bytes);
    if (parts) EXPECT_EQ(encode_packet(*parts).size(), encoded_packet_size(*parts));
  }
}

TEST(Vectors, cut_anywhere_each_is_an_error_or_another_message) {
  for (const Vector& vector : test_vectors::all())
    for (const Bytes* bytes : {&vector.plaintext, &vector.decompressed})
      for (std::size_t size = 0; size < bytes->size(); ++size)
        survives(vector, std::string_view(*bytes).substr(0, size));
}

TEST(Vectors, with_any_bit_turned_each_is_an_error_or_another_message) {
  for (const Vector& vector : test_vectors::all())
    for (Bytes bytes : {vector.plaintext, vector.decompressed})
      for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const auto mask = static_cast<char>(1U << bit % 8);
        bytes[bit / 8] ^= mask;
        survives(vector, bytes);
        bytes[bit / 8] ^= mask;
      }
}

TEST(Vectors, a_wrong_checksum_is_noticed) {
  for (const Vector& vector : test_vectors::all()) {
    if (!has_checksum(vector)) continue;
    for (std::size_t at = 1; at < vector.plaintext.size(); ++at) {
      Bytes bytes = vector.plaintext;
      bytes[at] ^= 4;
      EXPECT_FALSE(decode_packet(bytes)) << vector.id << " at " << at;
    }
  }
}

}  // namespace
}  // namespace p2p::gossip

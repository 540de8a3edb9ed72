// What agents said: each vector is understood, and said again in the same bytes.
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "gossip/codec.hpp"
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

#include "net/http_chunks.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

using State = HttpChunks::State;

struct Outcome {
  State state = State::more;
  std::string data;
  std::size_t taken = 0;
};

/// Decodes in pieces of `piece` bytes.
Outcome decode(std::string_view in, std::size_t piece = 1'000'000, std::size_t limit = 1'000'000) {
  HttpChunks chunks(limit);
  Outcome out;
  while (out.taken < in.size() && out.state == State::more) {
    std::string room(piece + 1, '\0');
    const auto step = chunks.decode(in.substr(out.taken, piece), room.data());
    out.data.append(room, 0, step.written);
    out.taken += step.taken;
    out.state = step.state;
  }
  return out;
}

TEST(HttpChunks, gives_the_same_data_however_it_is_cut) {
  const std::string text =
      "5\r\nhello\r\n1;a=\"b c\"\r\n,\r\n00006\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\nGET /next";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto out = decode(text, piece);
    ASSERT_EQ(out.state, State::done) << piece;
    EXPECT_EQ(out.data, "hello, world");
    EXPECT_EQ(text.substr(out.taken), "GET /next");
  }
}

TEST(HttpChunks, refuses_what_can_be_read_in_two_ways) {
  for (const auto* text : {"\r\n",              // no size
                           "x\r\n",             // no number
                           "0x5\r\nhello\r\n",  // C's hexadecimal
                           "+5\r\nhello\r\n",
                           "-5\r\nhello\r\n",
                           " 5\r\nhello\r\n",
                           "5 \r\nhello\r\n",
                           "5 ;a\r\nhello\r\n",
                           "5,5\r\nhello\r\n",
                           "5\nhello\n",  // bare line feeds
                           "5\r\nhello\n0\r\n\r\n",
                           "5\rhello",
                           "5;a\nhello\r\n",  // bare line feed in an extension
                           "5\r\nhelloX\r\n",
                           "5\r\nhello\rX",
                           "10000000000000005\r\nhello\r\n",  // 17 digits: over 64 bits
                           "0\r\nno colon\r\n\r\n",
                           "0\r\n: nameless\r\n\r\n",
                           "0\r\nA: 1\r\n folded\r\n\r\n",
                           "0\r\nA : 1\r\n\r\n",
                           "0\r\nA: 1\n\r\n",
                           "0\r\nA: \x01\r\n\r\n",
                           "0\r\n\rX"}) {
    EXPECT_EQ(decode(text).state, State::refused) << text;
    EXPECT_EQ(decode(text, 1).state, State::refused) << text;
  }
}

TEST(HttpChunks, is_over_its_limit_as_soon_as_a_size_says_so) {
  EXPECT_EQ(decode("6\r\n", 100, 5).state, State::oversized);
  EXPECT_EQ(decode("FFFFFFFFFFFFFFFF\r\n", 100, 5).state, State::oversized);
  EXPECT_EQ(decode("3\r\nabc\r\n3\r\n", 100, 5).state, State::oversized);
  EXPECT_EQ(decode("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 100, 5).state, State::done);
}

TEST(HttpChunks, bounds_extensions_and_trailers) {
  EXPECT_EQ(decode("1;" + std::string(9000, 'a')).state, State::refused);
  EXPECT_EQ(decode("0\r\nA: " + std::string(9000, 'a')).state, State::refused);
  std::string drip;
  for (int i = 0; i < 3000; ++i) drip += "1;abc\r\nx\r\n";
  EXPECT_EQ(decode(drip).state, State::refused);
}

}  // namespace
}  // namespace p2p

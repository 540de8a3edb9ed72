#include "gossip/lzw.hpp"

#include <random>

#include <gtest/gtest.h>

#include "base/digest.hpp"

namespace p2p::gossip {
namespace {

Bytes text_of(std::size_t size, unsigned letters) {
  std::mt19937_64 random(size + letters);
  Bytes text(size, '\0');
  for (char& c : text) c = static_cast<char>(random() % letters);
  return text;
}

TEST(Lzw, what_was_packed_is_unpacked) {
  // 1 letter: codes that are used as they are made. 256: the table fills and is cleared again and again.
  for (const unsigned letters : {1U, 2U, 16U, 256U})
    for (const std::size_t size :
         {0U, 1U, 2U, 3U, 255U, 3'835U, 3'836U, 3'837U, 3'838U, 3'839U, 3'840U, 100'000U}) {
      const Bytes text = text_of(size, letters);
      const auto again = lzw_decode(lzw_encode(text), size);
      ASSERT_TRUE(again) << letters << ' ' << size << ' ' << again.error().message();
      EXPECT_TRUE(*again == text) << letters << ' ' << size;
    }
}

TEST(Lzw, every_length_around_the_clearing_of_the_table_is_unpacked) {
  for (std::size_t size = 3'800; size < 4'200; ++size) {
    const Bytes text = text_of(size, 256);
    EXPECT_TRUE(lzw_decode(lzw_encode(text), size) == text) << size;
  }
}

TEST(Lzw, nothing_is_cleared_and_ended) { EXPECT_EQ(hex(lzw_encode("")), "000302"); }

TEST(Lzw, the_bound_is_exact) {
  const Bytes packed = lzw_encode(Bytes(1'000, 'a'));
  EXPECT_TRUE(lzw_decode(packed, 1'000));
  const auto refused = lzw_decode(packed, 999);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::too_large);
  EXPECT_FALSE(lzw_decode(lzw_encode("a"), 0));
}

TEST(Lzw, what_follows_the_end_is_ignored) {
  EXPECT_EQ(lzw_decode(lzw_encode("abc") + "more", 10).value(), "abc");
}

TEST(Lzw, cut_short_it_is_an_error) {
  const Bytes packed = lzw_encode(text_of(500, 4));
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(lzw_decode(std::string_view(packed).substr(0, size), 500)) << size;
}

// Codes of 9 bits, lowest first.
Bytes codes_of(std::initializer_list<unsigned> codes) {
  Bytes bytes(codes.size() * 9 / 8 + 1, '\0');
  std::size_t bit = 0;
  for (const unsigned code : codes)
    for (unsigned i = 0; i < 9; ++i, ++bit)
      if ((code >> i & 1U) != 0) bytes[bit / 8] = static_cast<char>(bytes[bit / 8] | 1 << bit % 8);
  return bytes;
}

TEST(Lzw, a_code_that_is_not_made_yet_is_an_error) {
  EXPECT_EQ(lzw_decode(codes_of({256, 'a', 258, 257}), 10).value(), "aaa");
  EXPECT_FALSE(lzw_decode(codes_of({256, 'a', 259, 257}), 10));
  EXPECT_FALSE(lzw_decode(codes_of({256, 258, 257}), 10));
  EXPECT_FALSE(lzw_decode(codes_of({256, 'a', 'b', 256, 258, 257}), 10));
}

TEST(Lzw, a_table_that_nobody_clears_stays_as_it_is_when_it_is_full) {
  // 9 bits for 254 codes, 10 for 512, 11 for 1,024, 12 from then on: literals, far beyond the last entry.
  Bytes bytes;
  std::uint64_t bits = 0;
  unsigned count = 0, width = 9, hi = 257;
  const auto put = [&](unsigned code) {
    bits |= std::uint64_t{code} << count;
    for (count += width; count >= 8; count -= 8, bits >>= 8) bytes += static_cast<char>(bits & 0xff);
    if (code != 256 && ++hi == 1U << width) width == 12 ? --hi : ++width;
  };
  put(256);
  for (int i = 0; i < 6'000; ++i) put('a' + static_cast<unsigned>(i) % 20);
  put(258);    // "ab", the first entry
  put(4'095);  // and the last
  put(257);
  put(0);
  const auto text = lzw_decode(bytes, 10'000);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(text->size(), 6'004U);
  EXPECT_EQ(text->substr(6'000, 2), "ab");
  // Entry 258 + i is made of the literals i and i + 1.
  EXPECT_EQ(text->substr(6'002),
            (Bytes{static_cast<char>('a' + 3'837 % 20), static_cast<char>('a' + 3'838 % 20)}));
}

}  // namespace
}  // namespace p2p::gossip

#include "gossip/nonce_window.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

std::string nonce(std::uint64_t number) {
  std::string bytes(12, 'n');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> 8 * i);
  return bytes;
}

TEST(NonceWindow, remembers_exactly_the_last_ones) {
  NonceWindow window(3, 1);
  for (std::uint64_t number : {1U, 2U, 3U}) EXPECT_TRUE(window.add(nonce(number)));
  for (std::uint64_t number : {1U, 2U, 3U}) EXPECT_FALSE(window.add(nonce(number)));
  EXPECT_TRUE(window.add(nonce(4)));
  EXPECT_TRUE(window.add(nonce(1)));  // forgotten for 4
  EXPECT_FALSE(window.add(nonce(3)));
  EXPECT_TRUE(window.add(nonce(2)));  // forgotten for 1
}

TEST(NonceWindow, of_one_remembers_one) {
  NonceWindow window(1, 1);
  EXPECT_TRUE(window.add(nonce(1)));
  EXPECT_FALSE(window.add(nonce(1)));
  EXPECT_TRUE(window.add(nonce(2)));
  EXPECT_TRUE(window.add(nonce(1)));
}

TEST(NonceWindow, does_what_a_plain_list_does) {
  std::mt19937_64 random(4);
  NonceWindow window(100, random());
  std::deque<std::uint64_t> last;
  std::size_t again = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = random() % 300 << 56;  // low bytes all alike
    const bool is_new = std::ranges::find(last, number) == last.end();
    ASSERT_EQ(window.add(nonce(number)), is_new) << i;
    again += is_new ? 0 : 1;
    if (!is_new) continue;
    last.push_back(number);
    if (last.size() > 100) last.pop_front();
  }
  EXPECT_GT(again, 1'000U);
}

}  // namespace
}  // namespace p2p::gossip

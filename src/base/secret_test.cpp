#include "base/secret.hpp"

#include <array>
#include <type_traits>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace p2p {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST(Secret, reveals_its_bytes_to_who_asks) {
  const Secret secret("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(secret.reveal(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(secret.size(), 32u);
  EXPECT_EQ(secret.clone().reveal(), secret.reveal());
}

TEST(Secret, is_empty_after_a_move) {
  Secret first("short");
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.reveal(), "short");
  first = std::move(second);
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(first.reveal(), "short");
  Secret& alias = first;
  first = std::move(alias);
  EXPECT_EQ(first.reveal(), "short");
}

TEST(Secret, leaves_no_bytes_where_it_was) {
  alignas(Secret) std::array<char, sizeof(Secret)> memory{};
  auto* secret = new (memory.data()) Secret("marker");  // short enough to lie inside the object
  const std::string_view place(memory.data(), memory.size());
  ASSERT_NE(place.find("marker"), std::string_view::npos);
  const Secret moved(std::move(*secret));
  EXPECT_EQ(place.find("marker"), std::string_view::npos);
  secret->~Secret();
  EXPECT_EQ(moved.reveal(), "marker");
}

TEST(Secret, compares_all_bytes) {
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("same", "sane"));
  EXPECT_FALSE(equal_in_constant_time("same", "same "));
  EXPECT_FALSE(equal_in_constant_time("", "x"));
}

TEST(SystemRandom, fills_all_bytes_and_never_repeats) {
  SystemRandom random;
  std::array<std::byte, 600> first{};  // more than getrandom promises to give at once
  std::array<std::byte, 600> second{};
  random.fill(first);
  random.fill(second);
  EXPECT_NE(first, second);
  EXPECT_NE(random.next(), random.next());
  random.fill({});
}

}  // namespace
}  // namespace p2p

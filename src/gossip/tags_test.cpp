#include "gossip/tags.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

TEST(Tags, come_out_as_they_went_in) {
  for (const Tags& tags :
       {Tags{}, Tags{{"role", "worker"}}, Tags{{"a", ""}, {"b", std::string(200, 'x')}, {"c", "\xff"}}})
    EXPECT_EQ(decode_tags(encode_tags(tags).value()).value(), tags);
  EXPECT_EQ(encode_tags({{"role", "worker"}}).value(), "\xff\x81\xa4role\xa6worker");
}

TEST(Tags, old_meta_is_a_role) {
  EXPECT_EQ(decode_tags("web").value(), (Tags{{"role", "web"}}));
  EXPECT_EQ(decode_tags("").value(), Tags{});
}

TEST(Tags, fit_or_are_refused_with_how_much_they_are_over) {
  // The mark, the map, two heads of the key's and the value's: 1 + 1 + 2 + 3.
  EXPECT_EQ(encode_tags({{"t", std::string(505, 'x')}}).value().size(), 512U);
  EXPECT_EQ(encode_tags({{"t", std::string(506, 'x')}}).error().message(),
            "the tags take 513 bytes, 1 more than fit");
  EXPECT_FALSE(decode_tags(std::string(513, 'x')));
}

TEST(Tags, broken_ones_are_refused) {
  EXPECT_FALSE(decode_tags("\xff"));
  EXPECT_FALSE(decode_tags("\xff\x81\xa4role"));
  EXPECT_FALSE(decode_tags("\xff\x81\xa4role\x05"));
  EXPECT_FALSE(decode_tags("\xff\xa1z"));
}

}  // namespace
}  // namespace p2p::gossip

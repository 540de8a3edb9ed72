#include "client/query_text.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(QueryText, encodes_everything_that_has_a_meaning_in_a_target) {
  EXPECT_EQ(QueryText("/x").text(), "/x");
  EXPECT_EQ(QueryText("/x").add("node", "web-*").add("q", "a b&c=d#\n").text(),
            "/x?node=web-%2A&q=a%20b%26c%3Dd%23%0A");
  EXPECT_EQ(percent_encoded("\xc3\xa4"), "%C3%A4");
}

}  // namespace
}  // namespace p2p

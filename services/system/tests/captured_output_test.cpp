#include "../captured_output.hpp"

#include <gtest/gtest.h>

namespace system_service {
namespace {

const std::string bad = "\xEF\xBF\xBD";

TEST(CapturedOutput, what_is_utf8_stays_as_it_is) {
  const std::string text = "a\n\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  EXPECT_EQ(as_utf8(text), text);
}

TEST(CapturedOutput, each_byte_that_is_no_character_is_replaced) {
  EXPECT_EQ(as_utf8("a\xFFz"), "a" + bad + "z");
  EXPECT_EQ(as_utf8("\xC0\x80"), bad + bad);                      // overlong
  EXPECT_EQ(as_utf8("\xE0\x9F\xBF"), bad + bad + bad);            // overlong
  EXPECT_EQ(as_utf8("\xED\xA0\x80"), bad + bad + bad);            // a surrogate
  EXPECT_EQ(as_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // above the last character
  EXPECT_EQ(as_utf8("\xF0\x8F\xBF\xBF"), bad + bad + bad + bad);  // overlong
  EXPECT_EQ(as_utf8("\xE2\x82"), bad + bad);                      // ends too soon
  EXPECT_EQ(as_utf8("\xE2\x82z"), bad + bad + "z");
}

TEST(CapturedOutput, the_first_part_is_kept_and_the_rest_counted) {
  CapturedOutput output(10);
  output.append("123456");
  EXPECT_FALSE(output.truncated());
  output.append("7890ab");
  output.append("cd");
  EXPECT_EQ(output.text(), "1234567890");
  EXPECT_EQ(output.written(), 14);
  EXPECT_TRUE(output.truncated());
}

TEST(CapturedOutput, output_that_just_fits_is_not_truncated) {
  CapturedOutput output(3);
  output.append("abc");
  EXPECT_FALSE(output.truncated());
  EXPECT_EQ(output.text(), "abc");
}

TEST(CapturedOutput, a_character_that_the_cut_went_through_is_left_out) {
  for (const std::string_view euros : {"12\xE2\x82\xAC", "1\xE2\x82\xAC", "123\xE2\x82\xAC"}) {
    CapturedOutput output(4);
    output.append(euros);
    output.append("more");
    EXPECT_EQ(output.text().find(bad), std::string::npos) << euros;
    EXPECT_GE(output.text().size(), 2U);
  }
}

}  // namespace
}  // namespace system_service

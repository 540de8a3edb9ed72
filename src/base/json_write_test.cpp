#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace p2p::json {
namespace {

using namespace std::string_literals;

TEST(JsonWriter, writes_every_kind_compactly) {
  EXPECT_EQ(dump(Value{{"a", Value::array({1, -2.5, "x", nullptr, true, false})}, {"b", Value::object()}}),
            R"({"a":[1,-2.5,"x",null,true,false],"b":{}})");
  EXPECT_EQ(dump(Value::array()), "[]");
}

TEST(JsonWriter, appends) {
  std::string out = "head ";
  write(Value(1), out);
  write_string("x", out);
  EXPECT_EQ(out, "head 1\"x\"");
}

TEST(JsonWriter, writes_integers_exactly) {
  EXPECT_EQ(dump(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(dump(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(dump(9007199254740993), "9007199254740993");
}

TEST(JsonWriter, writes_doubles_as_short_as_they_read_back) {
  EXPECT_EQ(dump(0.1), "0.1");
  EXPECT_EQ(dump(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(dump(5e-324), "5e-324");
  EXPECT_EQ(dump(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(JsonWriter, writes_whole_doubles_so_that_they_stay_doubles) {
  EXPECT_EQ(dump(1.0), "1.0");
  EXPECT_EQ(dump(-0.0), "-0.0");
  EXPECT_EQ(dump(1e22), "1e+22");
}

TEST(JsonWriter, escapes_quotes_backslashes_and_control_characters) {
  EXPECT_EQ(dump("\"\\/\b\f\n\r\t\x01\x1f\x7f"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(dump("\0"s), "\"\\u0000\"");
  EXPECT_EQ(dump(Value{{"k\n", 1}}), "{\"k\\n\":1}");
}

TEST(JsonWriter, finds_what_to_escape_at_every_place_of_a_long_text) {
  for (const char bad : {'"', '\\', '\n', '\x1f', '\xff', '\x80'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, '!');  // one above what looks like a space with the lowest bit set
      text[at] = bad;
      const std::string written = dump(text);
      EXPECT_EQ(written.size(), bad == '\x1f' ? 47u : static_cast<unsigned char>(bad) > 0x7f ? 44u : 43u);
      EXPECT_EQ(written.substr(1, at), text.substr(0, at));
      EXPECT_EQ(written.substr(written.size() - 1 - (39 - at), 39 - at), text.substr(at + 1));
    }
  }
}

TEST(JsonWriter, keeps_utf8_and_replaces_what_is_none) {
  const std::string sound = "\u00e9 \u20ac \U0001F600 \u007f \U0010ffff";
  EXPECT_EQ(dump(sound), '"' + sound + '"');
  const char* const broken[] = {
      "\xff", "\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
  for (const std::string text : broken) {
    std::string expected = "\"<";
    for (std::size_t i = 0; i < text.size(); ++i) expected += replacement_character;
    EXPECT_EQ(dump("<" + text + ">"), expected + ">\"");
  }
}

TEST(Utf8, knows_the_ends_of_every_range) {
  EXPECT_EQ(utf8_length(""), 0u);
  EXPECT_EQ(utf8_length("\0"s), 1u);
  EXPECT_EQ(utf8_length("\xc2\x80"), 2u);
  EXPECT_EQ(utf8_length("\xc1\xbf"), 0u);
  EXPECT_EQ(utf8_length("\xe0\xa0\x80"), 3u);
  EXPECT_EQ(utf8_length("\xe0\x9f\xbf"), 0u);
  EXPECT_EQ(utf8_length("\xed\x9f\xbf"), 3u);
  EXPECT_EQ(utf8_length("\xee\x80\x80"), 3u);
  EXPECT_EQ(utf8_length("\xf0\x90\x80\x80"), 4u);
  EXPECT_EQ(utf8_length("\xf0\x8f\xbf\xbf"), 0u);
  EXPECT_EQ(utf8_length("\xf4\x8f\xbf\xbf"), 4u);
  EXPECT_EQ(utf8_length("\xf5\x80\x80\x80"), 0u);
  EXPECT_EQ(utf8_length("\xf0\x90\x80"), 0u);
}

}  // namespace
}  // namespace p2p::json

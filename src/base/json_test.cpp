#include "base/json.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace p2p::json {
namespace {

using namespace std::string_literals;

// Parses a copy of exactly the size of the text, so that a sanitizer sees one byte read too far.
Result<Value> read(std::string_view text, const Limits& limits = {}) {
  const auto copy = std::make_unique_for_overwrite<char[]>(text.size());
  std::memcpy(copy.get(), text.data(), text.size());
  return parse({copy.get(), text.size()}, limits);
}

std::string refusal(std::string_view text, const Limits& limits = {}) {
  const auto result = read(text, limits);
  if (result) return "read as " + dump(*result);
  EXPECT_EQ(result.error().code(), Errc::parse_error);
  return result.error().message();
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Json, reads_every_kind) {
  EXPECT_EQ(read("null"), Value());
  EXPECT_EQ(read("true"), Value(true));
  EXPECT_EQ(read("-12"), Value(-12));
  EXPECT_EQ(read("1.5e3"), Value(1500.0));
  EXPECT_EQ(read("\"x\""), Value("x"));
  EXPECT_EQ(read(" [1, [ ] ,{}]\n"), Value::array({1, Value::array(), Value::object()}));
  EXPECT_EQ(read(R"({"a":{"b":[1,2,{"c":null}]},"d":"e"})"),
            (Value{{"a", Value{{"b", Value::array({1, 2, Value{{"c", nullptr}}})}}}, {"d", "e"}}));
}

TEST(Json, keeps_members_in_order) {
  const auto value = read(R"({"z":1,"a":2,"m":3})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(dump(*value), R"({"z":1,"a":2,"m":3})");
}

TEST(Json, writes_back_what_it_read) {
  const std::string long_text(100, 'q');
  for (const std::string& text :
       {R"({"id":1,"params":{"list":[1,2.5,-3e-07,"x\ny",true,null,[],{}]},"method":"system/ping"})"s,
        R"(["é","\u0000","\"\\","😀"])"s, "[9223372036854775807,-9223372036854775808,0.1,1.0,-0.0,5e-324]"s,
        "{\"" + long_text + "\":\"" + long_text + "\"}"}) {
    const auto value = read(text);
    ASSERT_TRUE(value.has_value()) << value.error().message();
    EXPECT_EQ(dump(*value), text);
    EXPECT_EQ(read(dump(*value)), *value);
  }
}

TEST(Json, reads_escapes) {
  EXPECT_EQ(read(R"("a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z")"), Value("a\"\\/\b\f\n\r\t\u00e9\U0001F600z"));
  EXPECT_EQ(read(R"({"k\u0065y":"\u0000"})"), (Value{{"key", "\0"s}}));
}

TEST(Json, reads_doubles_to_the_last_place) {
  EXPECT_EQ(read("0.1"), Value(0.1));
  EXPECT_EQ(read("1.7976931348623157e308"), Value(1.7976931348623157e308));
  EXPECT_EQ(read("2.2250738585072011e-308"), Value(2.2250738585072011e-308));
  EXPECT_EQ(read("9007199254740993.0"), Value(9007199254740992.0));
  EXPECT_EQ(read("0.3333333333333333148296162562473909929394721984863281250000"), Value(1.0 / 3));
  EXPECT_EQ(read("1e-400"), Value(0.0));
  EXPECT_EQ(read("123456789012345678901234567890.0"), Value(123456789012345678901234567890.0));
}

TEST(Json, refuses_numbers_it_would_have_to_round) {
  EXPECT_EQ(read("9223372036854775807"), Value(9223372036854775807));
  EXPECT_EQ(refusal("9223372036854775808"), "line 1, column 20: an integer beyond 64 bits");
  EXPECT_EQ(refusal("[18446744073709551616]"), "line 1, column 22: an integer beyond 64 bits");
  EXPECT_EQ(refusal("-9223372036854775809"), "line 1, column 21: an integer beyond 64 bits");
  EXPECT_EQ(refusal("1e400"), "line 1, column 6: a number beyond a double");
  EXPECT_EQ(refusal("-1e400"), "line 1, column 7: a number beyond a double");
  EXPECT_TRUE(refusal("1e99999999999").starts_with("line 1, column"));
}

TEST(Json, says_where_it_is_wrong_and_how) {
  EXPECT_EQ(refusal("{\"a\":1,\n \"b\": }"), "line 2, column 7: expected a value");
  EXPECT_EQ(refusal("[1,]"), "line 1, column 4: expected a value");
  EXPECT_EQ(refusal("{\"a\":1,}"), "line 1, column 8: expected a name in quotes");
  EXPECT_EQ(refusal("{a:1}"), "line 1, column 2: expected a name in quotes");
  EXPECT_EQ(refusal("[1 2]"), "line 1, column 4: unexpected character");
  EXPECT_EQ(refusal("{\"a\" 1}"), "line 1, column 6: unexpected character");
  EXPECT_EQ(refusal("\"a\\x\""), "line 1, column 4: an unknown escape");
  EXPECT_EQ(refusal("\"a\nb\""), "line 1, column 3: a control character in a string");
  EXPECT_EQ(refusal("'x'"), "line 1, column 1: expected a value");
}

TEST(Json, refuses_a_text_that_ends_too_early) {
  const std::string whole = R"({"a":[1.5e3,true,null,"x\u00e9y"],"b":{"c":-1}})";
  ASSERT_TRUE(read(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read(whole.substr(0, size)).has_value()) << whole.substr(0, size);
  }
  EXPECT_EQ(refusal(""), "line 1, column 1: the text ends too early");
  EXPECT_EQ(refusal(" \n "), "line 2, column 2: the text ends too early");
}

TEST(Json, refuses_trailing_text) {
  EXPECT_EQ(refusal("1 2"), "line 1, column 3: more text after the document");
  EXPECT_EQ(refusal("{}x"), "line 1, column 3: more text after the document");
  EXPECT_EQ(refusal("{}\0"s), "line 1, column 3: more text after the document");
  EXPECT_EQ(refusal("01"), "line 1, column 2: more text after the document");
}

TEST(Json, refuses_what_only_looks_like_json) {
  for (const std::string& text : {"NaN"s,
                                  "Infinity"s,
                                  "+1"s,
                                  "1."s,
                                  ".5"s,
                                  "tru"s,
                                  "truex"s,
                                  "/*x*/1"s,
                                  "[1//\n]"s,
                                  "\0"s,
                                  "\xef\xbb\xbf{}"s,
                                  "{1:2}"s,
                                  "{\"a\"}"s,
                                  "[1}"s,
                                  "]"s,
                                  "\"\\u12\""s,
                                  "\"\\ud800\""s,
                                  "\"\\udc00\""s,
                                  "\"\\ud800\\u0041\""s,
                                  "0x10"s,
                                  "- 1"s,
                                  "1e"s,
                                  "--1"s}) {
    EXPECT_FALSE(read(text).has_value()) << text;
  }
}

TEST(Json, refuses_invalid_utf8) {
  for (const char* bytes :
       {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_EQ(refusal("[\""s + bytes + "\"]").substr(0, 7), "line 1,") << bytes;
    EXPECT_FALSE(read("{\""s + bytes + "\":1}").has_value());
  }
  EXPECT_EQ(refusal("\"ab\xff\""), "line 1, column 4: no valid UTF-8, or a character outside a string");
}

TEST(Json, bounds_the_depth) {
  EXPECT_TRUE(read(repeat("[", 64) + repeat("]", 64)).has_value());
  EXPECT_EQ(refusal(repeat("[", 65) + repeat("]", 65)), "line 1, column 65: more than 64 levels");
  EXPECT_FALSE(read(repeat("[", 1'000'000)).has_value());
  EXPECT_FALSE(read(repeat("{\"a\":", 1'000'000)).has_value());
  Limits generous;
  generous.depth = 1'000'000;
  EXPECT_TRUE(read(repeat("[", 1000) + repeat("]", 1000), generous).has_value());
  EXPECT_NE(refusal(repeat("[", 1'000'000), generous).find("more than 1000 levels"), std::string::npos);
}

TEST(Json, bounds_the_number_of_values) {
  Limits limits;
  limits.values = 4;
  EXPECT_TRUE(read("[1,2,3]", limits).has_value());
  EXPECT_EQ(refusal("[1,2,3,4]", limits), "line 1, column 9: more than 4 values");
  EXPECT_EQ(refusal(R"([{"a":[{}]}])", limits).find("more than 4 values"), std::string::npos);
  EXPECT_NE(refusal(R"([{"a":[{},"x"]}])", limits).find("more than 4 values"), std::string::npos);
  EXPECT_FALSE(read("[" + repeat("0,", 100'000) + "0]").has_value());
}

TEST(Json, bounds_strings_keys_and_numbers) {
  Limits limits;
  limits.string = 4;
  limits.number = 5;
  EXPECT_TRUE(read(R"({"abcd":"efgh","\u0061bcd":"ab\n\n"})", limits).has_value());
  EXPECT_NE(refusal(R"("abcde")", limits).find("a string of more than 4 bytes"), std::string::npos);
  EXPECT_NE(refusal(R"("abc\n\n")", limits).find("a string of more than 4 bytes"), std::string::npos);
  EXPECT_NE(refusal(R"({"abcde":1})", limits).find("a string of more than 4 bytes"), std::string::npos);
  EXPECT_NE(refusal(R"({"ab\tde":1})", limits).find("a string of more than 4 bytes"), std::string::npos);
  EXPECT_TRUE(read("12345", limits).has_value());
  EXPECT_NE(refusal("123456", limits).find("a number of more than 5 digits"), std::string::npos);
  EXPECT_NE(refusal("0.1234", limits).find("a number of more than 5 digits"), std::string::npos);
  EXPECT_FALSE(read("1" + repeat("0", 1'000'000)).has_value());
}

TEST(Json, of_a_repeated_key_takes_the_last_value) {
  EXPECT_EQ(dump(read(R"({"a":1,"b":2,"a":3,"\u0061":4})").value()), R"({"a":4,"b":2})");
  EXPECT_EQ(dump(read(R"([{"":1,"":2},{"x":{"y":1,"y":2}}])").value()), R"([{"":2},{"x":{"y":2}}])");
}

TEST(Json, of_repeated_keys_in_a_large_object_takes_the_last_values) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i % 40) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const Value value = read(text).value();
  ASSERT_EQ(value.size(), 40u);
  for (int i = 0; i < 40; ++i) {
    const Member& member = value.as_object()[static_cast<std::size_t>(i)];
    EXPECT_EQ(member.first, "k" + std::to_string(i));
    EXPECT_EQ(member.second, Value(i < 20 ? i + 80 : i + 40));
  }
}

TEST(Json, an_object_with_100000_members_is_no_trouble) {
  std::string text = "{";
  for (int i = 0; i < 99'999; ++i) text += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  EXPECT_EQ(read(text).value().size(), 99'999u);
  EXPECT_EQ(dump(read("{" + repeat("\"same\":0,", 99'998) + "\"same\":1}").value()), R"({"same":1})");
}

// What the members of an envelope were, in their order.
class Seen final : public Members {
 public:
  void member(std::string_view key, Value value) override { all.emplace_back(key, std::move(value)); }
  std::vector<std::pair<std::string, Value>> all;
};

TEST(JsonMembers, come_in_their_order_repeated_ones_too) {
  Seen seen;
  ASSERT_TRUE(read_members(R"({"id":1,"method":"x","id":{"a":1,"a":2},"\u0069d":null})", seen).has_value());
  const std::vector<std::pair<std::string, Value>> expected{
      {"id", 1}, {"method", "x"}, {"id", Value{{"a", 2}}}, {"id", nullptr}};
  EXPECT_EQ(seen.all, expected);
}

TEST(JsonMembers, of_what_is_no_object_are_an_invalid_request) {
  Seen seen;
  for (const std::string_view text : {"[{\"a\":1}]", "1", "null", "\"x\""}) {
    const auto result = read_members(text, seen);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Errc::invalid_request);
  }
  EXPECT_EQ(read_members("[]", seen).error().message(), "expected an object, got array");
  EXPECT_TRUE(seen.all.empty());
}

TEST(JsonMembers, are_not_handed_over_before_the_whole_text_is_sound) {
  Seen seen;
  const auto result = read_members(R"({"a":1,"b":2)", seen);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Errc::parse_error);
  EXPECT_FALSE(read_members(R"({"a":1} {})", seen).has_value());
  EXPECT_TRUE(seen.all.empty());
}

TEST(JsonMembers, may_be_parsed_further_while_they_come) {
  class Nested final : public Members {
   public:
    void member(std::string_view, Value value) override {
      sum += parse(value.as_string()).value()[0].as_int();
    }
    std::int64_t sum = 0;
  } nested;
  ASSERT_TRUE(read_members(R"({"a":"[1]","b":"[20]","c":"[300]"})", nested).has_value());
  EXPECT_EQ(nested.sum, 321);
}

TEST(Json, reads_on_after_a_text_that_failed) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(read(R"({"a":["b\n)").has_value());
    EXPECT_FALSE(read("[[[1").has_value());
    EXPECT_EQ(read("{\"a\":[]}"), (Value{{"a", Value::array()}}));
  }
}

}  // namespace
}  // namespace p2p::json

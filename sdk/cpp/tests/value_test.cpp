#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <p2p/error.hpp>
#include <p2p/value.hpp>

namespace p2p {
namespace {

// The message of the Error that `act` throws; empty when it throws none.
template <class Act>
std::string refused(Act act, Errc code = Errc::invalid_params) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.message();
  }
  return {};
}

Value sample() {
  return Value{{"name", "a longer text than fits a short string"},
               {"list", Value::array({1, 2.5, "three", nullptr, true})},
               {"inner", Value{{"x", -1}}}};
}

TEST(Value, is_made_of_every_kind) {
  EXPECT_EQ(Value().kind(), Value::Kind::null);
  EXPECT_EQ(Value(nullptr).kind(), Value::Kind::null);
  EXPECT_EQ(Value(true).kind(), Value::Kind::boolean);
  EXPECT_EQ(Value(7).kind(), Value::Kind::integer);
  EXPECT_EQ(Value(7.0).kind(), Value::Kind::real);
  EXPECT_EQ(Value("text").kind(), Value::Kind::string);
  EXPECT_EQ(Value(std::string("text")).kind(), Value::Kind::string);
  EXPECT_EQ(Value::array().kind(), Value::Kind::array);
  EXPECT_EQ(Value::object().kind(), Value::Kind::object);
  EXPECT_EQ(Value({{"a", 1}, {"b", "x"}}).kind(), Value::Kind::object);
}

TEST(Value, of_a_null_pointer_to_text_is_null) {
  const char* nothing = nullptr;
  EXPECT_TRUE(Value(nothing).is_null());
}

TEST(Value, gives_back_what_was_put_in) {
  EXPECT_TRUE(Value(true).as_bool());
  EXPECT_EQ(Value(std::numeric_limits<std::int64_t>::min()).as_int(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Value(std::uint64_t{9223372036854775807u}).as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Value(0.1).as_double(), 0.1);
  EXPECT_EQ(Value(3).as_double(), 3.0);
  EXPECT_EQ(Value("x").as_string(), "x");
}

TEST(Value, refuses_numbers_it_would_have_to_round) {
  constexpr Errc code = Errc::method_failed;  // whoever made the number is at fault, not who asked for it
  EXPECT_EQ(refused([] { Value(std::uint64_t{9223372036854775808u}); }, code),
            "the integer 9223372036854775808 is above 2^63 - 1");
  EXPECT_EQ(refused([] { Value(std::nan("")); }, code), "a number must be finite");
  EXPECT_EQ(refused([] { Value{HUGE_VAL}; }, code), "a number must be finite");
  EXPECT_EQ(refused([] { Value{-HUGE_VAL}; }, code), "a number must be finite");
}

TEST(Value, says_which_kind_it_expected_and_which_it_got) {
  EXPECT_EQ(refused([] { (void)Value(1).as_string(); }), "expected string, got integer");
  EXPECT_EQ(refused([] { (void)Value(1.5).as_int(); }), "expected integer, got number");
  EXPECT_EQ(refused([] { (void)Value("x").as_double(); }), "expected number, got string");
  EXPECT_EQ(refused([] { (void)Value().as_bool(); }), "expected boolean, got null");
  EXPECT_EQ(refused([] { (void)Value::array().as_object(); }), "expected object, got array");
  EXPECT_EQ(refused([] { (void)Value::object().as_array(); }), "expected array, got object");
  EXPECT_EQ(refused([] { Value(1).set("a", 1); }), "expected object, got integer");
  EXPECT_EQ(refused([] { Value("x").push_back(1); }), "expected array, got string");
}

TEST(Value, reads_what_is_absent_as_null) {
  const Value value = sample();
  EXPECT_EQ(value["inner"]["x"].as_int(), -1);
  EXPECT_EQ(value["list"][2].as_string(), "three");
  EXPECT_TRUE(value["nope"]["deeper"][3].is_null());
  EXPECT_TRUE(value["list"][5].is_null());
  EXPECT_TRUE(value["list"][-1].is_null());
  EXPECT_EQ(value.find("nope"), nullptr);
  EXPECT_EQ(Value(1).find("nope"), nullptr);
  EXPECT_EQ(value.size(), 3u);
  EXPECT_EQ(value["list"].size(), 5u);
  EXPECT_EQ(value["name"].size(), 0u);
}

TEST(Value, keeps_members_in_order_and_the_last_of_a_repeated_key) {
  Value value{{"b", 1}, {"a", 2}, {"b", 3}};
  value.set("c", 4).set("a", 5);
  ASSERT_EQ(value.size(), 3u);
  EXPECT_EQ(value.as_object()[0].first, "b");
  EXPECT_EQ(value["b"].as_int(), 3);
  EXPECT_EQ(value.as_object()[1].first, "a");
  EXPECT_EQ(value["a"].as_int(), 5);
  EXPECT_EQ(value.as_object()[2].first, "c");
}

TEST(Value, grows_from_null) {
  Value object;
  object.set("a", Value().push_back(1).push_back("x"));
  EXPECT_EQ(object["a"][1].as_string(), "x");
  Value list;
  list.make_array().resize(3);
  EXPECT_EQ(list.size(), 3u);
  Value none;
  EXPECT_TRUE(none.make_object().empty());
  EXPECT_TRUE(none.is_object());
}

TEST(Value, copies_the_whole_document) {
  Value original = sample();
  Value copy = original;
  copy.set("name", "changed");
  EXPECT_EQ(original, sample());
  EXPECT_NE(copy, original);
  copy = original;
  EXPECT_EQ(copy, original);
}

TEST(Value, moved_from_is_null) {
  Value original = sample();
  Value taken = std::move(original);
  EXPECT_TRUE(original.is_null());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(taken, sample());
}

TEST(Value, may_be_replaced_by_a_part_of_itself) {
  Value copied = sample();
  copied = copied["inner"];
  EXPECT_EQ(copied, (Value{{"x", -1}}));
  Value moved = sample();
  moved = std::move(moved.make_object()[1].second);
  EXPECT_EQ(moved, sample()["list"]);
  Value same = sample();
  Value& alias = same;
  same = alias;
  EXPECT_EQ(same, sample());
  same = std::move(alias);
  EXPECT_EQ(same, sample());
}

TEST(Value, may_contain_a_copy_of_itself) {
  Value value{{"a", 1}};
  value.set("self", value);
  EXPECT_EQ(value["self"], (Value{{"a", 1}}));
}

TEST(Value, is_equal_whatever_the_order_of_members) {
  EXPECT_EQ((Value{{"a", 1}, {"b", 2}}), (Value{{"b", 2}, {"a", 1}}));
  EXPECT_NE((Value{{"a", 1}, {"b", 2}}), (Value{{"a", 1}, {"c", 2}}));
  EXPECT_NE((Value{{"a", 1}}), (Value{{"a", 1}, {"b", 2}}));
  EXPECT_NE(Value::array({1, 2}), Value::array({2, 1}));
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(false), Value());
}

TEST(Value, of_many_members_in_another_order_is_equal) {
  Value up;
  Value down;
  for (int i = 0; i < 1000; ++i) {
    up.make_object().push_back({"key" + std::to_string(i), i});
    down.make_object().push_back({"key" + std::to_string(999 - i), 999 - i});
  }
  EXPECT_EQ(up, down);
  down.make_object()[500].second = -1;
  EXPECT_NE(up, down);
}

TEST(Error, carries_code_message_and_detail) {
  const Error error =
      Error(Errc::not_found, "no such thing").with("hint", "look elsewhere").with("node_id", "n1");
  EXPECT_EQ(error.code(), Errc::not_found);
  EXPECT_STREQ(error.what(), "no such thing");
  EXPECT_EQ(error.detail(), (Value{{"hint", "look elsewhere"}, {"node_id", "n1"}}));
  Error copy = error;
  copy.with("hint", "changed");
  EXPECT_EQ(error.detail()["hint"].as_string(), "look elsewhere");
}

TEST(Error, is_caught_as_an_exception) {
  try {
    throw Error(Errc::timeout, "too late");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "too late");
    return;
  }
  FAIL() << "nothing was thrown";
}

TEST(Error, has_a_name_for_its_code) {
  EXPECT_EQ(errc_name(Errc::parse_error), "parse_error");
  EXPECT_EQ(errc_name(Errc::tls_required), "tls_required");
  EXPECT_EQ(errc_name(static_cast<Errc>(9999)), "internal");
}

}  // namespace
}  // namespace p2p

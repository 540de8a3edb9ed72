#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>

#include <gtest/gtest.h>
#include <p2p/convert.hpp>

namespace p2p {
namespace {

enum class Color { red, green, blue = 7 };

struct Point {
  int x = 1;
  int y = 2;
};
struct Empty {};
struct Everything {
  bool flag = false;
  std::int8_t small = 0;
  std::uint16_t port = 0;
  std::int64_t large = 0;
  float half = 0;
  double real = 0;
  std::string text;
  Bytes bytes;
  Color color = Color::red;
  std::optional<int> maybe;
  std::optional<std::string> word = "default";
  std::vector<int> numbers;
  std::vector<bool> flags;
  std::map<std::string, int> counts;
  std::unordered_map<std::string, Point> points;
  Value any;
  Point point;
  std::vector<Point> path;
};
struct Many {
  int a0 = 0, a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9, b0 = 10, b1 = 11,
      b2 = 12, b3 = 13, b4 = 14, b5 = 15, b6 = 16, b7 = 17, b8 = 18, b9 = 19, c0 = 20, c1 = 21, c2 = 22,
      c3 = 23, c4 = 24, c5 = 25, c6 = 26, c7 = 27, c8 = 28, c9 = 29, d0 = 30, d1 = 31;
};

/// The message of the invalid_params that reading `value` as a T gives.
template <class T>
std::string refused(const Value& value) {
  try {
    (void)from_value<T>(value);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_params);
    return error.message();
  }
  return "nothing was refused";
}

TEST(Convert, every_type_goes_there_and_back) {
  Everything all;
  all.flag = true;
  all.small = -128;
  all.port = 65535;
  all.large = std::numeric_limits<std::int64_t>::min();
  all.half = 0.5F;
  all.real = 1e300;
  all.text = "text";
  all.bytes.data = {0, 255, 16};
  all.color = Color::blue;
  all.maybe = 3;
  all.word.reset();
  all.numbers = {1, 2};
  all.flags = {true, false};
  all.counts = {{"a", 1}};
  all.points = {{"p", {5, 6}}};
  all.any = Value{{"k", nullptr}};
  all.point = {3, 4};
  all.path = {{1, 1}, {2, 2}};

  const Value value = to_value(all);
  EXPECT_EQ(value, (Value{{"flag", true},
                          {"small", -128},
                          {"port", 65535},
                          {"large", all.large},
                          {"half", 0.5},
                          {"real", 1e300},
                          {"text", "text"},
                          {"bytes", "AP8Q"},
                          {"color", "blue"},
                          {"maybe", 3},
                          {"word", nullptr},
                          {"numbers", Value::array({1, 2})},
                          {"flags", Value::array({true, false})},
                          {"counts", Value{{"a", 1}}},
                          {"points", Value{{"p", Value{{"x", 5}, {"y", 6}}}}},
                          {"any", Value{{"k", nullptr}}},
                          {"point", Value{{"x", 3}, {"y", 4}}},
                          {"path", Value::array({Value{{"x", 1}, {"y", 1}}, Value{{"x", 2}, {"y", 2}}})}}));
  EXPECT_EQ(to_value(from_value<Everything>(value)), value);
}

TEST(Convert, a_struct_of_32_fields_has_all_their_names_in_order) {
  const Value value = to_value(Many{});
  ASSERT_EQ(value.size(), 32u);
  EXPECT_EQ(value.as_object()[0].first, "a0");
  EXPECT_EQ(value.as_object()[13].first, "b3");
  EXPECT_EQ(value.as_object()[31].first, "d1");
  for (int i = 0; i < 32; ++i) EXPECT_EQ(value.as_object()[static_cast<std::size_t>(i)].second, Value(i));
}

TEST(Convert, an_absent_member_keeps_the_fields_initializer_and_an_unknown_one_is_passed_over) {
  const auto point = from_value<Point>(Value{{"y", 5}, {"z", 9}});
  EXPECT_EQ(point.x, 1);
  EXPECT_EQ(point.y, 5);
  EXPECT_EQ(from_value<Everything>(Value::object()).word, "default");
}

TEST(Convert, null_empties_an_optional) {
  EXPECT_FALSE(from_value<Everything>(Value{{"word", nullptr}}).word);
  EXPECT_EQ(refused<Point>(Value{{"x", nullptr}}), "x: expected integer, got null");
}

TEST(Convert, an_empty_struct_is_an_object) {
  EXPECT_EQ(to_value(Empty{}), Value::object());
  EXPECT_EQ(refused<Empty>(Value(1)), "expected object, got integer");
}

TEST(Convert, a_wrong_kind_is_refused_with_its_path) {
  EXPECT_EQ(refused<int>(Value("x")), "expected integer, got string");
  EXPECT_EQ(refused<int>(Value(1.0)), "expected integer, got number");
  EXPECT_EQ(refused<bool>(Value(1)), "expected boolean, got integer");
  EXPECT_EQ(refused<double>(Value(true)), "expected number, got boolean");
  EXPECT_EQ(refused<std::string>(Value::object()), "expected string, got object");
  EXPECT_EQ(refused<std::vector<int>>(Value("x")), "expected array, got string");
  EXPECT_EQ(refused<Everything>(Value{{"point", Value{{"x", "1"}}}}),
            "point.x: expected integer, got string");
  EXPECT_EQ(refused<Everything>(Value{{"path", Value::array({Value{{"x", 1}}, 2})}}),
            "path[1]: expected object, got integer");
  EXPECT_EQ(refused<Everything>(Value{{"points", Value{{"p", Value{{"y", false}}}}}}),
            "points.p.y: expected integer, got boolean");
  EXPECT_EQ(refused<Everything>(Value{{"counts", Value{{"", "x"}}}}).substr(0, 6), "counts");
}

TEST(Convert, the_pointer_of_an_error_is_one_of_rfc_6901) {
  try {
    (void)from_value<std::map<std::string, std::vector<int>>>(Value{{"a/b~c", Value::array({1, "x"})}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.detail()["pointer"], Value("#/a~1b~0c/1"));
    EXPECT_EQ(error.detail()["detail"], Value("expected integer, got string"));
  }
}

TEST(Convert, integers_are_checked_for_their_range) {
  EXPECT_EQ(refused<std::int8_t>(Value(128)), "expected integer in range");
  EXPECT_EQ(refused<std::uint8_t>(Value(-1)), "expected integer in range");
  EXPECT_EQ(refused<std::uint64_t>(Value(-1)), "expected integer in range");
  EXPECT_EQ(from_value<std::uint8_t>(Value(255)), 255);
  EXPECT_THROW((void)to_value(std::uint64_t{1} << 63), Error);
}

TEST(Convert, a_whole_number_will_do_for_a_real_one) { EXPECT_EQ(from_value<double>(Value(3)), 3.0); }

TEST(Convert, numbers_that_are_not_finite_do_not_travel) {
  EXPECT_THROW((void)to_value(std::numeric_limits<double>::quiet_NaN()), Error);
  EXPECT_THROW((void)to_value(std::numeric_limits<float>::infinity()), Error);
}

TEST(Convert, bytes_are_base64_of_every_length) {
  const auto bytes = [](std::string_view text) { return Bytes{{text.begin(), text.end()}}; };
  EXPECT_EQ(to_value(bytes("")), Value(""));
  EXPECT_EQ(to_value(bytes("f")), Value("Zg=="));
  EXPECT_EQ(to_value(bytes("fo")), Value("Zm8="));
  EXPECT_EQ(to_value(bytes("foo")), Value("Zm9v"));
  EXPECT_EQ(to_value(bytes("foob")), Value("Zm9vYg=="));
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes source;
    for (std::size_t i = 0; i < size; ++i) source.data.push_back(static_cast<unsigned char>(i * 37 + size));
    EXPECT_EQ(from_value<Bytes>(to_value(source)).data, source.data) << size;
  }
}

TEST(Convert, what_is_no_base64_is_refused) {
  EXPECT_EQ(refused<Bytes>(Value("Zg=")), "expected base64 string (its length is a multiple of 4)");
  EXPECT_EQ(refused<Bytes>(Value(7)), "expected base64 string, got integer");
  for (const char* wrong : {"Zg==Zg==", "Z===", "====", "Zm9-", "Zm 9", "=m9v", "Z=9v"})
    EXPECT_EQ(refused<Bytes>(Value(wrong)), "expected base64 string") << wrong;
}

TEST(Convert, bits_behind_the_end_of_base64_are_refused) {
  EXPECT_EQ(refused<Bytes>(Value("Zh==")), "expected base64 string");  // not what 'f' encodes to
  EXPECT_EQ(refused<Bytes>(Value("Zm9=")), "expected base64 string");
}

TEST(Convert, enums_travel_by_name) {
  EXPECT_EQ(to_value(Color::green), Value("green"));
  EXPECT_EQ(from_value<Color>(Value("blue")), Color::blue);
  EXPECT_EQ(refused<Color>(Value("pink")), "expected one of red, green, blue");
  EXPECT_EQ(refused<Color>(Value(1)), "expected one of red, green, blue, got integer");
  EXPECT_EQ(refused<Color>(Value("")), "expected one of red, green, blue");
}

TEST(Convert, an_enum_value_without_a_name_does_not_travel) {
  EXPECT_THROW((void)to_value(static_cast<Color>(5)), Error);
  EXPECT_THROW((void)to_value(static_cast<Color>(32)), Error);
  EXPECT_THROW((void)to_value(static_cast<Color>(-1)), Error);
}

TEST(Convert, get_gives_a_fallback_for_null_alone) {
  const Value config{{"interval", 5}, {"name", "x"}};
  EXPECT_EQ(config["interval"].get<int>(10), 5);
  EXPECT_EQ(config["absent"].get<int>(10), 10);
  EXPECT_THROW((void)config["name"].get<int>(10), Error);
}

TEST(Schema, says_the_type_of_each_field) {
  const Value all = schema<Everything>();
  const Value& fields = all["properties"];
  EXPECT_EQ(all["type"], Value("object"));
  EXPECT_EQ(fields["flag"], (Value{{"type", "boolean"}}));
  EXPECT_EQ(fields["small"], (Value{{"type", "integer"}, {"minimum", -128}, {"maximum", 127}}));
  EXPECT_EQ(fields["port"], (Value{{"type", "integer"}, {"minimum", 0}, {"maximum", 65535}}));
  EXPECT_EQ(fields["large"], (Value{{"type", "integer"}}));
  EXPECT_EQ(fields["real"], (Value{{"type", "number"}}));
  EXPECT_EQ(fields["text"], (Value{{"type", "string"}}));
  EXPECT_EQ(fields["bytes"], (Value{{"type", "string"}, {"contentEncoding", "base64"}}));
  EXPECT_EQ(fields["color"], (Value{{"type", "string"}, {"enum", Value::array({"red", "green", "blue"})}}));
  EXPECT_EQ(fields["word"]["type"], Value::array({"string", "null"}));
  EXPECT_EQ(fields["numbers"]["items"]["type"], Value("integer"));
  EXPECT_EQ(fields["flags"]["items"]["type"], Value("boolean"));
  EXPECT_EQ(fields["counts"]["additionalProperties"]["type"], Value("integer"));
  EXPECT_EQ(fields["any"], Value::object());
  EXPECT_EQ(fields["path"]["items"]["properties"]["x"]["type"], Value("integer"));
}

TEST(Schema, an_optional_may_be_null_whatever_it_holds) {
  EXPECT_EQ(schema<std::optional<Color>>(),
            (Value{{"type", Value::array({"string", "null"})},
                   {"enum", Value::array({"red", "green", "blue", nullptr})}}));
  EXPECT_EQ(schema<std::optional<Value>>(), Value::object());
  EXPECT_EQ(schema<std::uint64_t>(), (Value{{"type", "integer"}, {"minimum", 0}}));
}

static_assert(Travels<Everything> && Travels<Empty> && Travels<Many> && Travels<std::optional<Point>>);
static_assert(!Travels<char> && !Travels<int*> && !Travels<std::string_view> && !Travels<std::map<int, int>>);

}  // namespace
}  // namespace p2p

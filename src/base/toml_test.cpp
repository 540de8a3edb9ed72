#include "base/toml.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace p2p {
namespace {

TomlNode read(std::string_view text) {
  Result<TomlNode> root = read_toml(text);
  EXPECT_TRUE(root) << root.error().message();
  return root ? *std::move(root) : TomlNode{};
}

std::string refused(std::string_view text, const TomlLimits& limits = {}) {
  const Result<TomlNode> root = read_toml(text, limits);
  EXPECT_FALSE(root) << text;
  return root ? "" : root.error().message();
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += part;
  return all;
}

TEST(Toml, every_kind_of_value_becomes_a_document) {
  const TomlNode root = read(R"(
text = "a\u00e9"
whole = -7
part = 0.5
flag = true
list = [1, "two", [false]]
table = { a = 1, b.c = "d" }
)");
  EXPECT_EQ(json::dump(root.document()),
            R"({"text":"aé","whole":-7,"part":0.5,"flag":true,"list":[1,"two",[false]],)"
            R"("table":{"a":1,"b":{"c":"d"}}})");
}

TEST(Toml, keys_and_values_know_where_they_stand) {
  const TomlNode root = read("[http]\nmax_body = \"1MiB\"\n\n[node]\n  tags = { zone = \"a\" }\nx.y = 1\n");
  const TomlNode* body = root.find("http")->find("max_body");
  EXPECT_EQ(body->key_at, (TomlPlace{2, 1}));
  EXPECT_EQ(body->value_at, (TomlPlace{2, 12}));
  const TomlNode* zone = root.find("node")->find("tags")->find("zone");
  EXPECT_EQ(zone->key_at, (TomlPlace{5, 12}));
  EXPECT_EQ(zone->value_at, (TomlPlace{5, 19}));
  EXPECT_EQ(root.find("node")->find("x")->find("y")->key_at, (TomlPlace{6, 3}));
}

TEST(Toml, members_come_in_the_order_of_the_text) {
  EXPECT_EQ(json::dump(read("b = 1\nc = 2\na = 3").document()), R"({"b":1,"c":2,"a":3})");
}

TEST(Toml, what_json_has_no_word_for_is_named) {
  EXPECT_EQ(read("at = 1979-05-27").find("at")->foreign, "a date or time");
  EXPECT_EQ(read("at = 07:32:00").find("at")->foreign, "a date or time");
  EXPECT_EQ(read("n = inf").find("n")->foreign, "a number that is not finite");
  EXPECT_EQ(read("n = [1, nan]").find("n")->foreign, "a number that is not finite");
}

TEST(Toml, an_error_has_line_column_and_plain_words) {
  EXPECT_EQ(refused("a = 1\nb = = 2"), "2:5: a value is expected here; texts stand in quotes");
  EXPECT_EQ(refused("level = debug"), "1:9: a value is expected here; texts stand in quotes");
  EXPECT_EQ(refused("a=1\na=2"), "2:3: in a key-value pair: cannot redefine existing integer 'a'");
  EXPECT_EQ(refused("[http"), "1:6: the text ends within a table header");
  EXPECT_EQ(refused("a = 30s"), "1:7: in a decimal integer: expected digit, saw 's'");
  const Result<TomlNode> root = read_toml("\n\n x");
  EXPECT_EQ(root.error().code(), Errc::parse_error);
  EXPECT_EQ(root.error().detail()["line"].as_int(), 3);
}

TEST(Toml, broken_utf8_is_refused) { EXPECT_NE(refused("a = \"\xff\""), ""); }

TEST(Toml, what_the_parser_itself_does_not_foresee_is_refused_like_the_rest) {
  EXPECT_NE(refused("[.onfig]"), "");
  EXPECT_NE(refused("[[.a]]"), "");
  EXPECT_NE(refused("a\u00e9 = 1"), "");
  EXPECT_NE(refused("a = 1 \u00e9"), "");
}

TEST(Toml, a_text_over_its_bound_is_not_read) {
  EXPECT_EQ(refused("abc = 1", {.bytes = 6}), "1:1: the file is over 6 bytes");
  EXPECT_TRUE(read_toml("abc = 1", {.bytes = 7}));
}

TEST(Toml, values_nest_only_so_deep) {
  EXPECT_TRUE(read_toml("a = " + repeated("[", 12) + repeated("]", 12)));
  EXPECT_NE(refused("a = " + repeated("[", 100'000)), "");
  EXPECT_NE(refused("a = " + repeated("{b = ", 100'000)), "");
}

TEST(Toml, a_key_of_many_parts_costs_no_stack) {
  EXPECT_TRUE(read_toml(repeated("a.", 1000) + "a = 1"));
  EXPECT_EQ(refused("x = 1\n" + repeated("a.", 400'000) + "a = 1"), "2:1: too many dots in one line");
  EXPECT_EQ(refused("[" + repeated("a.", 400'000) + "a]"), "1:1: too many dots in one line");
  std::string deepest = "b = 1";  // what the two bounds together let through
  for (int i = 0; i < 7; ++i) deepest = repeated("a.", 1990) + "a = [\n{" + deepest + "}\n]";
  EXPECT_TRUE(read_toml(deepest)) << refused(deepest);
}

TEST(Toml, an_empty_text_is_an_empty_table) {
  EXPECT_TRUE(read("").is_table);
  EXPECT_EQ(read("# nothing\n").document(), Value::object());
}

TEST(Toml, what_is_printed_reads_as_the_same) {
  const Value document{{"text", "q\"\\\n\t\x7f é"},
                       {"bare-key_1", 5},
                       {"a b", 0.25},
                       {"list", Value::array({1, "x", true})},
                       {"table", Value{{"k", "v"}}},
                       {"empty", Value::object()}};
  EXPECT_EQ(read("all = " + toml_text(document)).find("all")->document(), document) << toml_text(document);
  EXPECT_EQ(toml_text(Value{{"zone", "a"}}), R"({ zone = "a" })");
  EXPECT_EQ(toml_text(Value::array({"a", 1})), R"(["a", 1])");
}

}  // namespace
}  // namespace p2p

#include "cli/output.hpp"

#include "base/json.hpp"
#include "cli/golden_test.hpp"

namespace p2p {
namespace {

Value document(std::string_view text) { return json::parse(text).value(); }

TEST(Output, json_is_one_line_in_a_pipe_and_indented_on_a_terminal) {
  const Value value = document(R"({"a":[1,{"b":null}],"c":{},"d":[],"e":"x\n"})");
  test::KeptTerminal pipe, screen({.out_is_terminal = true});
  print_document(pipe, Output::json, value);
  print_document(screen, Output::json, value);
  EXPECT_EQ(pipe.out_text, "{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[],\"e\":\"x\\n\"}\n");
  EXPECT_EQ(screen.out_text, R"({
  "a": [
    1,
    {
      "b": null
    }
  ],
  "c": {},
  "d": [],
  "e": "x\n"
}
)");
  EXPECT_EQ(json::parse(screen.out_text).value(), value);
}

TEST(Output, ndjson_is_one_line_on_a_terminal_too) {
  test::KeptTerminal screen({.out_is_terminal = true});
  print_document(screen, Output::ndjson, document(R"({"a":[1,2]})"));
  EXPECT_EQ(screen.out_text, "{\"a\":[1,2]}\n");
}

TEST(Output, yaml_nests_by_indent) {
  EXPECT_EQ(
      yaml(document(
          R"({"nodes":[{"node_id":"web-1","tags":{"zone":"a"},"list":[[1,2],[]]},"x"],"total":1,"none":{}})")),
      "nodes:\n"
      "  - node_id: web-1\n"
      "    tags:\n"
      "      zone: a\n"
      "    list:\n"
      "      - - 1\n"
      "        - 2\n"
      "      - []\n"
      "  - x\n"
      "total: 1\n"
      "none: {}\n");
}

TEST(Output, yaml_quotes_what_could_be_read_as_something_else) {
  for (const char* word :
       {"true", "No", "null", "~", "1.5", "0x10",       "12:30:00", "",  " x",          "x ", "a: b",
        "- a",  "#c", "a#b",  "{", "@x",  "2026-11-22", "on",       "y", "line\nbreak", "=",  "<<"})
    EXPECT_TRUE(yaml(Value(word)).starts_with('"')) << word << " -> " << yaml(Value(word));
  for (const char* word : {"web-1", "system/ping", "a b", "Linux"})
    EXPECT_EQ(yaml(Value(word)), std::string(word) + "\n");
}

}  // namespace
}  // namespace p2p

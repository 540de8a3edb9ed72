#include "cli/parameters.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace p2p {
namespace {

const Value schema = json::parse(R"({"type":"object","properties":{
  "text":{"type":"string"},"count":{"type":"integer"},"share":{"type":"number"},"on":{"type":"boolean"},
  "list":{"type":"array"},"maybe":{"type":["string","null"]},"number_or_none":{"type":["integer","null"]},
  "either":{"anyOf":[{"type":"integer"},{"type":"boolean"}]},"any":{}}})")
                         .value();

const FileReader files = [](const std::string& path) -> Result<std::string> {
  if (path == "notes.txt") return "a note\n";
  if (path == "-") return R"({"from":"stdin"})";
  if (path == "p.json") return R"([1,"two"])";
  return fail(Errc::invalid_params, path + ": cannot be read");
};

std::string read(const std::vector<std::string>& words) {
  const auto value = read_parameters(words, schema, files);
  return value ? json::dump(*value) : value.error().message();
}

TEST(Parameters, are_read_by_the_schema) {
  EXPECT_EQ(read({"text=007"}), R"({"text":"007"})") << "a text keeps its zeros";
  EXPECT_EQ(read({"text=true", "maybe=null"}), R"({"text":"true","maybe":"null"})");
  EXPECT_EQ(read({"count=-1", "share=2", "on=true"}), R"({"count":-1,"share":2,"on":true})");
  EXPECT_EQ(read({"list=[1,2]", "number_or_none=null", "either=false"}),
            R"({"list":[1,2],"number_or_none":null,"either":false})");
  EXPECT_EQ(read({"any=12", "unknown=x y"}), R"({"any":12,"unknown":"x y"})");
  EXPECT_EQ(read({"text="}), R"({"text":""})");
  EXPECT_EQ(read({"text=--foo", "text2=a=b"}), R"({"text":"--foo","text2":"a=b"})");
}

TEST(Parameters, that_do_not_fit_go_to_the_node_as_text_which_says_what_is_wrong) {
  EXPECT_EQ(read({"count=many", "on=1"}), R"({"count":"many","on":"1"})");
  EXPECT_EQ(read({"count=1.5"}), R"({"count":"1.5"})");
}

TEST(Parameters, may_be_json_or_a_file) {
  EXPECT_EQ(read({"text:={\"a\":[1]}", "count:=\"5\""}), R"({"text":{"a":[1]},"count":"5"})");
  EXPECT_EQ(read({"text=@notes.txt"}), R"({"text":"a note\n"})");
  EXPECT_EQ(read({"text=@gone.txt"}), "gone.txt: cannot be read");
  EXPECT_TRUE(read({"text:=x"}).starts_with("text: ")) << "no JSON";
}

TEST(Parameters, are_refused_without_a_name_or_when_they_stand_twice) {
  EXPECT_EQ(read({"text"}), "'text' is no parameter");
  EXPECT_EQ(read({"=x"}), "'=x' is no parameter");
  EXPECT_EQ(read({":=1"}), "':=1' is no parameter");
  EXPECT_EQ(read({"count=1", "count=2"}), "parameter count stands twice");
}

TEST(Parameters, need_the_schema_only_when_text_is_to_be_read) {
  EXPECT_FALSE(needs_schema({}));
  EXPECT_FALSE(needs_schema({"a:=1", "b:={}"}));
  EXPECT_TRUE(needs_schema({"a:=1", "b=2"}));
}

TEST(Parameters, may_come_as_one_document) {
  EXPECT_EQ(json::dump(read_document(R"({"a":1})", files).value()), R"({"a":1})");
  EXPECT_EQ(json::dump(read_document("@p.json", files).value()), R"([1,"two"])");
  EXPECT_EQ(json::dump(read_document("-", files).value()), R"({"from":"stdin"})");
  EXPECT_EQ(read_document("5", files).error().message(),
            "-d: expected an object of parameters, or an array of them in their order");
  EXPECT_TRUE(read_document("{", files).error().message().starts_with("-d: "));
}

}  // namespace
}  // namespace p2p

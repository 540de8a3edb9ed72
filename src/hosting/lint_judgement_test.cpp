#include "hosting/lint_judgement.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

Value method(const std::string& name, bool is_public, const std::string& role = "operator") {
  return Value{{"name", name}, {"description", "Does it"},   {"public", is_public},
               {"role", role}, {"broadcastable", is_public}, {"inherited", false}};
}

Value described(Value methods) {
  return Value{
      {"service", "prices"},        {"description", "Knows prices"}, {"dependencies", Value::array()},
      {"rejected", Value::array()}, {"methods", std::move(methods)}, {"warning", ""}};
}

std::string lines(const Value& description, const std::vector<LintSource>& sources = {},
                  const std::vector<std::string>& others = {}) {
  std::string text;
  for (const LintFinding& finding : judge_description(description, "prices", others, sources))
    text += finding.text() + '\n';
  return text;
}

TEST(LintJudgement, a_service_with_described_public_methods_is_accepted_without_a_word) {
  EXPECT_EQ(lines(described(Value::array({method("get", true)}))), "");
}

TEST(LintJudgement, a_method_is_told_at_its_declaration) {
  Value get = method("get", true);
  get.set("description", "");
  const std::vector<LintSource> sources{{"prices/other.cpp", "// SERVICE_METHOD(get_all, ())\n"},
                                        {"prices/main.cpp", "class Run {\n  SERVICE_METHOD( get , (id));\n"}};
  EXPECT_EQ(lines(described(Value::array({get})), sources),
            "prices/main.cpp:2:3: warning: get has no description\n");
}

TEST(LintJudgement, a_service_nobody_outside_can_call_is_told) {
  EXPECT_TRUE(lines(described(Value::array({method("get", false)})))
                  .starts_with("warning: no method is public: only services of the same node can call it"));
  Value inherited = method("health_check", true);
  inherited.set("inherited", true);
  EXPECT_TRUE(lines(described(Value::array({inherited}))).starts_with("warning: no method is declared"));
}

TEST(LintJudgement, a_public_method_for_admins_is_told) {
  EXPECT_TRUE(lines(described(Value::array({method("wipe", true, "admin")})))
                  .starts_with("warning: wipe is public and needs admin"));
}

TEST(LintJudgement, a_name_that_would_not_be_registered_is_an_error) {
  Value description = described(Value::array({method("get", true)}));
  description.set("rejected", Value::array({"start"}));
  EXPECT_EQ(lines(description), "error: start is no name for a method and is not registered\n");
}

TEST(LintJudgement, dependencies_that_are_not_beside_it_are_told_and_itself_is_an_error) {
  Value description = described(Value::array({method("get", true)}));
  description.set("dependencies", Value::array({"system", "storage", "far@any", "stock"}));
  EXPECT_EQ(lines(description, {}, {"stock"}),
            "warning: it depends on storage, which is not beside it: it waits until that runs\n");
  description.set("dependencies", Value::array({"prices"}));
  EXPECT_EQ(lines(description), "error: it depends on itself and would never start\n");
}

TEST(LintJudgement, a_name_other_than_the_folders_is_told) {
  Value description = described(Value::array({method("get", true)}));
  description.set("service", "price");
  EXPECT_EQ(lines(description),
            "warning: it calls itself price, its folder is prices: calls go to price/...\n");
}

}  // namespace
}  // namespace p2p

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "stub_runtime.hpp"

namespace p2p {
namespace {

enum class Mode { fast, slow };
struct Limits {
  int max = 10;
};
struct Reply {
  std::string text;
  int times = 0;
};
struct Silent : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return ""; }
};
struct Mute : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

class Sample : public BaseService {
 public:
  SERVICE_METHOD(echo, (text, times = 2, tags = null), description = "Says it again", public = true,
                 role = "viewer");
  Task<Reply> echo(std::string text, int times, std::optional<std::vector<std::string>> tags) {
    co_return Reply{text + (tags ? tags->at(0) : ""), times};
  }
  SERVICE_METHOD(set, (mode, limits, password), secret = "password", timeout = 2.5, cache_ttl = 60);
  Task<> set(Mode, Limits limits, Limits) {
    seen = limits.max;
    co_return;
  }
  SERVICE_METHOD(plain, (a, b = {"max" : 3}));
  int plain(Value a, Limits b) { return a.get<int>(0) + b.max; }
  SERVICE_METHOD(no_result, ());
  void no_result() noexcept { seen = -1; }
  SERVICE_METHOD(fails, (how));
  Task<int> fails(std::string how) {
    if (how == "error") throw Error(Errc::conflict, "busy", Value{{"by", "x"}});
    if (how == "exception") throw std::out_of_range("index 9");
    if (how == "silent") throw Silent();
    if (how == "mute") throw Mute();
    if (how == "number") throw 42;
    co_return 1;
  }
  SERVICE_METHOD(not_a_number, ());
  double not_a_number() { return std::numeric_limits<double>::quiet_NaN(); }
  SERVICE_METHOD(no_name, ());
  Task<Mode> no_name() { co_return static_cast<Mode>(9); }
  SERVICE_METHOD(empty_task, ());
  Task<int> empty_task() { return {}; }
  SERVICE_METHOD(health_check, (), role = "operator", public = true);
  Task<Value> health_check() override { co_return Value("mine"); }

  int seen = 0;
};

struct MethodTest : testing::Test {
  MethodTest() {
    object.attach(&runtime);
    for (MethodInfo& method : object.declared_methods())
      for (Parameter& parameter : method.parameters)
        if (parameter.name == "times") parameter.fallback = Value(2);  // the node reads the text
  }
  const MethodInfo& method(std::string_view name) {
    const MethodInfo* found = nullptr;
    for (const MethodInfo& each : object.declared_methods())
      if (each.name == name) found = &each;
    return *found;
  }
  Value call(std::string_view name, Value arguments = {}) {
    const MethodInfo& info = method(name);
    return run(call_method(object, info, std::move(arguments)));
  }
  Error refused(std::string_view name, Value arguments = {}) {
    try {
      (void)call(name, std::move(arguments));
    } catch (const Error& error) {
      return error;
    }
    return {Errc::internal, "nothing was refused"};
  }
  std::string failure(std::string_view how) {
    const Error error = refused("fails", Value{{"how", how}});
    return std::string(errc_name(error.code())) + ": " + error.message();
  }

  StubRuntime runtime;
  Sample object;
};

TEST_F(MethodTest, is_declared_with_what_stands_before_it) {
  const MethodInfo& echo = method("echo");
  EXPECT_EQ(echo.description, "Says it again");
  EXPECT_TRUE(echo.options.is_public);
  EXPECT_TRUE(echo.options.broadcastable);
  EXPECT_EQ(echo.options.role, Role::viewer);
  EXPECT_EQ(echo.options.timeout_ns, 0) << "the node decides";
  ASSERT_EQ(echo.parameters.size(), 3u);
  EXPECT_EQ(echo.parameters[0].name, "text");
  EXPECT_FALSE(echo.parameters[0].has_fallback);
  EXPECT_EQ(echo.parameters[1].fallback_text, "2");
  EXPECT_TRUE(echo.parameters[2].optional);

  const MethodInfo& set = method("set");
  EXPECT_FALSE(set.options.is_public);
  EXPECT_EQ(set.options.role, Role::operator_);
  EXPECT_EQ(set.options.timeout_ns, 2'500'000'000);
  EXPECT_TRUE(set.options.idempotent);  // a result that may be reused
  EXPECT_EQ(set.cache_scope, "node");
  EXPECT_TRUE(set.parameters[2].secret);
  EXPECT_FALSE(set.parameters[0].secret);
}

TEST_F(MethodTest, has_the_schema_of_its_parameters_and_result) {
  const Value& params = method("echo").params_schema;
  EXPECT_EQ(params["required"], Value::array({"text"}));
  EXPECT_EQ(params["additionalProperties"], Value(false));
  EXPECT_EQ(params["properties"]["times"]["type"], Value("integer"));
  EXPECT_EQ(params["properties"]["tags"]["type"], Value::array({"array", "null"}));
  EXPECT_EQ(method("echo").result_schema["properties"]["text"]["type"], Value("string"));
  EXPECT_EQ(method("set").result_schema, (Value{{"type", "null"}}));
  EXPECT_EQ(method("set").params_schema["properties"]["mode"]["enum"], Value::array({"fast", "slow"}));
  EXPECT_TRUE(method("no_result").params_schema["required"].is_null());
}

TEST_F(MethodTest, is_called_with_named_arguments_and_defaults) {
  EXPECT_EQ(call("echo", Value{{"text", "x"}}), (Value{{"text", "x"}, {"times", 2}}));
  EXPECT_EQ(call("echo", Value{{"tags", Value::array({"!"})}, {"times", 5}, {"text", "x"}}),
            (Value{{"text", "x!"}, {"times", 5}}));
  EXPECT_EQ(
      call("set", Value{{"mode", "slow"}, {"limits", Value{{"max", 4}}}, {"password", Value::object()}}),
      Value());
  EXPECT_EQ(object.seen, 4);
}

TEST_F(MethodTest, may_return_a_plain_value_or_nothing) {
  EXPECT_EQ(call("plain", Value{{"a", 1}, {"b", Value{{"max", 2}}}}), Value(3));
  EXPECT_EQ(call("no_result"), Value());
  EXPECT_EQ(object.seen, -1);
}

TEST_F(MethodTest, an_unknown_parameter_is_refused_with_the_nearest_name) {
  const Error error = refused("echo", Value{{"text", "x"}, {"tmies", 3}});
  EXPECT_EQ(error.code(), Errc::invalid_params);
  EXPECT_EQ(error.message(), "tmies: no such parameter; did you mean times?");
  EXPECT_EQ(error.detail()["errors"][0]["pointer"], Value("#/tmies"));
  EXPECT_EQ(refused("no_result", Value{{"x", 1}}).message(), "x: no such parameter");
}

TEST_F(MethodTest, all_wrong_parameters_are_named_at_once) {
  const Error error =
      refused("set", Value{{"mode", "fats"}, {"limits", Value{{"max", "many"}}}, {"extra", 1}});
  EXPECT_EQ(
      error.message(),
      "4 parameters are wrong: mode: expected one of fast, slow; limits.max: expected integer, got string; "
      "password: is missing; extra: no such parameter");
  const Value& errors = error.detail()["errors"];
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_EQ(errors[0],
            (Value{{"pointer", "#/mode"}, {"detail", "expected one of fast, slow"}, {"got", "fats"}}));
  EXPECT_EQ(errors[1]["pointer"], Value("#/limits/max"));
  EXPECT_EQ(errors[2]["pointer"], Value("#/password"));
}

TEST_F(MethodTest, what_was_given_for_a_secret_is_not_repeated) {
  const Error error =
      refused("set", Value{{"mode", "fast"}, {"limits", Value::object()}, {"password", "hunter2"}});
  EXPECT_EQ(error.message(), "password: expected object, got string");
  EXPECT_TRUE(error.detail()["errors"][0]["got"].is_null());
}

TEST_F(MethodTest, a_flood_of_unknown_parameters_is_answered_briefly) {
  Value flood = Value::object();
  for (int i = 0; i < 1000; ++i) flood.set("p" + std::to_string(i) + std::string(200, 'x'), i);
  const Error error = refused("no_result", std::move(flood));
  EXPECT_EQ(error.detail()["errors"].size(), 32u);
  EXPECT_LT(error.message().size(), 4096u);
}

TEST_F(MethodTest, what_it_throws_reaches_the_caller_as_an_error_with_its_text) {
  EXPECT_EQ(failure("error"), "conflict: busy");
  EXPECT_EQ(refused("fails", Value{{"how", "error"}}).detail()["by"], Value("x"));
  EXPECT_EQ(failure("exception"), "method_failed: index 9");
  EXPECT_EQ(failure("number"), "method_failed: the method threw int");
  EXPECT_NE(failure("silent").find("Silent"), std::string::npos) << failure("silent");
  EXPECT_NE(failure("mute").find("Mute"), std::string::npos) << failure("mute");
}

TEST_F(MethodTest, a_result_that_cannot_travel_is_the_methods_failure_and_not_the_callers) {
  const Error number = refused("not_a_number");
  EXPECT_EQ(number.code(), Errc::method_failed);
  EXPECT_EQ(number.message(), "the result cannot travel: a number must be finite");
  EXPECT_EQ(refused("no_name").code(), Errc::method_failed);
}

TEST_F(MethodTest, a_return_without_co_is_the_methods_failure) {
  EXPECT_EQ(refused("empty_task").code(), Errc::method_failed);
}

TEST_F(MethodTest, a_default_can_be_checked_before_any_call) {
  const MethodInfo& echo = method("echo");
  EXPECT_NO_THROW(echo.check_fallback(Value(3), 1));
  EXPECT_THROW(echo.check_fallback(Value("3"), 1), Error);
  EXPECT_NO_THROW(echo.check_fallback(Value(), 2));
}

TEST_F(MethodTest, the_inherited_ones_answer_and_may_be_overridden) {
  const Value info = call("get_service_info");
  EXPECT_EQ(info["version"], Value("1.0.0"));
  EXPECT_EQ(info["status"], Value("running"));
  EXPECT_EQ(call("health_check"), Value("mine"));
  EXPECT_EQ(method("health_check").options.role, Role::operator_);
}

TEST(BaseService, before_the_node_is_there_says_so) {
  class Early : public BaseService {
   public:
    Early() { id = node_id(); }
    std::string id;
  };
  try {
    const Early early;
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::unavailable);
  }
}

}  // namespace
}  // namespace p2p

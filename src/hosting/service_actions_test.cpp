// service.toml in a real folder, and what an operator does to a service.
#include "hosting/service_actions.hpp"

#include <gtest/gtest.h>

#include "hosting/services_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr const char* source = R"(#include <p2p/service.hpp>
#include <extra.hpp>
using namespace p2p;
class Run : public p2p::BaseService {
 public:
  int starts = 0;
  p2p::Task<> initialize() override {
    if (config["number"].get<int>(0) < 0) throw p2p::Error(p2p::Errc::unavailable, "number is negative");
    ++starts;
    co_return;
  }
  p2p::Task<> config_changed() override {
    if (config["slowly"].get<bool>(false)) co_await sleep(100_ms);
    co_await initialize();
  }
  SERVICE_METHOD(say, (), public = true, role = "viewer");
  std::string say() { return WORD + std::to_string(config["number"].get<int>(0)) + "," + std::to_string(starts); }
};
EXPORT_SERVICE(Run)
)";

/// A node with a library of the service above, and settings that need its own build.
class ServiceActionsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    TestNode node;
    node.put("built/main.cpp", source);
    node.put("built/third_party/extra.hpp", "#pragma once\n");
    node.put("built/service.toml",
             "build = { flags = [\"-DWORD=std::string(\\\"v\\\")\"], include = [\"third_party\"] }\n");
    node.start();
    ASSERT_TRUE(node.until_status("built", "running")) << node.log.text();
    EXPECT_EQ(node.call("built", "say"), "v0,1");
    for (const auto& file : fs::directory_iterator(node.settings.state_dir + "/build/built")) {
      const std::string name = file.path().filename().string();
      if (name.ends_with(".so") && !name.starts_with("run-"))
        library = node.folder.read("state/build/built/" + name);
    }
    ASSERT_FALSE(library.empty());
  }
  static inline std::string library;  // NOLINT: what the tests share

  void SetUp() override {
    node.settings.read_disabled = [this]() -> Result<std::string> { return disabled; };
    node.settings.write_disabled = [this](const std::string& text) -> Result<void> {
      if (disk_full) return fail(Errc::unavailable, "no space left on device");
      disabled = text;
      return {};
    };
  }
  void start() {
    node.start();
    actions.emplace(node.loop, node.registry, *node.services);
    ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  }
  void start_with(const std::string& toml) {
    if (!toml.empty()) node.put("a/service.toml", toml);
    node.put("a/a.so", library);
    start();
    ASSERT_TRUE(node.until_status("a", "running")) << node.log.text();
  }
  void say(const std::string& toml) { node.put_whole("a/service.toml", toml); }
  /// What `say` answers, which it does without waiting; the loop runs already.
  std::string said() {
    struct Call final : CallReceiver {
      void call_ended(Result<Value> result) override { answer = result ? result->as_string() : "error"; }
      std::string answer;
    } call;
    const ServiceEntry* entry = node.runner.snapshot().find("a");
    if (entry == nullptr || entry->generation == nullptr) return "it does not run";
    CallRequest request;
    request.path = {"a", "say"};
    request.caller = std::make_shared<Caller>();
    (void)node.runner.start(*entry->generation->find("say"), std::move(request), call);
    return call.answer;
  }
  [[nodiscard]] bool until_says(const std::string& wanted) {
    return node.until([&] { return said() == wanted; });
  }
  std::string run(ServiceAction action, const std::string& service = "a") {
    std::optional<std::string> answer;
    actions->run(action, service, std::chrono::seconds(60), [&](Result<Value> result) {
      answer = result ? (*result)["status"].as_string()
                      : std::string(errc_name(result.error().code())) + ": " + result.error().message();
    });
    return node.until([&] { return answer.has_value(); }) ? *answer : "no answer";
  }
  [[nodiscard]] Value update() { return node.registry.describe("a")["update"]; }

  std::string disabled;
  bool disk_full = false;
  TestNode node;
  std::optional<ServiceActions> actions;
};
using ServiceTomlInFolder = ServiceActionsTest;

TEST_F(ServiceTomlInFolder, other_config_is_told_to_the_running_object_and_a_wrong_one_leaves_it_alone) {
  start_with("config = { number = 1 }");
  EXPECT_EQ(node.call("a", "say"), "v1,1");
  const auto generation = node.generation("a");
  say("config = { number = 2 }");
  ASSERT_TRUE(until_says("v2,2")) << node.log.text();

  say("confg = { number = 3 }");
  ASSERT_TRUE(node.until_update_refused("a")) << node.log.text();
  EXPECT_EQ(update()["reason"]["message"].as_string(), "unknown key confg; did you mean config?");
  EXPECT_EQ(update()["reason"]["file"].as_string(), "a/service.toml");
  EXPECT_EQ(update()["reason"]["line"].as_int(), 1);
  EXPECT_EQ(node.call("a", "say"), "v2,2");

  say("config = { number = -1 }");
  ASSERT_TRUE(node.until([&] { return update()["reason"]["step"] == Value("config"); })) << node.log.text();
  EXPECT_EQ(node.call("a", "say"), "v2,2");

  say("config = { number = 2 }");
  ASSERT_TRUE(node.until([&] { return update().is_null(); })) << node.log.text();
  EXPECT_EQ(node.generation("a"), generation) << "nothing was reloaded";
}

TEST_F(ServiceTomlInFolder, settings_that_come_and_go_without_the_code_are_put_in_force) {
  start_with("");
  say("[methods.say]\npublic = false\n[config]\nnumber = 4");
  ASSERT_TRUE(until_says("v4,2")) << node.log.text();
  const auto internal = [&] { return node.registry.describe("a")["internal"]; };
  ASSERT_TRUE(node.until([&] { return internal() == Value::array({"say"}); })) << node.log.text();
  node.take_out("a/service.toml");
  ASSERT_TRUE(until_says("v0,3")) << node.log.text();
  ASSERT_TRUE(node.until([&] { return internal().size() == 0; })) << node.log.text();
}

TEST_F(ServiceTomlInFolder, settings_that_mend_a_start_that_failed_start_it) {
  node.put("a/service.toml", "config = { number = -1 }");
  node.put("a/a.so", library);
  start();
  ASSERT_TRUE(node.until_status("a", "error")) << node.log.text();
  say("config = { number = 1 }");
  ASSERT_TRUE(node.until_status("a", "running")) << node.log.text();
  EXPECT_EQ(node.call("a", "say"), "v1,1");
}

TEST_F(ServiceTomlInFolder, a_mistake_in_it_keeps_a_new_service_from_running_and_says_where) {
  node.put("a/service.toml", "\nrelode = \"manual\"\n");
  node.put("a/a.so", library);
  start();
  ASSERT_TRUE(node.until_status("a", "failed")) << node.log.text();
  const Value reason = node.registry.describe("a")["reason"];
  EXPECT_EQ(reason["step"].as_string() + reason["message"].as_string(),
            "settingsunknown key relode; did you mean reload?");
  EXPECT_EQ(reason["line"].as_int(), 2);
}

TEST_F(ServiceTomlInFolder, one_that_others_may_write_to_is_not_read) {
  node.put("a/service.toml", "");
  fs::permissions(node.settings.services_dir + "/a/service.toml", fs::perms::all);
  node.put("a/a.so", library);
  start();
  ASSERT_TRUE(node.until_status("a", "failed")) << node.log.text();
  EXPECT_NE(node.reason_of("a").find("chmod go-w"), std::string::npos) << node.reason_of("a");
}

TEST_F(ServiceTomlInFolder, a_folder_to_include_must_be_there) {
  node.put("a/service.toml", "build.include = [\"third\"]");
  node.put("a/main.cpp", source);
  start();
  ASSERT_TRUE(node.until_status("a", "failed")) << node.log.text();
  EXPECT_EQ(node.reason_of("a"), "settings: build.include: third is no folder of a");
}

TEST_F(ServiceTomlInFolder, the_entry_decides_which_of_two_runs) {
  node.put("a/other.so", library + '\n');
  start_with("entry = \"a.so\"");
  EXPECT_EQ(node.call("a", "say"), "v0,1");
}

TEST_F(ServiceTomlInFolder, what_is_not_enabled_stops_and_comes_back_when_it_is) {
  start_with("");
  say("enabled = false");
  ASSERT_TRUE(node.until_status("a", "stopped")) << node.log.text();
  EXPECT_EQ(node.reason_of("a"), "disabled: disabled by `enabled = false` in its service.toml");
  EXPECT_EQ(run(ServiceAction::enable).substr(0, 9), "conflict:");
  say("enabled = true");
  ASSERT_TRUE(node.until_status("a", "running")) << node.log.text();
}

TEST_F(ServiceTomlInFolder, with_manual_a_change_waits_for_the_operator) {
  start_with("reload = \"manual\"");
  const auto generation = node.generation("a");
  node.put_whole("a/a.so", library + '\n');
  ASSERT_TRUE(node.until([&] { return update()["pending"] == Value(true); })) << node.log.text();
  EXPECT_EQ(node.generation("a"), generation);
  node.put_whole("a/a.so", library);
  ASSERT_TRUE(node.until([&] { return update().is_null(); })) << "as it was: " << node.log.text();
  node.put_whole("a/a.so", library + '\n');
  ASSERT_TRUE(node.until([&] { return update()["pending"] == Value(true); })) << node.log.text();
  EXPECT_EQ(run(ServiceAction::reload), "running");
  EXPECT_GT(node.generation("a"), generation);
  EXPECT_TRUE(update().is_null());
}

TEST_F(ServiceActionsTest, a_reload_loads_the_same_files_again_and_tells_how_it_ended) {
  start_with("");
  const auto generation = node.generation("a");
  EXPECT_EQ(run(ServiceAction::reload), "running");
  EXPECT_GT(node.generation("a"), generation);
  node.put_whole("a/a.so", "no library");
  EXPECT_TRUE(
      run(ServiceAction::reload).starts_with("unavailable: the version that ran still serves: load: "));
  EXPECT_EQ(node.call("a", "say"), "v0,1");
}

TEST_F(ServiceActionsTest, a_reload_ends_failed_even_if_loading_has_ended_a_node) {
  node.put("a/a.so", library);
  const Digest digest = sha256(library);
  node.folder.write("state/build/a/loading", hex(as_text(digest)) + " 999999999\n");
  start();
  ASSERT_TRUE(node.until_status("a", "failed")) << node.log.text();
  EXPECT_NE(node.reason_of("a").find("p2p_admin service reload a"), std::string::npos);
  EXPECT_EQ(run(ServiceAction::reload), "running") << node.log.text();
}

TEST_F(ServiceActionsTest, a_restart_begins_anew_with_the_same_code) {
  start_with("config = { number = 1 }");
  say("config = { number = 2 }");
  ASSERT_TRUE(until_says("v2,2"));
  const auto before = node.generation("a");
  EXPECT_EQ(run(ServiceAction::restart), "running");
  EXPECT_NE(node.generation("a"), before);
  EXPECT_EQ(node.call("a", "say").substr(0, 3), "v2,");
}

TEST_F(ServiceActionsTest, what_is_disabled_stays_so_in_the_next_node_until_it_is_enabled) {
  start_with("");
  EXPECT_EQ(run(ServiceAction::disable), "stopped");
  EXPECT_EQ(disabled, "a\n");
  EXPECT_TRUE(run(ServiceAction::reload).starts_with("conflict: a is disabled"));
  TestNode second;
  second.settings = node.settings;
  second.start();
  ASSERT_TRUE(second.until_status("a", "stopped")) << second.log.text();
  node.put_whole("a/a.so", library + '\n');
  EXPECT_EQ(run(ServiceAction::disable), "stopped") << "twice is as good as once";
  EXPECT_EQ(run(ServiceAction::enable), "running") << node.log.text();
  EXPECT_EQ(disabled, "");
  EXPECT_EQ(run(ServiceAction::enable), "running");
}

TEST_F(ServiceActionsTest, what_cannot_be_kept_is_not_disabled) {
  start_with("");
  disk_full = true;
  EXPECT_EQ(run(ServiceAction::disable), "unavailable: no space left on device");
  EXPECT_EQ(node.status("a"), "running");
}

TEST_F(ServiceActionsTest, nobody_is_disabled_by_a_wrong_name_and_the_built_in_by_no_name) {
  start_with("");
  EXPECT_EQ(run(ServiceAction::disable, "b"), "service_not_found: no service b");
  node.registry.disabled("system", "stands for the built-in service");
  EXPECT_TRUE(run(ServiceAction::disable, "system").starts_with("conflict: system is built in"));
}

TEST_F(ServiceActionsTest, of_two_actions_on_one_service_the_second_is_refused) {
  start_with("");
  std::vector<std::string> answers;
  for (int i = 0; i < 2; ++i)
    actions->run(ServiceAction::reload, "a", std::chrono::seconds(60), [&](Result<Value> result) {
      answers.push_back(result ? (*result)["status"].as_string()
                               : std::string(errc_name(result.error().code())));
    });
  ASSERT_TRUE(node.until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"conflict", "running"}));
}

TEST_F(ServiceActionsTest, the_action_that_is_under_way_is_named) {
  start_with("");
  EXPECT_EQ(run(ServiceAction::disable), "stopped");
  std::string second, first;
  actions->run(ServiceAction::enable, "a", std::chrono::seconds(60),
               [&](Result<Value> result) { first = result ? "ended" : result.error().message(); });
  actions->run(ServiceAction::enable, "a", std::chrono::seconds(60),
               [&](Result<Value> result) { second = result ? "ended" : result.error().message(); });
  EXPECT_EQ(second, "an enable of a is under way; wait for its end");
  EXPECT_TRUE(node.until([&] { return !first.empty(); }));
}

TEST_F(ServiceActionsTest, a_restart_waits_for_what_is_under_way_and_cannot_begin_once_its_time_is_up) {
  start_with("");
  const auto generation = node.generation("a");
  say("config = { number = 2, slowly = true }");
  ASSERT_TRUE(node.until([&] { return !node.registry.find("a")->idle(); })) << node.log.text();
  std::string late;
  actions->run(ServiceAction::restart, "a", std::chrono::milliseconds(0),
               [&](Result<Value> result) { late = result ? "ended" : result.error().message(); });
  ASSERT_TRUE(node.until([&] { return !late.empty(); }));
  EXPECT_TRUE(late.starts_with("the restart of a could not begin within 0 ms; nothing was done")) << late;
  EXPECT_EQ(run(ServiceAction::restart), "running");
  EXPECT_NE(node.generation("a"), generation);
  EXPECT_EQ(node.call("a", "say").substr(0, 3), "v2,");
}

TEST_F(ServiceActionsTest, an_action_that_takes_too_long_is_a_timeout_and_goes_on) {
  start_with("");
  const auto generation = node.generation("a");
  std::string answer;
  actions->run(ServiceAction::reload, "a", std::chrono::milliseconds(0), [&](Result<Value> result) {
    answer = result ? "ended" : std::string(errc_name(result.error().code()));
  });
  ASSERT_TRUE(node.until_newer("a", generation));
  EXPECT_EQ(answer, "timeout");
}

}  // namespace
}  // namespace p2p

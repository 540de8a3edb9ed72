// Settings that change while a service runs.
#include "framework/service_change_kit_test.hpp"

namespace p2p {
namespace {

using Settings = ServiceChange;

TEST_F(Settings, config_is_there_when_the_service_starts) {
  std::int64_t number = 0;
  node.offer("a", "a1", with_config(4), initialize([&](Planned& self) -> Task<> {
               number = self.config["number"].as_int();
               co_return;
             }));
  EXPECT_EQ(number, 4);
}

TEST_F(Settings, a_change_of_config_alone_is_told_to_the_running_object) {
  Planned& object = node.offer("a", "a1", with_config(4));
  const Value& before = object.config["number"];
  EXPECT_TRUE(apply(with_config(5)));
  EXPECT_EQ(object.config["number"], Value(5));
  EXPECT_EQ(before, Value(4)) << "who was reading the old contents still may";
  EXPECT_EQ(node.events, (Events{"start a1", "config a1"}));
  EXPECT_EQ(node.loaded, (Events{"a a1", "a content"}));
  EXPECT_EQ(node.services.reloads(), 0u);
}

TEST_F(Settings, a_config_that_the_service_refuses_is_taken_back_and_told) {
  Plan plan;
  plan.config_changed = [](Planned&) -> Task<> { throw std::runtime_error("number is too large"); };
  Planned& object = node.offer("a", "a1", with_config(4), std::move(plan));
  ServiceSettings next = with_config(5);
  next.methods["version"].role = Role::admin;
  EXPECT_TRUE(apply(std::move(next)));
  EXPECT_EQ(object.config["number"], Value(4));
  EXPECT_EQ(node.update("a"), "config_changed() failed: number is too large; the old settings stay");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")") << "of the rest nothing was put in force either";
}

TEST_F(Settings, a_config_changed_that_does_not_return_is_cancelled_and_taken_back) {
  Plan plan;
  plan.config_changed = [](Planned& self) -> Task<> { co_await self.sleep(10_min); };
  Planned& object = node.offer("a", "a1", with_config(4), std::move(plan));
  EXPECT_TRUE(apply(with_config(5)));
  EXPECT_TRUE(apply(with_config(6)));  // follows when the first has ended
  node.executor.advance(31s);
  EXPECT_EQ(object.config["number"], Value(6));
  node.executor.advance(31s);
  EXPECT_EQ(object.config["number"], Value(4));
  EXPECT_EQ(node.count("config a1"), 2);
}

TEST_F(Settings, words_on_methods_are_in_force_at_once_and_calls_that_run_end_as_they_began) {
  node.offer("a", "a1");
  FakeCall slow;
  begin(slow, "a/slow");
  ServiceSettings next;
  next.methods["slow"].enabled = false;
  next.methods["version"].role = Role::admin;
  EXPECT_TRUE(apply(next));
  EXPECT_TRUE(node.ask("a/slow").starts_with("method_not_found: ")) << node.ask("a/slow");
  EXPECT_TRUE(node.ask("a/version").starts_with("forbidden: "));
  const Value shown = node.services.describe("a")["settings"];
  EXPECT_EQ(shown["overridden"]["version"], Value::array({"role"}));
  EXPECT_EQ(shown["switched_off"], Value::array({"slow"}));
  node.executor.advance(2s);
  EXPECT_EQ(slow.answer, R"(ok "a1")");
  EXPECT_TRUE(apply({}));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.count("start a1"), 1);
  node.services.removed("a");
  node.executor.advance(1s);
  EXPECT_EQ(node.count("destroy a1"), 1);
}

TEST_F(Settings, calls_that_began_under_other_words_are_waited_for_too) {
  node.offer("a", "a1");
  FakeCall slow;
  begin(slow, "a/slow");
  ServiceSettings next;
  next.methods["version"].role = Role::admin;
  EXPECT_TRUE(apply(next));
  node.offer("a", "a2");
  node.executor.advance(500ms);
  EXPECT_EQ(node.count("cleanup a1"), 0);
  node.executor.advance(2s);
  EXPECT_EQ(slow.answer, R"(ok "a1")");
  EXPECT_EQ(node.count("destroy a1"), 1);
}

TEST_F(Settings, a_word_on_a_method_that_is_not_there_is_refused_with_the_nearest) {
  ServiceSettings settings;
  settings.file = "a/service.toml";
  settings.methods["verson"] = {.role = Role::admin, .line = 3, .column = 9};
  node.offer("a", "a1", settings);
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_EQ(node.reason("a"), "methods.verson: the service has no such method; did you mean version?");
  const Value reason = node.services.describe("a")["reason"];
  EXPECT_EQ(reason["step"], Value("settings"));
  EXPECT_EQ(reason["line"], Value(3));
  node.offer("a", "a2");
  EXPECT_TRUE(apply(settings));
  EXPECT_EQ(node.update("a"), "methods.verson: the service has no such method; did you mean version?");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
}

TEST_F(Settings, what_loosens_is_logged_as_a_warning) {
  ServiceSettings settings;
  settings.file = "a/service.toml";
  settings.methods["internal"].is_public = true;
  node.offer("a", "a1", settings);
  EXPECT_TRUE(
      node.log.has("WARN | Registry | a/service.toml: a/internal is public, where the code says it is not"))
      << node.log.text();
}

TEST_F(Settings, the_services_own_role_is_that_of_its_timers) {
  ServiceSettings settings;
  settings.role = Role::viewer;
  std::string role;
  node.offer("a", "a1", settings,
             initialize([&](Planned&) -> Task<> { role = role_name((co_await this_call()).caller.role); }));
  EXPECT_EQ(role, "viewer");
  EXPECT_FALSE(apply({})) << "another role needs another object";
}

TEST_F(Settings, the_domain_is_the_operators_where_one_is_given) {
  ServiceSettings settings;
  settings.domain = "shop";
  node.offer("a", "a1", settings);
  EXPECT_EQ(node.services.describe("a")["info"]["domain"], Value("shop"));
  EXPECT_TRUE(apply({}));
  EXPECT_EQ(node.services.describe("a")["info"]["domain"], Value("default"));
}

TEST_F(Settings, the_times_and_the_number_of_tries_are_the_operators) {
  ServiceSettings settings;
  settings.start = 2s;
  settings.restart.max_failures = 2;
  node.offer("a", "a1", settings, initialize([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  node.executor.advance(3s);
  EXPECT_EQ(node.status("a"), "error");
  EXPECT_EQ(node.reason("a"), "initialize() did not return within 2 s");
  node.executor.advance(2s);
  EXPECT_EQ(node.again, Events{"a"});
  node.offer("a", "a2", settings, initialize([](Planned&) -> Task<> { throw 1; }));
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_NE(node.reason("a").find("given up after 2 tries"), std::string::npos) << node.reason("a");
}

TEST_F(Settings, what_does_not_run_or_is_being_replaced_cannot_be_given_other_settings) {
  EXPECT_FALSE(apply({}));
  node.offer("a", "a1");
  Gate gate;
  node.offer("a", "a2", initialize([&](Planned&) -> Task<> { co_await gate; }));
  EXPECT_FALSE(apply({}));
  gate.open();
  node.executor.run_ready();
}

TEST_F(Settings, a_change_that_waits_for_the_operator_is_shown_until_it_is_taken) {
  node.offer("a", "a1");
  node.services.pending("a");
  EXPECT_EQ(node.services.describe("a")["update"]["pending"], Value(true));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  node.offer("a", "a2");
  EXPECT_TRUE(node.services.describe("a")["update"].is_null());
}

}  // namespace
}  // namespace p2p

// The start of services: order, names, failures and retries.
#include "framework/service_registry.hpp"

#include <gtest/gtest.h>

#include "framework/planned_services_test.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct ServiceRegistryTest : testing::Test {
  static Planned::Plan needs(std::vector<std::string> services) { return {std::move(services), {}, {}}; }
  static Planned::Plan initialize(Planned::Step step) { return {{}, std::move(step), {}}; }
  static Planned::Plan broken() {
    return initialize([](Planned&) -> Task<> {
      throw std::runtime_error("no database");
      co_return;
    });
  }
  PlannedNode node;
};

TEST_F(ServiceRegistryTest, a_service_serves_once_initialize_has_returned) {
  Gate gate;
  node.offer("a", "a1", initialize([&](Planned&) -> Task<> { co_await gate; }));
  EXPECT_EQ(node.status("a"), "starting");
  EXPECT_EQ(node.services.describe("a")["step"], Value("initialize"));
  EXPECT_FALSE(node.services.settled());
  gate.open();
  node.executor.run_ready();
  EXPECT_EQ(node.status("a"), "running");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_TRUE(node.services.settled());
  EXPECT_EQ(node.loaded, Events{"a a1"});
  EXPECT_TRUE(node.log.has("INFO | Registry | a: 8 methods, 7 public")) << node.log.text();
}

TEST_F(ServiceRegistryTest, what_is_shown_of_a_service_holds_its_methods_and_what_it_says_of_itself) {
  node.offer("folder", "a", "a1", needs({}));
  const Value shown = node.services.describe("a");
  EXPECT_EQ(shown["status"], Value("running"));
  EXPECT_EQ(shown["folder"], Value("folder"));
  EXPECT_EQ(shown["language"], Value("cpp"));
  EXPECT_EQ(shown["isolation"], Value("in_process"));
  EXPECT_EQ(shown["internal"], Value::array({"internal"}));
  EXPECT_EQ(shown["methods"], shown["info"]["exposed_methods"]);
  EXPECT_EQ(shown["methods"].size(), 7u);
  EXPECT_EQ(shown["info"]["description"], Value("planned a1"));
  EXPECT_EQ(shown["info"]["node_id"], Value("node-1"));
  EXPECT_GT(shown["generation"].as_int(), 0);
  EXPECT_EQ(shown["loaded_at"], Value("2026-11-22T00:00:00.000Z"));
  EXPECT_TRUE(shown["reason"].is_null());
  EXPECT_EQ(node.services.describe().size(), 1u);
}

// ---------------------------------------------------------------- dependencies

TEST_F(ServiceRegistryTest, a_service_starts_after_those_it_needs) {
  node.offer("c", "c1", needs({"b"}));
  node.offer("b", "b1", needs({"a"}));
  EXPECT_EQ(node.events, Events{});
  EXPECT_EQ(node.services.describe("c")["step"], Value("wait for b"));
  node.offer("a", "a1");
  EXPECT_EQ(node.events, (Events{"start a1", "start b1", "start c1"}));
}

TEST_F(ServiceRegistryTest, services_that_need_nothing_of_each_other_start_at_the_same_time) {
  Gate first, second;
  node.offer("a", "a1", initialize([&](Planned&) -> Task<> { co_await first; }));
  node.offer("b", "b1", initialize([&](Planned&) -> Task<> { co_await second; }));
  EXPECT_EQ(node.events, (Events{"start a1", "start b1"}));
  second.open();
  first.open();
  node.executor.run_ready();
  EXPECT_EQ(node.services.count(ServiceStatus::running), 2u);
}

TEST_F(ServiceRegistryTest, the_built_in_system_starts_before_all_others) {
  Gate gate;
  node.offer("system", "system", "s1", initialize([&](Planned&) -> Task<> { co_await gate; }), "builtin");
  node.offer("a", "a1");
  EXPECT_EQ(node.services.describe("a")["step"], Value("wait for system"));
  gate.open();
  node.executor.run_ready();
  EXPECT_EQ(node.events, (Events{"start s1", "start a1"}));
}

TEST_F(ServiceRegistryTest, a_dependency_on_any_node_is_met_by_this_one) {
  node.offer("b", "b1", needs({"a@any"}));
  EXPECT_EQ(node.status("b"), "starting");
  node.offer("a", "a1");
  EXPECT_EQ(node.status("b"), "running");
}

TEST_F(ServiceRegistryTest, who_waits_long_for_another_is_named_once_and_holds_up_the_node_no_longer) {
  node.offer("b", "b1", needs({"a"}));
  node.executor.advance(29s);
  EXPECT_FALSE(node.services.settled());
  node.executor.advance(2s);
  EXPECT_TRUE(node.services.settled());
  EXPECT_EQ(node.services.describe("b")["waits_long"], Value(true));
  node.executor.advance(60s);
  EXPECT_EQ(node.log.count("WARN | Registry | b has waited 30 s: wait for a, which does not run"), 1u)
      << node.log.text();
  node.offer("a", "a1");
  EXPECT_EQ(node.status("b"), "running");
}

TEST_F(ServiceRegistryTest, a_ring_has_failed_with_the_ring_spelt_out_for_all_in_it) {
  node.offer("a", "a1", needs({"b"}));
  node.offer("b", "b1", needs({"a"}));
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_EQ(node.reason("a"), "services depend on each other in a ring: a > b > a");
  EXPECT_EQ(node.reason("b"), "services depend on each other in a ring: b > a > b");
  EXPECT_EQ(node.services.describe("b")["reason"]["step"], Value("dependencies"));
  EXPECT_EQ(node.events, (Events{"destroy a1", "destroy b1"}));
  EXPECT_TRUE(node.services.settled());
}

TEST_F(ServiceRegistryTest, when_a_ring_is_opened_the_others_in_it_are_brought_in_again) {
  node.offer("a", "a1", needs({"b"}));
  node.offer("b", "b1", needs({"c"}));
  node.offer("c", "c1", needs({"a"}));
  node.offer("c", "c2");
  EXPECT_EQ(node.status("c"), "running");
  EXPECT_EQ(node.again, Events{"b"});
  node.offer("b", "b1", needs({"c"}));
  EXPECT_EQ(node.again, (Events{"b", "a"}));
  node.offer("unrelated", "u1");
  EXPECT_EQ(node.again.size(), 2u);
}

TEST_F(ServiceRegistryTest, a_reload_that_would_make_a_ring_is_refused_and_all_go_on) {
  node.offer("a", "a1");
  node.offer("b", "b1", needs({"a"}));
  node.offer("a", "a2", needs({"b"}));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.status("b"), "running");
  EXPECT_EQ(node.update("a"), "services depend on each other in a ring: a > b > a");
}

// ---------------------------------------------------------------- names

TEST_F(ServiceRegistryTest, of_two_folders_with_one_name_the_first_keeps_it) {
  node.offer("one", "a", "a1");
  node.offer("two", "a", "a2");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  const Value all = node.services.describe();
  EXPECT_EQ(all["two"]["status"], Value("failed"));
  EXPECT_EQ(all["two"]["reason"]["message"], Value("the name a is taken by folder one"));
  EXPECT_EQ(all["a"]["folder"], Value("one"));
  EXPECT_EQ(node.events, (Events{"start a1", "destroy a2"}));
}

TEST_F(ServiceRegistryTest, a_folder_whose_name_is_the_name_of_a_running_service_takes_nothing_from_it) {
  node.offer("z", "a", "a1");
  node.services.working("a", "compile");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  node.services.failed("a", {"compile", "no", "a/main.cpp", 1, 1, {}});
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "running");
  node.offer("b", "b1", needs({"a"}));
  EXPECT_EQ(node.status("b"), "running");
  node.services.removed("a");
  node.executor.run_ready();
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
}

TEST_F(ServiceRegistryTest, when_the_holder_of_a_name_goes_the_folder_that_wanted_it_is_answered_for) {
  node.offer("z", "a", "a1");
  node.offer("a", "a", "a2");
  node.services.removed("z");
  node.executor.advance(1s);
  EXPECT_EQ(node.ask("a/version"),
            "unavailable: service a does not run: load: the name a is taken by folder z");
}

TEST_F(ServiceRegistryTest, system_is_the_name_of_the_built_in_service_alone) {
  node.offer("system", "s1");
  EXPECT_EQ(node.reason("system"), "the name system belongs to the built-in service");
  node.offer("x", "No Name", "x1");
  EXPECT_TRUE(node.reason("x").starts_with("'No Name' is no name for a service")) << node.reason("x");
}

TEST_F(ServiceRegistryTest, a_new_version_may_take_a_new_name_only_while_the_old_one_does_not_run) {
  node.offer("folder", "a", "a1");
  node.offer("folder", "b", "b1");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_TRUE(node.update("a").starts_with("it now calls itself b")) << node.update("a");
}

// ---------------------------------------------------------------- what goes wrong

TEST_F(ServiceRegistryTest, a_folder_that_cannot_be_loaded_says_why_to_the_caller_too) {
  node.services.working("a", "compile");
  EXPECT_EQ(node.status("a"), "starting");
  node.services.failed("a", {"compile", "no member named 'x'", "a/main.cpp", 18, 5, "build/a/3f.log"});
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_EQ(node.services.describe("a")["reason"], (Value{{"step", "compile"},
                                                          {"file", "a/main.cpp"},
                                                          {"line", 18},
                                                          {"column", 5},
                                                          {"log", "build/a/3f.log"},
                                                          {"message", "no member named 'x'"}}));
  EXPECT_EQ(node.ask("a/version"),
            "unavailable: service a does not run: compile: a/main.cpp:18:5: no member named 'x' (log "
            "build/a/3f.log in the state directory)");
  EXPECT_TRUE(node.log.has("ERROR | Hosting | a: compile: a/main.cpp:18:5: no member named 'x'"))
      << node.log.text();
}

TEST_F(ServiceRegistryTest, a_start_that_throws_is_tried_again_after_1_2_4_and_8_seconds_and_then_given_up) {
  for (const auto pause : {1s, 2s, 4s, 8s}) {
    const auto tries = node.again.size();
    node.offer("a", "a1", broken());
    EXPECT_EQ(node.status("a"), "error");
    EXPECT_EQ(node.reason("a"), "initialize() failed: no database");
    EXPECT_FALSE(node.services.describe("a")["retry_at"].is_null());
    node.executor.advance(pause - 1ms);
    EXPECT_EQ(node.again.size(), tries);
    node.executor.advance(1ms);
    EXPECT_EQ(node.again.size(), tries + 1);
  }
  node.offer("a", "a1", broken());
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_TRUE(node.reason("a").ends_with("given up after 5 tries, reload the service when it is mended"));
  node.executor.advance(600s);
  EXPECT_EQ(node.again.size(), 4u);
  EXPECT_EQ(node.count("cleanup a1"), 0);
  EXPECT_EQ(node.count("destroy a1"), 5);
}

TEST_F(ServiceRegistryTest, a_service_in_error_tells_callers_when_to_come_again) {
  node.offer("a", "a1", broken());
  FakeCall call;
  node.rpc.call(FakeNode::request("a/version"), call);
  EXPECT_EQ(call.error->code(), Errc::unavailable);
  EXPECT_EQ(call.error->message(), "service a does not run: initialize: initialize() failed: no database");
  EXPECT_EQ(call.error->detail()["retry_after"].as_double(), 1);
  EXPECT_EQ(call.error->detail()["status"], Value("error"));
}

TEST_F(ServiceRegistryTest, a_changed_file_ends_the_retries_and_counts_anew) {
  for (int i = 0; i < 4; ++i) {
    node.offer("a", "a1", broken());
    node.executor.advance(10s);
  }
  node.offer("a", "a1", broken());
  EXPECT_EQ(node.status("a"), "failed");
  node.offer("a", "a2", broken());  // nobody asked for this one: it is a change
  EXPECT_EQ(node.status("a"), "error");
  const auto tries = node.again.size();
  node.offer("a", "a3");
  EXPECT_EQ(node.status("a"), "running");
  node.executor.advance(60s);
  EXPECT_EQ(node.again.size(), tries);
}

TEST_F(ServiceRegistryTest, a_start_that_throws_without_being_a_coroutine_fails_like_any_other) {
  node.offer("a", "a1", initialize([](Planned&) -> Task<> { throw Error(Errc::conflict, "at once"); }));
  EXPECT_EQ(node.reason("a"), "initialize() failed: at once");
}

TEST_F(ServiceRegistryTest, a_start_that_throws_what_is_no_exception_fails_like_any_other) {
  node.offer("a", "a1", initialize([](Planned&) -> Task<> {
               throw 42;
               co_return;
             }));
  EXPECT_EQ(node.reason("a"), "initialize() failed: an exception that is no std::exception");
}

TEST_F(ServiceRegistryTest, a_start_that_hangs_is_cancelled_after_30_seconds) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  node.executor.advance(29s);
  EXPECT_EQ(node.status("a"), "starting");
  node.executor.advance(1s);
  EXPECT_EQ(node.status("a"), "error");
  EXPECT_EQ(node.reason("a"), "initialize() did not return within 30 s");
  EXPECT_EQ(node.count("destroy a1"), 1);
}

TEST_F(ServiceRegistryTest, a_start_that_hides_that_it_was_cancelled_has_failed_all_the_same) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> {
               try {
                 co_await self.sleep(10_min);
               } catch (const Error&) {
               }
             }));
  node.executor.advance(30s);
  EXPECT_EQ(node.status("a"), "error");
}

TEST_F(ServiceRegistryTest, a_start_that_does_not_end_when_cancelled_is_left_in_memory) {
  Gate gate;
  node.offer("a", "a1", initialize([&](Planned&) -> Task<> { co_await gate; }));
  node.executor.advance(41s);
  EXPECT_EQ(node.status("a"), "error");
  EXPECT_EQ(node.services.leaked(), 1u);
  EXPECT_EQ(node.count("destroy a1"), 0);
  gate.open();
  node.executor.run_ready();
  EXPECT_EQ(node.status("a"), "error");
}

TEST_F(ServiceRegistryTest, a_default_of_the_wrong_type_is_found_when_the_service_is_loaded) {
  struct Wrong : Planned {
    using Planned::Planned;
    SERVICE_METHOD(go, (times = "two"));
    void go(int) {}
  };
  node.services.offer(
      "a", std::make_unique<PlannedInstance>("a", std::make_unique<Wrong>("a1", Planned::Plan{}, node.events),
                                             "in_process", false));
  node.executor.run_ready();
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_EQ(node.reason("a"), "go: the default of times is wrong: expected integer, got string");
  EXPECT_EQ(node.events, Events{"destroy a1"});
}

TEST_F(ServiceRegistryTest, calls_come_through_while_a_service_goes_from_step_to_step) {
  node.services.working("a", "compile");
  FakeCall call;
  node.rpc.call(FakeNode::request("a/version"), call);
  node.services.working("a", "load");
  node.executor.run_ready();
  node.offer("a", "a1");
  EXPECT_EQ(call.answer, R"(ok "a1")");
}

}  // namespace
}  // namespace p2p

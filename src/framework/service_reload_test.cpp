// The change from one generation to the next, and the end of services.
#include <gtest/gtest.h>

#include "framework/planned_services_test.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

Planned::Plan initialize(Planned::Step step) { return {{}, std::move(step), {}}; }
Planned::Plan cleanup(Planned::Step step) { return {{}, {}, std::move(step)}; }
Planned::Plan needs(std::vector<std::string> services) { return {std::move(services), {}, {}}; }

struct ServiceReload : testing::Test {
  void begin(FakeCall& call, std::string_view path) { node.rpc.call(FakeNode::request(path), call); }
  PlannedNode node;
};
using ServiceStop = ServiceReload;

TEST_F(ServiceReload, new_calls_take_the_new_generation_and_the_old_one_ends_its_own) {
  node.offer("a", "a1");
  FakeCall old;
  begin(old, "a/slow");
  node.offer("a", "a2");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
  EXPECT_EQ(node.events, (Events{"start a1", "start a2"}));
  node.executor.advance(2s);
  EXPECT_EQ(old.answer, R"(ok "a1")");
  EXPECT_EQ(node.events, (Events{"start a1", "start a2", "cleanup a1", "destroy a1"}));
  EXPECT_EQ(node.services.reloads(), 1u);
  EXPECT_EQ(node.services.leaked(), 0u);
  EXPECT_EQ(node.loaded, (Events{"a a1", "a a2"}));
}

TEST_F(ServiceReload, the_old_generation_serves_while_the_new_one_starts) {
  node.offer("a", "a1");
  Gate gate;
  node.offer("a", "a2", initialize([&](Planned&) -> Task<> { co_await gate; }));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "running");
  gate.open();
  node.executor.run_ready();
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
}

TEST_F(ServiceReload, a_hundred_reloads_under_calls_lose_none_and_leave_one_object) {
  node.offer("a", "a0");
  int good = 0;
  std::vector<std::unique_ptr<FakeCall>> calls;
  for (int i = 1; i <= 100; ++i) {
    calls.push_back(std::make_unique<FakeCall>());
    begin(*calls.back(), "a/slow");
    const bool broken = i % 10 == 0;
    node.offer("a", "a" + std::to_string(i),
               broken ? initialize([](Planned&) -> Task<> { throw 1; }) : Planned::Plan{});
    node.executor.advance(100ms);
  }
  node.executor.advance(2s);
  for (const auto& call : calls) good += call->answer.starts_with("ok ") ? 1 : 0;
  EXPECT_EQ(good, 100);
  EXPECT_EQ(node.services.leaked(), 0u);
  EXPECT_EQ(std::ranges::count_if(node.events, [](const auto& e) { return e.starts_with("start"); }) -
                std::ranges::count_if(node.events, [](const auto& e) { return e.starts_with("destroy"); }),
            1);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(ServiceReload, a_broken_version_never_takes_the_place_of_a_running_one) {
  node.offer("a", "a1");
  node.offer("a", "a2", initialize([](Planned&) -> Task<> { throw std::runtime_error("no database"); }));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "running");
  EXPECT_EQ(node.update("a"), "initialize() failed: no database");
  EXPECT_TRUE(node.log.has("the running version stays")) << node.log.text();
  node.services.failed("a", {"compile", "expected ';'", "a/main.cpp", 3, 1, {}});
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.update("a"), "expected ';'");
  EXPECT_EQ(node.loaded, (Events{"a a1", "a refused", "a refused"}));
  node.executor.advance(60s);
  EXPECT_TRUE(node.again.empty());
  node.offer("a", "a3");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_TRUE(node.services.describe("a")["update"].is_null());
}

TEST_F(ServiceReload, a_version_that_comes_while_another_starts_is_taken_up_after_it) {
  Gate gate;
  node.offer("a", "a1", initialize([&](Planned&) -> Task<> { co_await gate; }));
  node.offer("a", "a2");
  node.offer("a", "a3");
  EXPECT_EQ(node.events, (Events{"start a1", "destroy a2"}));
  gate.open();
  node.executor.advance(1s);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_EQ(node.events, (Events{"start a1", "destroy a2", "start a3", "cleanup a1", "destroy a1"}));
}

TEST_F(ServiceReload, a_version_that_only_waits_for_others_gives_way_at_once) {
  node.offer("a", "a1", needs({"missing"}));
  node.offer("a", "a2");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
  EXPECT_EQ(node.count("destroy a1"), 1);
  EXPECT_EQ(node.count("start a1"), 0);
}

TEST_F(ServiceReload, dependents_keep_running_while_what_they_need_reloads_or_stops) {
  node.offer("a", "a1");
  node.offer("b", "b1", needs({"a"}));
  node.offer("a", "a2");
  node.services.removed("a");
  node.executor.advance(1s);
  EXPECT_EQ(node.ask("b/version"), R"(ok "b1")");
  EXPECT_EQ(node.count("start b1"), 1);
}

TEST_F(ServiceReload, calls_that_outlast_the_drain_are_cancelled) {
  node.offer("a", "a1");
  FakeCall old;
  begin(old, "a/nap");
  node.offer("a", "a2");
  node.executor.advance(29s);
  EXPECT_EQ(old.answers, 0);
  EXPECT_EQ(node.count("cleanup a1"), 0);
  node.executor.advance(2s);
  EXPECT_TRUE(old.answer.starts_with("cancelled: ")) << old.answer;
  EXPECT_EQ(node.count("destroy a1"), 1);
}

TEST_F(ServiceReload, a_call_that_does_not_end_keeps_its_code_but_not_its_background_tasks) {
  int ticks = 0;
  Planned& old = node.offer("a", "a1", initialize([&](Planned& self) -> Task<> {
                              self.spawn("tick", [&ticks, &self]() -> Task<> {
                                for (;; ++ticks) co_await self.sleep(1_s);
                              });
                              co_return;
                            }));
  FakeCall call;
  begin(call, "a/stuck");
  node.offer("a", "a2");
  node.executor.advance(50s);
  EXPECT_EQ(node.services.leaked(), 1u);
  EXPECT_EQ(node.count("cleanup a1"), 0);
  EXPECT_EQ(node.count("destroy a1"), 0);
  EXPECT_TRUE(node.log.has("WARN | Hosting | a: generation 1 stays in memory: 1 calls did not end"))
      << node.log.text();
  const int before = ticks;
  node.executor.advance(10s);
  EXPECT_EQ(ticks, before);
  old.gate.open();
  EXPECT_EQ(call.answer, "ok null");
}

TEST_F(ServiceReload, a_background_task_that_ignores_its_end_leaves_the_code_mapped) {
  Gate gate;
  node.offer("a", "a1", initialize([&](Planned& self) -> Task<> {
               self.spawn("stubborn", [&gate]() -> Task<> { co_await gate; });
               co_return;
             }));
  node.offer("a", "a2");
  node.executor.advance(9s);
  EXPECT_EQ(node.services.leaked(), 0u);
  node.executor.advance(2s);
  EXPECT_EQ(node.services.leaked(), 1u);
  EXPECT_EQ(node.count("destroy a1"), 0);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
  gate.open();
  node.executor.run_ready();
}

TEST_F(ServiceReload, tasks_have_ended_before_cleanup_and_are_ended_though_they_work_on_the_pool) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> {
               self.spawn("sampler", [&self]() -> Task<> {
                 try {
                   for (;;) co_await self.run_blocking([] {});
                 } catch (const Error& error) {
                   self.events.push_back("task ended: " + error.message());
                   throw;
                 }
               });
               co_return;
             }));
  EXPECT_EQ(node.executor.held(), 1u);
  node.offer("a", "a2");
  node.executor.advance(1s);
  EXPECT_EQ(node.events,
            (Events{"start a1", "start a2", "task ended: the call was cancelled", "cleanup a1"}));
  node.executor.run_pool();  // only now is no thread in its code
  node.executor.advance(10ms);
  EXPECT_EQ(node.events.back(), "destroy a1");
  EXPECT_EQ(node.services.leaked(), 0u);
}

TEST_F(ServiceReload, blocking_work_that_does_not_end_leaves_the_code_mapped) {
  Planned& old = node.offer("a", "a1");
  FakeCall call;
  old.spawn("work", [&old]() -> Task<> { co_await old.run_blocking([] {}); });
  node.executor.run_ready();
  node.offer("a", "a2");
  node.executor.advance(15s);
  EXPECT_EQ(node.services.leaked(), 1u);
  EXPECT_TRUE(node.log.has("its blocking work did not end")) << node.log.text();
  node.executor.run_pool();
}

TEST_F(ServiceReload, a_library_that_stays_mapped_is_counted_though_its_object_is_gone) {
  node.offer("a", "a", "a1", {}, "in_process", true);
  node.offer("a", "a2");
  node.executor.advance(1s);
  EXPECT_EQ(node.count("destroy a1"), 1);
  EXPECT_EQ(node.services.leaked(), 1u);
}

TEST_F(ServiceReload, a_cleanup_that_throws_or_hangs_does_not_keep_the_service) {
  node.offer("a", "a1", cleanup([](Planned&) -> Task<> { throw std::runtime_error("at once"); }));
  node.offer("a", "a2", cleanup([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  node.executor.advance(1s);
  EXPECT_TRUE(node.log.has("ERROR | Service.a | cleanup() failed: at once")) << node.log.text();
  node.offer("a", "a3");
  node.executor.advance(9s);
  EXPECT_EQ(node.count("destroy a2"), 0);
  node.executor.advance(2s);
  EXPECT_EQ(node.count("destroy a2"), 1);
  EXPECT_EQ(node.count("cleanup a2"), 1);
}

// ---------------------------------------------------------------- removal

TEST_F(ServiceStop, a_removed_folder_lets_its_calls_end_and_is_then_unknown) {
  node.offer("a", "a1");
  FakeCall call;
  begin(call, "a/slow");
  node.services.removed("a");
  EXPECT_EQ(node.ask("a/version"), "draining: service a is stopping");
  EXPECT_EQ(node.status("a"), "stopping");
  node.executor.advance(2s);
  EXPECT_EQ(call.answer, R"(ok "a1")");
  EXPECT_EQ(node.ask("a/version"), "service_not_found: no service a");
  EXPECT_EQ(node.status("a"), "none");
  EXPECT_EQ(node.events, (Events{"start a1", "cleanup a1", "destroy a1"}));
}

TEST_F(ServiceStop, a_folder_that_is_removed_while_its_service_starts_ends_the_start) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  node.services.removed("a");
  node.executor.advance(1s);
  EXPECT_EQ(node.status("a"), "none");
  EXPECT_EQ(node.count("destroy a1"), 1);
  EXPECT_EQ(node.ask("a/version"), "service_not_found: no service a");
}

TEST_F(ServiceStop, a_folder_that_is_removed_while_it_waits_or_is_to_be_tried_again_is_gone_at_once) {
  node.offer("a", "a1", needs({"missing"}));
  node.services.removed("a");
  node.offer("b", "b1", initialize([](Planned&) -> Task<> { throw 1; }));
  node.services.removed("b");
  node.executor.advance(60s);
  EXPECT_EQ(node.status("a"), "none");
  EXPECT_EQ(node.status("b"), "none");
  EXPECT_TRUE(node.again.empty());
  node.services.removed("never_there");
}

TEST_F(ServiceStop, a_folder_that_comes_back_while_the_old_service_stops_is_begun_after_it) {
  node.offer("a", "a1");
  FakeCall call;
  begin(call, "a/slow");
  node.services.removed("a");
  node.offer("a", "a2");
  node.offer("a", "a3");
  EXPECT_EQ(node.events, (Events{"start a1", "destroy a2"}));
  node.executor.advance(2s);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_EQ(node.events, (Events{"start a1", "destroy a2", "cleanup a1", "destroy a1", "start a3"}));
}

TEST_F(ServiceStop, a_folder_that_comes_back_broken_while_the_old_service_stops_is_shown_so) {
  node.offer("a", "a1");
  node.services.removed("a");
  node.services.failed("a", {"compile", "expected ';'", "a/main.cpp", 3, 1, {}});
  node.executor.advance(1s);
  EXPECT_EQ(node.status("a"), "failed");
  EXPECT_EQ(node.reason("a"), "expected ';'");
}

// ---------------------------------------------------------------- the end of the node

TEST_F(ServiceStop, all_stop_in_reverse_order_the_built_in_service_last) {
  node.offer("system", "system", "s1", {}, "builtin");
  node.offer("a", "a1");
  node.offer("b", "b1", needs({"a"}));
  node.offer("c", "c1", needs({"b"}));
  bool done = false;
  node.events.clear();
  node.services.stop_all([&] { done = true; });
  node.executor.advance(1s);
  EXPECT_TRUE(done);
  EXPECT_EQ(node.events, (Events{"cleanup c1", "destroy c1", "cleanup b1", "destroy b1", "cleanup a1",
                                 "destroy a1", "cleanup s1", "destroy s1"}));
}

TEST_F(ServiceStop, a_node_without_services_stops_too) {
  bool done = false;
  node.services.stop_all([&] { done = true; });
  node.executor.run_ready();
  EXPECT_TRUE(done);
}

TEST_F(ServiceStop, nothing_is_taken_after_it_and_what_waits_is_let_go) {
  node.offer("waits", "w1", needs({"missing"}));
  node.offer("broken", "b1", initialize([](Planned&) -> Task<> { throw 1; }));
  bool done = false;
  node.services.stop_all([&] { done = true; });
  node.offer("late", "l1");
  node.services.working("later", "compile");
  node.services.failed("later", {"compile", "no", {}, 0, 0, {}});
  node.executor.advance(60s);
  EXPECT_TRUE(done);
  EXPECT_EQ(node.count("start l1"), 0);
  EXPECT_EQ(node.count("destroy l1"), 1);
  EXPECT_EQ(node.count("destroy w1"), 1);
  EXPECT_TRUE(node.again.empty());
}

TEST_F(ServiceStop, a_start_that_hangs_does_not_hold_up_the_end) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  bool done = false;
  node.services.stop_all([&] { done = true; });
  node.executor.advance(1s);
  EXPECT_TRUE(done);
  EXPECT_EQ(node.count("destroy a1"), 1);
}

TEST_F(ServiceStop, the_end_waits_for_calls_and_for_what_was_on_its_way_out_already) {
  node.offer("a", "a1");
  FakeCall call;
  begin(call, "a/slow");
  node.services.removed("a");
  node.offer("b", "b1");
  bool done = false;
  node.services.stop_all([&] { done = true; });
  node.executor.advance(500ms);
  EXPECT_FALSE(done);
  node.executor.advance(1s);
  EXPECT_TRUE(done);
  EXPECT_EQ(call.answer, R"(ok "a1")");
}

}  // namespace
}  // namespace p2p

// What is handed over, what stops first, and what is disabled.
#include "framework/service_change_kit_test.hpp"

namespace p2p {
namespace {

using HandOver = ServiceChange;
using StopFirst = ServiceChange;
using Disabled = ServiceChange;

// ---------------------------------------------------------------- hand over

TEST_F(HandOver, state_goes_from_the_old_object_to_the_new_one_after_its_start_and_before_its_first_call) {
  node.offer("a", "a1", hands_over(Value{{"count", 3}}));
  Value got;
  Gate gate;
  Plan plan = takes_over(got);
  plan.initialize = [&](Planned&) -> Task<> { co_await gate; };
  node.offer("a", "a2", std::move(plan));
  EXPECT_TRUE(got.is_null());
  gate.open();
  node.executor.run_ready();
  EXPECT_EQ(got["count"], Value(3));
  node.executor.advance(1s);
  EXPECT_EQ(node.events, (Events{"start a1", "start a2", "take over a2", "cleanup a1", "destroy a1"}));
}

TEST_F(HandOver, what_hands_nothing_over_leaves_the_new_object_alone) {
  node.offer("a", "a1");
  Value got;
  node.offer("a", "a2", takes_over(got));
  EXPECT_EQ(node.count("take over a2"), 0);
}

TEST_F(HandOver, a_version_that_cannot_hand_over_is_told_of_and_the_new_one_serves) {
  Plan old;
  old.hand_over = []() -> Value { throw std::runtime_error("nothing left"); };
  node.offer("a", "a1", std::move(old));
  Plan next = hands_over(Value(1));
  node.offer("a", "a2", std::move(next));
  EXPECT_TRUE(node.log.has("hand_over() failed: nothing left")) << node.log.text();
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
}

TEST_F(HandOver, a_version_that_refuses_the_state_does_not_follow_and_the_old_one_keeps_it) {
  node.offer("a", "a1", hands_over(Value(1)));
  Value got;
  node.offer("a", "a2", takes_over(got, [] { throw std::runtime_error("too new"); }));
  EXPECT_TRUE(node.log.has("take_over() failed: too new; the running version stays")) << node.log.text();
  EXPECT_EQ(node.update("a"), "take_over() failed: too new");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(node.services.reloads(), 0u);
  EXPECT_EQ(node.loaded, (Events{"a a1", "a refused"}));
  node.executor.advance(1s);
  EXPECT_EQ(node.events, (Events{"start a1", "start a2", "take over a2", "cleanup a2", "destroy a2"}));
  got = Value();
  node.offer("a", "a3", takes_over(got));
  EXPECT_EQ(got, Value(1));
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_TRUE(node.services.describe("a")["update"].is_null());
}

// ---------------------------------------------------------------- stop first

TEST_F(StopFirst, the_old_version_has_ended_and_handed_over_before_the_new_one_starts) {
  node.offer("a", "a1", stop_first(), hands_over(Value(7)));
  Value got;
  node.offer("a", "a2", stop_first(), takes_over(got));
  node.executor.advance(1s);
  EXPECT_EQ(node.events, (Events{"start a1", "cleanup a1", "take over a2", "start a2", "destroy a1"}));
  EXPECT_EQ(got, Value(7));
  EXPECT_EQ(node.services.reloads(), 1u);
  EXPECT_EQ(node.services.leaked(), 0u);
}

TEST_F(StopFirst, running_calls_end_on_the_old_version_and_new_ones_are_held_for_the_new_one) {
  node.offer("a", "a1", stop_first());
  FakeCall old, held;
  begin(old, "a/slow");
  node.offer("a", "a2", stop_first());
  begin(held, "a/version");
  EXPECT_EQ(node.status("a"), "starting");
  EXPECT_TRUE(node.services.settled()) << "a held service does not make the node unready";
  EXPECT_EQ(old.answers + held.answers, 0);
  node.executor.advance(1s);
  EXPECT_EQ(old.answer, R"(ok "a1")");
  node.executor.advance(1s);
  EXPECT_EQ(held.answer, R"(ok "a2")");
}

TEST_F(StopFirst, a_held_call_waits_as_long_as_its_own_deadline_or_its_method_lets_it) {
  node.offer("a", "a1", stop_first());
  Gate gate;
  Plan slow = initialize([&](Planned&) -> Task<> { co_await gate; });
  node.offer("a", "a2", stop_first(), std::move(slow));
  FakeCall hasty, usual, patient;
  begin(hasty, "a/version", 500ms);
  begin(usual, "a/version");      // its method's timeout is 30 s
  begin(patient, "a/slow", 29s);  // its own is 600 s
  node.executor.advance(1s);
  EXPECT_TRUE(hasty.answer.starts_with("unavailable: ")) << hasty.answer;
  node.executor.advance(27s);
  EXPECT_EQ(usual.answers + patient.answers, 0);
  gate.open();
  node.executor.advance(2s);
  EXPECT_EQ(usual.answer, R"(ok "a2")");
  EXPECT_TRUE(patient.answer.starts_with("timeout: ") || patient.answer == R"(ok "a2")") << patient.answer;
}

TEST_F(StopFirst, calls_of_other_services_are_held_too) {
  node.offer("a", "a1", stop_first());
  Gate gate;
  std::string got;
  node.offer("b", "b1", initialize([&](Planned& self) -> Task<> {
               self.spawn("ask", [&]() -> Task<> {
                 co_await gate;
                 got = (co_await self.proxy["a"]["version"]()).as_string();
               });
               co_return;
             }));
  Gate starts;
  node.offer("a", "a2", stop_first(), initialize([&](Planned&) -> Task<> { co_await starts; }));
  gate.open();
  node.executor.advance(10s);
  EXPECT_EQ(got, "");
  starts.open();
  node.executor.advance(1s);
  EXPECT_EQ(got, "a2");
}

TEST_F(StopFirst, what_the_old_versions_calls_need_of_it_themselves_it_still_gives) {
  node.offer("a", "a1", stop_first());
  FakeCall own;
  begin(own, "a/again");
  node.offer("a", "a2", stop_first());
  EXPECT_EQ(node.status("a"), "starting");
  node.executor.advance(2s);
  EXPECT_EQ(own.answer, R"(ok "a1")");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
}

TEST_F(StopFirst, when_the_new_version_fails_the_old_one_is_begun_with_again_and_gets_its_state_back) {
  Value got;
  Plan old = takes_over(got);
  old.hand_over = [] { return Value(5); };
  node.offer("a", "a1", stop_first(), std::move(old));
  FakeCall held;
  Gate gate;
  node.offer("a", "a2", stop_first(), initialize([&](Planned&) -> Task<> {
               co_await gate;
               throw std::runtime_error("port taken");
             }));
  node.executor.advance(1s);
  begin(held, "a/version");
  gate.open();
  node.executor.advance(1s);
  EXPECT_EQ(held.answer, R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "running");
  EXPECT_EQ(node.update("a"), "initialize() failed: port taken");
  EXPECT_EQ(got, Value(5));
  EXPECT_EQ(node.events, (Events{"start a1", "cleanup a1", "take over a2", "start a2", "destroy a1",
                                 "take over a1", "start a1", "destroy a2"}));
  EXPECT_TRUE(node.log.has("the version that ran before is started again")) << node.log.text();
  node.offer("a", "a3", stop_first());
  node.executor.advance(1s);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_TRUE(node.services.describe("a")["update"].is_null());
}

TEST_F(StopFirst, when_the_new_version_refuses_the_state_the_old_one_gets_it_back) {
  Value got, refused;
  Plan old = takes_over(got);
  old.hand_over = [] { return Value(5); };
  node.offer("a", "a1", stop_first(), std::move(old));
  node.offer("a", "a2", stop_first(), takes_over(refused, [] { throw std::runtime_error("too new"); }));
  node.executor.advance(1s);
  EXPECT_EQ(node.update("a"), "take_over() failed: too new");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a1")");
  EXPECT_EQ(got, Value(5));
  EXPECT_EQ(node.count("start a2"), 0);
}

TEST_F(StopFirst, when_neither_starts_the_folder_is_tried_again_later) {
  int starts = 0;
  node.offer("a", "a1", stop_first(), initialize([&](Planned&) -> Task<> {
               if (++starts > 1) throw std::runtime_error("not twice");
               co_return;
             }));
  FakeCall held;
  node.offer("a", "a2", stop_first(),
             initialize([](Planned&) -> Task<> { throw std::runtime_error("port taken"); }));
  node.executor.advance(100ms);
  EXPECT_EQ(node.status("a"), "error");
  EXPECT_EQ(node.reason("a"), "initialize() failed: not twice");
  EXPECT_TRUE(node.ask("a/version").starts_with("unavailable: "));
  node.executor.advance(2s);
  EXPECT_EQ(node.again, Events{"a"});
}

TEST_F(StopFirst, an_old_version_that_does_not_end_stays_mapped_and_the_new_one_serves) {
  node.offer("a", "a1", stop_first());
  FakeCall stuck;
  begin(stuck, "a/stuck");
  node.offer("a", "a2", stop_first());
  node.executor.advance(50s);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
  EXPECT_EQ(node.services.leaked(), 1u);
  EXPECT_EQ(node.count("destroy a1"), 0);
}

TEST_F(StopFirst, a_version_that_comes_meanwhile_is_taken_up_after_it) {
  node.offer("a", "a1", stop_first());
  FakeCall old;
  begin(old, "a/slow");
  node.offer("a", "a2", stop_first());
  node.offer("a", "a3", stop_first());
  node.executor.advance(3s);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")");
  EXPECT_EQ(node.count("destroy a2"), 1);
}

TEST_F(StopFirst, a_folder_that_is_removed_meanwhile_ends_both) {
  node.offer("a", "a1", stop_first());
  FakeCall old;
  begin(old, "a/slow");
  node.offer("a", "a2", stop_first());
  node.services.removed("a");
  node.executor.advance(3s);
  EXPECT_EQ(old.answer, R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "none");
  EXPECT_EQ(node.count("destroy a1") + node.count("destroy a2"), 2);
  EXPECT_EQ(node.count("start a2"), 0);
}

TEST_F(StopFirst, the_end_of_the_node_ends_both) {
  node.offer("a", "a1", stop_first());
  FakeCall old;
  begin(old, "a/slow");
  node.offer("a", "a2", stop_first());
  bool done = false;
  node.services.stop_all([&] { done = true; });
  node.executor.advance(3s);
  EXPECT_TRUE(done);
  EXPECT_EQ(node.count("destroy a1") + node.count("destroy a2"), 2);
}

TEST_F(StopFirst, a_hundred_reloads_under_calls_lose_none) {
  node.offer("a", "a0", stop_first());
  std::vector<std::unique_ptr<FakeCall>> calls;
  for (int i = 1; i <= 100; ++i) {
    for (const char* path : {"a/slow", "a/version"}) {
      calls.push_back(std::make_unique<FakeCall>());
      begin(*calls.back(), path);
    }
    node.offer("a", "a" + std::to_string(i), stop_first(),
               i % 10 == 0 ? initialize([](Planned&) -> Task<> { throw 1; }) : Plan{});
    node.executor.advance(700ms);
  }
  node.executor.advance(5s);
  for (const auto& call : calls) EXPECT_TRUE(call->answer.starts_with("ok ")) << call->answer;
  EXPECT_EQ(node.services.leaked(), 0u);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(StopFirst, a_restart_stops_first_and_begins_with_the_same_code) {
  node.offer("a", "a1", hands_over(Value(1)));
  FakeCall old, held;
  begin(old, "a/slow");
  EXPECT_TRUE(node.services.restart("a"));
  EXPECT_FALSE(node.services.restart("a")) << "it is on its way";
  begin(held, "a/version");
  node.executor.advance(2s);
  EXPECT_EQ(old.answer, R"(ok "a1")");
  EXPECT_EQ(held.answer, R"(ok "a1")");
  EXPECT_EQ(node.events, (Events{"start a1", "cleanup a1", "destroy a1", "start a1"}));
  EXPECT_FALSE(node.services.restart("b"));
}

TEST_F(StopFirst, a_restart_whose_object_cannot_be_made_is_an_error_that_is_tried_again) {
  node.offer("a", "a1!");
  EXPECT_TRUE(node.services.restart("a"));
  node.executor.advance(100ms);
  EXPECT_EQ(node.status("a"), "error");
  EXPECT_EQ(node.reason("a"), "it cannot be begun with again: planned");
  node.executor.advance(2s);
  EXPECT_EQ(node.again, Events{"a"});
}

// ---------------------------------------------------------------- disabled

TEST_F(Disabled,
       a_service_that_is_disabled_ends_its_calls_and_is_shown_as_stopped_until_it_is_offered_again) {
  node.offer("a", "a1");
  FakeCall old;
  begin(old, "a/slow");
  node.services.disabled("a", "disabled by the operator");
  EXPECT_EQ(node.status("a"), "stopping");
  node.executor.advance(2s);
  EXPECT_EQ(old.answer, R"(ok "a1")");
  EXPECT_EQ(node.status("a"), "stopped");
  EXPECT_EQ(node.reason("a"), "disabled by the operator");
  EXPECT_EQ(node.ask("a/version"), "service_not_found: service a is stopped: disabled by the operator");
  EXPECT_EQ(node.count("destroy a1"), 1);
  node.offer("a", "a2");
  EXPECT_EQ(node.ask("a/version"), R"(ok "a2")");
  EXPECT_TRUE(node.services.describe("a")["reason"].is_null());
}

TEST_F(Disabled, what_never_ran_is_shown_too_and_goes_with_its_folder) {
  node.services.disabled("a", "disabled by the operator");
  EXPECT_EQ(node.status("a"), "stopped");
  node.services.removed("a");
  EXPECT_EQ(node.status("a"), "none");
  EXPECT_EQ(node.ask("a/version"), "service_not_found: no service a");
}

TEST_F(Disabled, a_start_that_runs_and_a_retry_that_is_due_are_given_up) {
  node.offer("a", "a1", initialize([](Planned& self) -> Task<> { co_await self.sleep(10_min); }));
  node.services.disabled("a", "x");
  node.offer("b", "b1", initialize([](Planned&) -> Task<> { throw 1; }));
  node.services.disabled("b", "x");
  node.executor.advance(60s);
  EXPECT_EQ(node.status("a"), "stopped");
  EXPECT_EQ(node.status("b"), "stopped");
  EXPECT_TRUE(node.again.empty());
}

}  // namespace
}  // namespace p2p

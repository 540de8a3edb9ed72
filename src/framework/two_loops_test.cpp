// A service whose methods run on two loops, each turned by itself.
#include <optional>

#include <gtest/gtest.h>

#include "framework/planned_services_test.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Anywhere : Planned {
  using Planned::Planned;
  SERVICE_METHOD(nap, (), public = true, role = "viewer", threadsafe = true, timeout = 600);
  Task<std::string> nap() {
    co_await sleep(1_s);
    co_return tag;
  }
  SERVICE_METHOD(long_nap, (), public = true, role = "viewer", threadsafe = true, timeout = 600);
  Task<> long_nap() { co_await sleep(10_min); }
  SERVICE_METHOD(blocking, (), public = true, role = "viewer", threadsafe = true);
  Task<int> blocking() {
    co_return co_await run_blocking([] { return 3; });
  }
  SERVICE_METHOD(waiting, (), public = true, role = "viewer", threadsafe = true);
  Task<> waiting() { co_await *signal; }
  SERVICE_METHOD(starts, (), public = true, role = "viewer", threadsafe = true);
  void starts() {
    spawn("task", [this] { return task(); });
  }
  Task<> task() {
    ++tasks;
    co_return;
  }
  SERVICE_METHOD(tells, (), public = true, role = "viewer", threadsafe = true);
  Task<Value> tells() {
    counter("told").add();
    co_return Value{{"status", status()}, {"generation", generation()}, {"node", node_id()}};
  }

  std::optional<Signal> signal;
  int tasks = 0;
};

struct TwoLoops : testing::Test {
  TwoLoops() {
    node.beside = &side.executor;
    node.surroundings.sides.push_back(&side.runner);
    offer("a1");
  }
  Anywhere& offer(const std::string& tag) {
    auto object = std::make_unique<Anywhere>(tag, Planned::Plan{}, node.events);
    service = object.get();
    node.services.offer("a", std::make_unique<PlannedInstance>("a", std::move(object), "in_process", false));
    turn();
    return *service;
  }
  /// A call arrives on the side loop.
  void begin(FakeCall& asked, std::string_view path) {
    side.executor.post([this, &asked, path] { side.rpc.call(FakeNode::request(path), asked); });
    side.executor.turn();
  }
  void turn() { side.run_ready(node); }
  void advance(std::chrono::nanoseconds time) {
    node.executor.advance(time);
    turn();
  }

  PlannedNode node{2};
  FakeSide side{node};
  Anywhere* service = nullptr;
  FakeCall call;
};

TEST_F(TwoLoops, who_sleeps_wakes_on_the_loop_it_sleeps_on) {
  begin(call, "a/nap");
  node.executor.advance(2s);
  EXPECT_EQ(call.answers, 0);
  EXPECT_EQ(node.executor.timers(), 0u) << "the timers of a side loop are its own";
  side.executor.run_ready();
  EXPECT_EQ(call.answer, R"(ok "a1")");
}

TEST_F(TwoLoops, blocking_work_comes_back_to_the_loop_that_waits) {
  begin(call, "a/blocking");
  EXPECT_EQ(node.executor.held(), 0u);
  side.executor.run_pool();
  EXPECT_EQ(call.answer, "ok 3");
}

TEST_F(TwoLoops, a_signal_wakes_on_the_loop_that_waits) {
  service->signal.emplace(*service);
  begin(call, "a/waiting");
  service->signal->set();
  node.executor.run_ready();
  EXPECT_EQ(call.answers, 0);
  side.executor.run_ready();
  EXPECT_EQ(call.answer, "ok null");
  service->signal.reset();
}

TEST_F(TwoLoops, a_task_that_a_side_loop_starts_is_the_home_loops) {
  begin(call, "a/starts");
  side.executor.run_ready();
  EXPECT_EQ(service->tasks, 0);
  node.executor.run_ready();
  EXPECT_EQ(service->tasks, 1);
}

TEST_F(TwoLoops, a_task_that_comes_home_when_the_service_stops_already_does_not_begin) {
  ServiceRuntime runtime(node.surroundings, "b", 1, Role::operator_);
  bool begun = false, ended = false;
  side.executor.post([&] {
    runtime.spawn("late", detail::run_body([&]() -> Task<> {
                    begun = true;
                    co_return;
                  }));
  });
  side.executor.turn();
  runtime.stop_tasks([&] { ended = true; });
  node.executor.run_ready();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(begun);
  EXPECT_TRUE(node.log.has("task late did not begin: the service stops")) << node.log.text();
}

TEST_F(TwoLoops, what_a_service_knows_of_itself_is_known_on_every_loop) {
  begin(call, "a/tells");
  EXPECT_EQ(call.answer, R"(ok {"status":"running","generation":1,"node":"node-1"})");
  EXPECT_EQ(node.cells.of("a").cell("told", false).value, 1);
}

TEST_F(TwoLoops, an_old_generation_is_not_touched_before_every_loop_has_turned) {
  offer("a2");
  EXPECT_EQ(node.count("destroy a1"), 1);
  auto object = std::make_unique<Anywhere>("a3", Planned::Plan{}, node.events);
  node.services.offer("a", std::make_unique<PlannedInstance>("a", std::move(object), "in_process", false));
  node.executor.advance(20s);
  EXPECT_EQ(node.count("start a3"), 1);
  EXPECT_EQ(node.ask("a/version"), R"(ok "a3")") << "nobody waits for the side loop";
  EXPECT_EQ(node.count("cleanup a2"), 0) << "a look-up there may be on its way to a pin";
  turn();
  advance(1s);
  EXPECT_EQ(node.count("destroy a2"), 1);
}

TEST_F(TwoLoops, a_call_on_a_side_loop_keeps_its_generation) {
  begin(call, "a/nap");
  offer("a2");
  node.executor.advance(500ms);
  EXPECT_EQ(node.count("cleanup a1"), 0);
  advance(2s);
  EXPECT_EQ(call.answer, R"(ok "a1")");
  advance(1s);
  EXPECT_EQ(node.count("destroy a1"), 1);
  FakeCall next;
  begin(next, "a/tells");
  EXPECT_TRUE(next.answer.find(R"("generation":2)") != std::string::npos) << next.answer;
}

TEST_F(TwoLoops, calls_that_do_not_end_are_cancelled_on_every_loop) {
  FakeCall at_home;
  begin(call, "a/long_nap");
  node.rpc.call(FakeNode::request("a/long_nap"), at_home);
  offer("a2");
  for (int i = 0; i < 32; ++i) advance(1s);
  EXPECT_EQ(call.answer, "cancelled: the call was cancelled");
  EXPECT_EQ(at_home.answer, "cancelled: the call was cancelled");
  EXPECT_EQ(node.count("destroy a1"), 1);
  EXPECT_EQ(node.services.leaked(), 0u);
}

TEST_F(TwoLoops, blocking_work_of_a_side_loop_keeps_the_code_until_it_has_come_back) {
  begin(call, "a/blocking");
  side.rpc.cancel(call);
  EXPECT_EQ(call.answer, "cancelled: the caller went away");
  offer("a2");
  advance(1s);
  EXPECT_EQ(node.count("cleanup a1"), 1);
  EXPECT_EQ(node.count("destroy a1"), 0);
  side.executor.run_pool();
  advance(1s);
  EXPECT_EQ(node.count("destroy a1"), 1);
}

}  // namespace
}  // namespace p2p

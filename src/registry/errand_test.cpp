// Two loops, each turned by itself: what a side loop runs, and what it sends home.
#include "registry/errand.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <p2p/service.hpp>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

/// What only the home loop may run, but for `here`.
struct Store : BaseService {
  SERVICE_METHOD(who, ());
  Task<Value> who() {
    ++runs;
    const Context& ctx = co_await this_call();
    co_return Value{{"user", ctx.caller.user},
                    {"role", role_name(ctx.caller.role)},
                    {"node", ctx.caller.node},
                    {"trace", ctx.trace_id()},
                    {"deadline", ctx.deadline_ns},
                    {"depth", int{ctx.depth}},
                    {"service", ctx.on_behalf_of_service()}};
  }
  SERVICE_METHOD(add, (a, b));
  int add(int a, int b) { return a + b; }
  SERVICE_METHOD(fails, ());
  void fails() { throw Error(Errc::conflict, "no", Value{{"x", 1}}); }
  SERVICE_METHOD(nap, (), timeout = 600);
  Task<> nap() {
    ++begun;
    try {
      co_await sleep(100_s);
    } catch (const Error& error) {
      ended = errc_name(error.code());
      throw;
    }
  }
  SERVICE_METHOD(reboot, (password), role = "admin", secret = "password");
  void reboot(std::string) {}
  SERVICE_METHOD(here, (), threadsafe = true);
  int here() { return 5; }

  int runs = 0, begun = 0;
  std::string ended;
};

struct Asker : BaseService {
  SERVICE_METHOD(ask, (method), public = true, threadsafe = true, timeout = 600);
  Task<Value> ask(std::string method) { co_return co_await proxy["store"][method](); }
  SERVICE_METHOD(ask_briefly, (method), threadsafe = true);
  Task<std::string> ask_briefly(std::string method) {
    co_return text_of(co_await proxy["store"][method].timeout(1_s)().outcome());
  }
  SERVICE_METHOD(ask_as_service, (method), threadsafe = true);
  Task<Value> ask_as_service(std::string method) { co_return co_await proxy.as_service()["store"][method](); }
  SERVICE_METHOD(sum, (), threadsafe = true);
  Task<Value> sum() { co_return co_await proxy["store"]["add"]("a"_a = 3, "b"_a = 4); }
  SERVICE_METHOD(many, (count), threadsafe = true);
  Task<int> many(int count) {
    int total = 0;
    for (int i = 0; i < count; ++i)
      total += static_cast<int>((co_await proxy["store"]["add"]("a"_a = i, "b"_a = 0)).as_int());
    co_return total;
  }
  SERVICE_METHOD(unwilling, (), threadsafe = true);
  Task<> unwilling() {
    for (tries = 1; tries < 5; ++tries) {
      const auto outcome = co_await proxy["store"]["nap"]().outcome();
      seen = outcome ? "ok" : std::string(errc_name(outcome.error().code()));
    }
  }
  SERVICE_METHOD(not_for_sides, (), public = true);
  void not_for_sides() {}

  int tries = 0;
  std::string seen;
};

struct ErrandTest : testing::Test {
  CallRecord* start(std::string_view method, Value params = {}, Role role = Role::operator_,
                    std::chrono::nanoseconds timeout = 0ns) {
    CallRequest request = FakeNode::request(asker.method(method).path, std::move(params), role);
    request.timeout_ns = timeout.count();
    return side.runner.start(asker.method(method), std::move(request), receiver);
  }
  static Value of(std::string_view method) { return Value{{"method", method}}; }
  void turn() { side.run_ready(node); }
  [[nodiscard]] std::int64_t pins() {
    return asker.generation().pins().sum() + store.generation().pins().sum();
  }
  void expect_rest() {
    EXPECT_EQ(pins(), 0);
    EXPECT_EQ(node.table.running(), 0u);
    EXPECT_EQ(asker.runtime().waiting() + store.runtime().waiting(), 0);
  }

  FakeNode node{1024, 256, 2};
  FakeSide side{node};
  FakeService<Store> store{node.registry, node.runner, node.log, "store"};
  FakeService<Asker> asker{node.registry, node.runner, node.log, "asker"};
  FakeReceiver receiver;
};

TEST_F(ErrandTest, a_threadsafe_method_calls_another_on_its_own_loop_as_a_function) {
  node.executor.run_ready();
  side.executor.run_ready();
  EXPECT_EQ(start("ask", of("here")), nullptr) << "it has ended inside";
  EXPECT_EQ(receiver.answer, "ok 5");
  EXPECT_EQ(node.executor.posted(), 0u);
  EXPECT_EQ(node.table.loop(1).succeeded(), 2u);
  expect_rest();
}

TEST_F(ErrandTest, a_call_to_any_other_method_runs_on_the_home_loop_and_comes_back) {
  start("ask", of("who"), Role::viewer);
  side.executor.run_ready();
  EXPECT_EQ(store.object().runs, 0) << "not before the home loop turns";
  start("sum");
  node.executor.run_ready();
  EXPECT_EQ(store.object().runs, 0) << "who needs role operator, and sum is no who";
  EXPECT_EQ(receiver.answers, 0) << "the asker resumes on its own loop alone";
  side.executor.run_ready();
  EXPECT_EQ(receiver.answers, 2);
  EXPECT_EQ(receiver.answer, "ok 7");
  EXPECT_EQ(node.table.loop(0).succeeded(), 1u);
  EXPECT_EQ(node.table.loop(1).succeeded(), 1u);
  expect_rest();
}

TEST_F(ErrandTest, it_takes_identity_trace_deadline_and_depth_along) {
  start("ask", of("who"), Role::operator_, 3s);
  const std::int64_t started = node.clock.now().time_since_epoch().count();
  node.clock.advance(1s);
  turn();
  const Value& who = receiver.value;
  EXPECT_EQ(who["user"], Value("alice"));
  EXPECT_EQ(who["role"], Value("operator"));
  EXPECT_EQ(who["node"], Value("node-1"));
  EXPECT_EQ(who["trace"], Value("0123456789abcdeffedcba9876543210"));
  EXPECT_EQ(who["depth"], Value(1));
  EXPECT_EQ(who["service"], Value(""));
  EXPECT_EQ(who["deadline"].as_int(), started + 3'000'000'000);
}

TEST_F(ErrandTest, as_service_carries_the_services_own_identity) {
  start("ask_as_service", of("who"), Role::admin);
  turn();
  EXPECT_EQ(receiver.value["user"], Value("service:asker@node-1"));
  EXPECT_EQ(receiver.value["service"], Value("service:asker@node-1"));
  EXPECT_EQ(receiver.value["role"], Value("operator"));
}

TEST_F(ErrandTest, errors_come_back_as_they_are) {
  start("ask", of("fails"));
  turn();
  EXPECT_EQ(receiver.answer, "conflict: no");
  start("ask", of("nope"));
  turn();
  EXPECT_TRUE(receiver.answer.starts_with("method_not_found: no method store/nope")) << receiver.answer;
  store.withdraw();
  start("ask", of("who"));
  turn();
  EXPECT_TRUE(receiver.answer.starts_with("service_not_found: no service store")) << receiver.answer;
  expect_rest();
}

TEST_F(ErrandTest, the_home_loop_compares_roles_and_records_what_must_be) {
  start("ask", of("reboot"), Role::operator_);
  turn();
  EXPECT_EQ(receiver.answer, "forbidden: store/reboot needs role admin, alice has operator");
  EXPECT_EQ(node.audit.refusals, std::vector<std::string>{"store/reboot for alice: role"});
  start("ask", of("reboot"), Role::admin);
  turn();
  ASSERT_EQ(node.audit.calls.size(), 1u) << "a call that is refused for its parameters, too";
  EXPECT_EQ(node.audit.calls[0].caller->subject, "alice");
  EXPECT_EQ(node.audit.calls[0].path, "store/reboot");
}

TEST_F(ErrandTest, a_call_waits_at_home_for_a_service_that_starts) {
  store.publish(ServiceStatus::starting);
  start("sum");
  turn();
  EXPECT_EQ(receiver.answers, 0);
  store.publish(ServiceStatus::running);
  turn();
  EXPECT_EQ(receiver.answer, "ok 7");
}

TEST_F(ErrandTest, a_deadline_is_kept_though_the_home_loop_hangs) {
  start("ask_briefly", of("nap"));
  side.executor.advance(1100ms);
  EXPECT_EQ(receiver.answer, R"(ok "timeout: store/nap did not answer within its time")");
  turn();
  EXPECT_EQ(node.table.loop(0).running(), 0u) << "what comes to the home loop late does not begin";
  EXPECT_EQ(store.object().begun, 0);
  expect_rest();
}

TEST_F(ErrandTest, a_deadline_stops_the_method_at_home) {
  start("ask_briefly", of("nap"));
  turn();
  EXPECT_EQ(store.runtime().waiting(), 1);
  side.executor.advance(1100ms);
  turn();
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(store.object().ended, "timeout");
  expect_rest();
}

TEST_F(ErrandTest, a_caller_that_leaves_ends_both_ends) {
  CallRecord* record = start("ask", of("nap"));
  turn();
  side.runner.cancel(*record, Errc::cancelled);
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  turn();
  EXPECT_EQ(store.object().ended, "cancelled");
  expect_rest();
}

TEST_F(ErrandTest, a_caller_that_leaves_before_the_home_loop_has_turned_is_not_waited_for) {
  CallRecord* record = start("ask", of("nap"));
  side.runner.cancel(*record, Errc::cancelled);
  turn();
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(store.object().begun, 0) << "what nobody waits for does not begin";
  expect_rest();
}

TEST_F(ErrandTest, a_method_that_goes_on_asking_after_it_was_stopped_gets_the_same_answer_each_time) {
  CallRecord* record = start("unwilling");
  turn();
  side.runner.cancel(*record, Errc::cancelled);
  turn();
  EXPECT_EQ(asker.object().tries, 5);
  EXPECT_EQ(asker.object().seen, "cancelled");
  expect_rest();
}

TEST_F(ErrandTest, the_stop_of_the_node_reaches_what_is_under_way) {
  start("ask", of("nap"));
  turn();
  side.runner.give_up_all();
  turn();
  EXPECT_EQ(receiver.answer, "draining: the node stops before asker/ask has answered");
  EXPECT_EQ(store.object().ended, "cancelled");
  expect_rest();
}

TEST_F(ErrandTest, each_end_pins_its_own_generation_in_its_own_slot) {
  start("ask", of("nap"));
  turn();
  EXPECT_EQ(asker.generation().pins().sum(), 1);
  EXPECT_EQ(store.generation().pins().sum(), 1);
  EXPECT_EQ(node.table.loop(0).running(), 1u);
  EXPECT_EQ(node.table.loop(1).running(), 1u);
  node.runner.cancel_calls_of(store.generation());
  turn();
  EXPECT_EQ(receiver.answer, "cancelled: the call was cancelled");
  expect_rest();
}

TEST_F(ErrandTest, one_method_may_ask_again_and_again) {
  start("many", Value{{"count", 100}});
  turn();
  EXPECT_EQ(receiver.answer, "ok 4950");
  expect_rest();
}

TEST_F(ErrandTest, too_many_on_their_way_fail_at_once_and_room_comes_back) {
  std::vector<FakeReceiver> waiting(CallRunner::most_errands);
  for (FakeReceiver& one : waiting)
    side.runner.start(asker.method("sum"), FakeNode::request("asker/sum", {}, Role::operator_), one);
  start("sum");
  EXPECT_EQ(receiver.answer, "overloaded: too many calls wait for the main loop already");
  turn();
  for (const FakeReceiver& one : waiting) ASSERT_EQ(one.answer, "ok 7");
  start("sum");
  turn();
  EXPECT_EQ(receiver.answer, "ok 7");
  expect_rest();
}

TEST_F(ErrandTest, a_side_loop_runs_nothing_that_is_not_threadsafe_whoever_asks) {
  EXPECT_TRUE(side.rpc.may_run({"asker", "ask"}));
  EXPECT_FALSE(side.rpc.may_run({"asker", "not_for_sides"}));
  EXPECT_FALSE(side.rpc.may_run({"asker", "nope"}));
  EXPECT_TRUE(node.rpc.may_run({"asker", "not_for_sides"}));
  FakeCall call;
  side.rpc.call(FakeNode::request("asker/not_for_sides", {}, Role::admin), call);
  EXPECT_EQ(call.answer, "internal: asker/not_for_sides does not run on this loop");
}

TEST_F(ErrandTest, the_home_loop_runs_threadsafe_methods_as_any_other) {
  FakeCall call;
  node.rpc.call(FakeNode::request("asker/ask", of("who"), Role::operator_), call);
  EXPECT_EQ(call.answers, 1);
  EXPECT_EQ(store.object().runs, 1);
}

TEST_F(ErrandTest, a_signal_wakes_who_waits_on_the_loop_it_waits_on) {
  struct Waits : BaseService {
    SERVICE_METHOD(wait, (), threadsafe = true);
    Task<int> wait() {
      co_await *signal;
      co_return 1;
    }
    std::optional<Signal> signal;
  };
  FakeService<Waits> waits(node.registry, node.runner, node.log, "waits");
  waits.object().signal.emplace(waits.object());
  side.runner.start(waits.method("wait"), FakeNode::request("waits/wait", {}, Role::operator_), receiver);
  waits.object().signal->set();
  node.executor.run_ready();
  EXPECT_EQ(receiver.answers, 0);
  side.executor.run_ready();
  EXPECT_EQ(receiver.answer, "ok 1");
}

}  // namespace
}  // namespace p2p

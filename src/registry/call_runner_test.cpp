#include "registry/call_runner.hpp"

#include <gtest/gtest.h>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

/// Waits until somebody opens it, whatever its caller wants: what an unwilling method does.
struct Gate {
  std::coroutine_handle<> waiter;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiter = handle; }
  void await_resume() const noexcept {}
  void open() { std::exchange(waiter, {}).resume(); }
};

struct Callee : BaseService {
  SERVICE_METHOD(who, ());
  Task<Value> who() {
    const Context& ctx = co_await this_call();
    co_return Value{{"user", ctx.caller.user},
                    {"role", role_name(ctx.caller.role)},
                    {"node", ctx.caller.node},
                    {"trace", ctx.trace_id()},
                    {"deadline", ctx.deadline_ns},
                    {"depth", int{ctx.depth}},
                    {"service", ctx.on_behalf_of_service()}};
  }
  SERVICE_METHOD(nap, ());
  Task<int> nap() {
    co_await sleep(time);
    co_return 1;
  }
  SERVICE_METHOD(stuck, (), timeout = 1);
  Task<int> stuck() {
    co_await gate;
    co_return 7;
  }
  SERVICE_METHOD(throws, (), timeout = 600);
  Task<> throws() {
    co_await sleep(time);
    throw Error(Errc::conflict, "no", Value{{"x", 1}});
  }
  SERVICE_METHOD(reboot, (password, delay = 0), role = "admin", secret = "password");
  Task<> reboot(std::string, int) { co_return; }

  Gate gate;
  Duration time = 1_s;
};

/// Calls others; each method leaves in `seen` what it met.
struct Asker : BaseService {
  SERVICE_METHOD(ask, (method));
  Task<Value> ask(std::string method) { co_return co_await proxy["callee"][method](); }
  SERVICE_METHOD(ask_as_service, (method));
  Task<Value> ask_as_service(std::string method) {
    co_return co_await proxy.as_service()["callee"][method]();
  }
  SERVICE_METHOD(ask_briefly, (method), timeout = 60);
  Task<> ask_briefly(std::string method) {
    const auto outcome = co_await proxy["callee"][method].timeout(100_ms)().outcome();
    seen = text_of(outcome);
  }
  SERVICE_METHOD(ask_long, (method), timeout = 60);
  Task<> ask_long(std::string method) { seen = text_of(co_await proxy["callee"][method]().outcome()); }
  SERVICE_METHOD(ask_again_and_again, (), timeout = 1);
  Task<> ask_again_and_again() {
    for (tries = 1; tries < 1000; ++tries) (void)co_await proxy["callee"]["stuck"]().outcome();
  }
  SERVICE_METHOD(reboot, (password));
  Task<> reboot(std::string password) { (void)co_await proxy["callee"]["reboot"]("password"_a = password); }
  SERVICE_METHOD(positional, ());
  Task<Value> positional() { co_return co_await proxy["callee"]["reboot"](Value::array({"x", "wrong", 3})); }
  SERVICE_METHOD(scalar, ());
  Task<Value> scalar() { co_return co_await proxy["callee"]["who"](Value(5)); }

  std::string seen;
  int tries = 0;
};

/// Two of these call each other for ever.
struct Ring : BaseService {
  explicit Ring(std::string next) : other(std::move(next)) {}
  SERVICE_METHOD(round, ());
  Task<Value> round() {
    deepest = (co_await this_call()).depth;
    co_return co_await proxy[other]["round"]();
  }
  std::string other;
  int deepest = 0;
};

struct CallRunnerTest : testing::Test {
  CallRecord* start(std::string_view method, Value params = {}, std::chrono::nanoseconds timeout = 0ns) {
    return node.start(asker.method(method), receiver, std::move(params), timeout);
  }
  CallRecord* start_callee(std::string_view method) { return node.start(callee.method(method), receiver); }
  Value ask(std::string_view method) { return Value{{"method", method}}; }
  [[nodiscard]] std::int64_t pins() {
    return asker.generation().pins().sum() + callee.generation().pins().sum();
  }
  [[nodiscard]] std::int64_t now_ns() const { return node.clock.now().time_since_epoch().count(); }

  FakeNode node;
  FakeService<Callee> callee{node.registry, node.runner, node.log, "callee"};
  FakeService<Asker> asker{node.registry, node.runner, node.log, "asker"};
  FakeReceiver receiver;
};

TEST_F(CallRunnerTest, a_call_that_never_waits_ends_inside_the_start) {
  EXPECT_EQ(start("ask", ask("who")), nullptr);
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(pins(), 0);
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(node.stats.succeeded(), 2u);
}

TEST_F(CallRunnerTest, nested_calls_inherit_identity_trace_and_deadline) {
  start("ask", ask("who"), 3s);
  const Value& who = receiver.value;
  EXPECT_EQ(who["user"], Value("alice"));
  EXPECT_EQ(who["role"], Value("admin"));
  EXPECT_EQ(who["node"], Value("node-1"));
  EXPECT_EQ(who["trace"], Value("0123456789abcdeffedcba9876543210"));
  EXPECT_EQ(who["depth"], Value(1));
  EXPECT_EQ(who["service"], Value(""));
  EXPECT_EQ(who["deadline"].as_int(), now_ns() + 3'000'000'000);
}

TEST_F(CallRunnerTest, as_service_carries_the_services_own_identity_and_no_more) {
  start("ask_as_service", ask("who"));
  EXPECT_EQ(receiver.value["user"], Value("service:asker@node-1"));
  EXPECT_EQ(receiver.value["service"], Value("service:asker@node-1"));
  EXPECT_EQ(receiver.value["role"], Value("operator"));
  EXPECT_EQ(receiver.value["trace"], Value("0123456789abcdeffedcba9876543210"));
  start("ask_as_service", ask("reboot"));
  EXPECT_EQ(receiver.answer, "forbidden: callee/reboot needs role admin, service:asker@node-1 has operator");
}

TEST_F(CallRunnerTest, a_viewer_cannot_reach_an_admin_method_through_a_service) {
  CallRequest request = FakeNode::request("asker/reboot", Value{{"password", "x"}}, Role::viewer);
  node.runner.start(asker.method("reboot"), std::move(request), receiver);
  EXPECT_EQ(receiver.answer, "forbidden: callee/reboot needs role admin, alice has viewer");
  EXPECT_EQ(node.audit.refusals, std::vector<std::string>{"callee/reboot for alice: role"});
  EXPECT_TRUE(node.audit.calls.empty());
}

TEST_F(CallRunnerTest, an_admin_call_inside_is_recorded_for_the_user_with_secrets_masked) {
  start("reboot", Value{{"password", "hunter2"}});
  ASSERT_EQ(node.audit.calls.size(), 1u);
  const AuditedCall& call = node.audit.calls[0];
  EXPECT_EQ(call.caller->subject, "alice");
  EXPECT_EQ(call.path, "callee/reboot");
  EXPECT_EQ(call.params, (Value{{"password", "***"}}));
  EXPECT_EQ(call.outcome, "ok");
  EXPECT_EQ(call.trace, (TraceId{0x0123456789abcdef, 0xfedcba9876543210}));
}

TEST_F(CallRunnerTest, an_admin_call_inside_does_not_run_while_the_audit_log_cannot_be_written) {
  node.audit.works = false;
  start("reboot", Value{{"password", "x"}});
  EXPECT_EQ(receiver.answer, "audit_unavailable: the audit log cannot be written");
}

TEST_F(CallRunnerTest, arguments_in_order_get_their_names_and_are_checked_by_them) {
  start("positional");
  EXPECT_EQ(receiver.answer, "invalid_params: takes 2 parameters, got 3");
  start("scalar");
  EXPECT_EQ(receiver.answer, "invalid_params: parameters are an object by name or an array, not integer");
}

TEST_F(CallRunnerTest, unknown_names_are_answered_with_the_nearest) {
  start("ask", ask("wo"));
  EXPECT_EQ(receiver.answer, "method_not_found: no method callee/wo");
  EXPECT_EQ(start("ask", ask(std::string(70, 'n'))), nullptr);
  EXPECT_TRUE(receiver.answer.starts_with("method_not_found: no method callee/nnn"));
}

TEST_F(CallRunnerTest, two_services_that_call_each_other_end_at_32_deep) {
  FakeService<Ring> a(node.registry, node.runner, node.log, "a", "b"),
      b(node.registry, node.runner, node.log, "b", "a");
  node.start(a.method("round"), receiver);
  EXPECT_TRUE(receiver.answer.starts_with("invalid_request: calls nest more than 32 deep"))
      << receiver.answer;
  EXPECT_EQ(a.object().deepest, 32);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, depth_is_counted_on_from_what_the_request_says) {
  CallRequest request = FakeNode::request("asker/ask", ask("who"), Role::admin);
  request.depth = 32;
  node.runner.start(asker.method("ask"), std::move(request), receiver);
  EXPECT_TRUE(receiver.answer.starts_with("invalid_request: ")) << receiver.answer;
  request = FakeNode::request("asker/ask", ask("who"), Role::admin);
  request.depth = 255;
  node.runner.start(asker.method("ask"), std::move(request), receiver);
  EXPECT_TRUE(receiver.answer.starts_with("invalid_request: ")) << receiver.answer;
}

TEST_F(CallRunnerTest, a_caller_gets_its_timeout_in_time_while_an_unwilling_method_runs_on) {
  const Instant begin = node.clock.now();
  ASSERT_NE(start_callee("stuck"), nullptr);
  ASSERT_TRUE(node.executor.advance_until([&] { return receiver.answers > 0; }, 5s));
  EXPECT_EQ(receiver.answer, "timeout: callee/stuck did not answer within its time");
  EXPECT_GE(node.clock.now() - begin, 1s);
  EXPECT_LE(node.clock.now() - begin, 1s + 100ms);
  EXPECT_EQ(node.stats.running(), 1u);
  EXPECT_EQ(pins(), 1);
  EXPECT_EQ(node.stats.abandoned_by_deadline(), 1u);

  callee.object().gate.open();  // the late result is dropped
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(pins(), 0);
}

TEST_F(CallRunnerTest, timeout_on_a_call_resumes_the_caller_though_the_callee_is_unwilling) {
  start("ask_briefly", ask("stuck"));
  node.executor.advance(200ms);
  EXPECT_EQ(asker.object().seen, "timeout: callee/stuck did not answer within its time");
  EXPECT_EQ(receiver.answer, "ok null");
  EXPECT_EQ(callee.generation().pins().sum(), 1);
  callee.object().gate.open();
  EXPECT_EQ(pins(), 0);
}

TEST_F(CallRunnerTest, a_nested_call_has_the_smaller_of_its_own_time_and_what_is_left) {
  callee.object().time = 1_min;
  start("ask_briefly", ask("nap"), 50ms);
  node.executor.advance(1s);
  EXPECT_EQ(receiver.answer, "timeout: asker/ask_briefly did not answer within its time");
  EXPECT_EQ(pins(), 0);
}

TEST_F(CallRunnerTest, a_service_that_asks_again_and_again_at_its_deadline_does_not_hold_up_the_loop) {
  start("ask_again_and_again");
  node.clock.advance(1100ms);
  for (int turn = 1; turn <= 20; ++turn) {
    node.executor.turn();
    EXPECT_EQ(receiver.answers, 1);
    EXPECT_LE(asker.object().tries, turn + 1);
  }
  node.executor.run_ready();
  callee.object().gate.open();
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, a_call_that_is_cancelled_ends_for_its_caller_at_once_and_for_its_method_soon) {
  CallRecord* record = start("ask", ask("nap"));
  ASSERT_NE(record, nullptr);
  node.runner.cancel(*record, Errc::cancelled);
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  EXPECT_EQ(node.stats.running(), 2u);
  node.executor.run_ready();
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(pins(), 0);
  EXPECT_EQ(node.stats.abandoned_by_caller(), 1u);
}

TEST_F(CallRunnerTest, a_caller_that_is_stopped_does_not_wait_for_an_unwilling_callee) {
  CallRecord* record = start("ask_long", ask("stuck"));
  ASSERT_NE(record, nullptr);
  node.runner.cancel(*record, Errc::cancelled);
  node.executor.run_ready();
  EXPECT_EQ(asker.object().seen, "cancelled: the call was cancelled");
  EXPECT_EQ(asker.generation().pins().sum(), 0);
  EXPECT_EQ(callee.generation().pins().sum(), 1);
  callee.object().gate.open();
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, an_abandoned_method_still_knows_who_asked) {
  struct Slow : BaseService {
    SERVICE_METHOD(slow, (), timeout = 1);
    Task<> slow() {
      const Context& ctx = co_await this_call();
      co_await gate;
      user = ctx.caller.user;
    }
    SERVICE_METHOD(outer, (), timeout = 1);
    Task<> outer() { (void)co_await proxy["slow"]["slow"](); }
    Gate gate;
    std::string user;
  };
  FakeService<Slow> slow(node.registry, node.runner, node.log, "slow");
  node.start(slow.method("outer"), receiver);
  node.executor.advance(2s);
  EXPECT_EQ(receiver.answers, 1);
  slow.object().gate.open();
  EXPECT_EQ(slow.object().user, "alice");
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, cancelling_the_calls_of_a_generation_leaves_other_ones_alone) {
  FakeReceiver other;
  start("ask", ask("nap"));
  node.start(callee.method("nap"), other);
  node.runner.cancel_calls_of(asker.generation());
  node.executor.run_ready();
  EXPECT_TRUE(receiver.answer.starts_with("cancelled: ")) << receiver.answer;
  EXPECT_EQ(other.answers, 0);
  node.runner.give_up_all();
  EXPECT_TRUE(other.answer.starts_with("draining: ")) << other.answer;
  node.executor.run_ready();
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, errors_of_the_callee_reach_the_caller_whole) {
  callee.object().time = 0_s;
  start("ask", ask("throws"));
  node.executor.run_ready();
  EXPECT_EQ(receiver.answer, "conflict: no");
}

TEST_F(CallRunnerTest, the_wheel_stops_turning_when_no_call_runs) {
  start("ask", ask("who"));
  node.executor.advance(1s);
  EXPECT_EQ(node.executor.timers(), 0u);
}

// ---------------------------------------------------------------- services that do not run

TEST_F(CallRunnerTest, a_call_waits_for_a_starting_service_and_runs_when_it_does) {
  callee.publish(ServiceStatus::starting);
  start("ask", ask("who"));
  node.executor.advance(1900ms);
  EXPECT_EQ(receiver.answers, 0);
  callee.publish(ServiceStatus::running);
  node.executor.run_ready();
  EXPECT_EQ(receiver.value["user"], Value("alice"));
}

TEST_F(CallRunnerTest, it_waits_two_seconds_in_all_however_many_steps_the_start_has) {
  const Instant begin = node.clock.now();
  callee.publish(ServiceStatus::starting, "is starting (compile)");
  start("ask", ask("who"));
  for (int i = 0; i < 30 && receiver.answers == 0; ++i) {
    node.executor.advance(100ms);
    callee.publish(ServiceStatus::starting, "is starting (initialize)");
    node.executor.run_ready();
  }
  EXPECT_EQ(receiver.answer, "unavailable: service callee is starting (initialize)");
  EXPECT_EQ(node.clock.now() - begin, 2s);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallRunnerTest, it_waits_no_longer_than_the_call_may_take) {
  callee.publish(ServiceStatus::starting);
  start("ask_briefly", ask("who"));
  node.executor.advance(150ms);
  EXPECT_EQ(asker.object().seen, "unavailable: service callee is starting");
}

TEST_F(CallRunnerTest, it_leaves_off_waiting_when_its_caller_leaves) {
  callee.publish(ServiceStatus::starting);
  CallRecord* record = start("ask", ask("who"));
  node.runner.cancel(*record, Errc::cancelled);
  node.executor.run_ready();
  EXPECT_EQ(node.stats.running(), 0u);
  node.executor.advance(1s);
  EXPECT_EQ(node.executor.timers(), 0u);
}

TEST_F(CallRunnerTest, a_service_that_stops_or_failed_answers_at_once) {
  callee.publish(ServiceStatus::stopping);
  start("ask", ask("who"));
  EXPECT_EQ(receiver.answer, "draining: service callee is stopping");
  callee.publish(ServiceStatus::failed, "does not run: compile: x");
  start("ask", ask("who"));
  EXPECT_EQ(receiver.answer, "unavailable: service callee does not run: compile: x");
  callee.withdraw();
  start("ask", ask("who"));
  EXPECT_EQ(receiver.answer, "service_not_found: no service callee");
}

}  // namespace
}  // namespace p2p

#include "registry/rpc_methods.hpp"

#include <gtest/gtest.h>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Sample : BaseService {
  SERVICE_METHOD(echo, (text, times = 2), public = true, role = "viewer");
  Task<std::string> echo(std::string text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    co_return all;
  }
  SERVICE_METHOD(slow, (), public = true, role = "viewer", timeout = 5);
  Task<int> slow() {
    co_await sleep(1_s);
    co_return 1;
  }
  SERVICE_METHOD(nap, (), public = true, role = "viewer");
  Task<int> nap() {
    co_await sleep(10_s);
    co_return 1;
  }
  SERVICE_METHOD(doze, (), public = true, role = "viewer", timeout = 5);
  Task<int> doze() {
    co_await sleep(10_s);
    co_return 1;
  }
  SERVICE_METHOD(work, (key, name), public = true, secret = "key");
  Task<int> work(std::string, std::string) { co_return 2; }
  SERVICE_METHOD(reboot, (password = ""), public = true, role = "admin", secret = "password");
  Task<int> reboot(std::string) {
    ++reboots;
    co_return 3;
  }
  SERVICE_METHOD(ticks, (to), public = true, role = "viewer", stream = true);
  Stream<int> ticks(int to) {
    for (int i = 1; i <= to; ++i) {
      co_yield i;
      co_await sleep(1_s);
    }
  }
  SERVICE_METHOD(purge, (key = ""), public = true, role = "admin", stream = true, secret = "key");
  Stream<int> purge(std::string) {
    co_yield 1;
    co_await sleep(1_s);
    co_yield 2;
  }
  SERVICE_METHOD(hidden, (), role = "viewer");
  Task<int> hidden() { co_return 4; }
  SERVICE_METHOD(start, (), public = true, role = "viewer");
  Task<> start() { co_return; }
  Task<> undeclared() { co_return; }

  int reboots = 0;
};

/// Takes items as they come.
class ItemCall final : public RpcCall {
 public:
  explicit ItemCall(RPCMethods& rpc) : rpc_(rpc) { wants_items = true; }
  void answered(Result<Value> result) override {
    ++answers;
    answer = text_of(result);
  }
  void items_ready() override {
    Value item;
    while (rpc_.take_item(*this, item)) items += text_of(std::move(item)) + ' ';
  }
  [[nodiscard]] std::string peer() const override { return "127.0.0.1:4712"; }

  int answers = 0;
  std::string answer, items;

 private:
  RPCMethods& rpc_;
};

struct RPCMethodsTest : testing::Test {
  std::string ask(std::string_view path, Value params = {}, Role role = Role::viewer) {
    FakeCall asked;
    node.rpc.call(FakeNode::request(path, std::move(params), role), asked);
    EXPECT_EQ(asked.answers, 1) << path;
    return asked.answer;
  }
  void begin(FakeCall& asked, std::string_view path, Role role = Role::viewer,
             std::chrono::nanoseconds timeout = 0ns) {
    CallRequest request = FakeNode::request(path, {}, role);
    request.timeout_ns = timeout.count();
    node.rpc.call(std::move(request), asked);
  }

  FakeNode node{3};
  FakeService<Sample> sample{node.registry, node.runner, node.log, "sample"};
  FakeCall call;
};

TEST_F(RPCMethodsTest, a_public_method_is_called_by_name_with_its_defaults) {
  EXPECT_EQ(ask("sample/echo", Value{{"text", "ab"}}), R"(ok "abab")");
  EXPECT_EQ(ask("sample.echo", Value{{"text", "ab"}, {"times", 3}}), R"(ok "ababab")");
  EXPECT_EQ(ask("sample/echo", Value::array({"x", 4})), R"(ok "xxxx")");
}

TEST_F(RPCMethodsTest, limits_that_change_hold_for_calls_that_come_then) {
  FakeCall first, second, third;
  begin(first, "sample/slow");
  node.rpc.set_limits({.in_flight = 1});
  begin(second, "sample/slow");
  EXPECT_EQ(second.answer, "overloaded: 1 calls run on this node already");
  EXPECT_EQ(first.answers, 0) << "what runs already goes on";
  node.rpc.set_limits({.in_flight = 2});
  begin(third, "sample/slow");
  EXPECT_EQ(third.answers, 0);
  node.executor.advance(1s);
  EXPECT_EQ(first.answer, "ok 1");
  EXPECT_EQ(third.answer, "ok 1");
}

TEST_F(RPCMethodsTest, a_method_that_says_nothing_has_the_nodes_time) {
  node.runner.set_usual_timeout(2s);
  FakeCall silent, outspoken;
  begin(silent, "sample/nap");
  begin(outspoken, "sample/doze");
  node.executor.advance(3s);
  EXPECT_EQ(silent.answer, "timeout: sample/nap did not answer within its time");
  EXPECT_EQ(outspoken.answers, 0) << "it has 5 s of its own";
  node.runner.set_usual_timeout(20s);
  FakeCall later;
  begin(later, "sample/nap");
  node.executor.advance(15s);
  EXPECT_EQ(later.answer, "ok 1");
}

TEST_F(RPCMethodsTest, an_internal_an_undeclared_and_an_unknown_method_cannot_be_told_apart) {
  EXPECT_EQ(ask("sample/hidden", {}, Role::admin), "method_not_found: no method sample/hidden");
  EXPECT_EQ(ask("sample/undeclared", {}, Role::admin), "method_not_found: no method sample/undeclared");
  EXPECT_EQ(ask("sample/nothing", {}, Role::admin), "method_not_found: no method sample/nothing");
}

TEST_F(RPCMethodsTest, names_of_the_life_cycle_cannot_be_called_though_declared_public) {
  for (const std::string_view name : {"start", "stop", "initialize", "cleanup"})
    EXPECT_EQ(ask("sample/" + std::string(name), {}, Role::admin),
              "method_not_found: no method sample/" + std::string(name));
}

TEST_F(RPCMethodsTest, an_unknown_service_is_answered_with_the_nearest_name) {
  node.rpc.call(FakeNode::request("smaple/echo"), call);
  EXPECT_EQ(call.answer, "service_not_found: no service smaple");
  EXPECT_EQ(call.error->detail()["hint"], Value("did you mean sample?"));
}

TEST_F(RPCMethodsTest, a_role_below_the_methods_is_refused_before_the_parameters_are_looked_at) {
  EXPECT_EQ(ask("sample/work", Value{{"nonsense", 1}}, Role::viewer),
            "forbidden: sample/work needs role operator, this token has viewer");
  EXPECT_EQ(ask("sample/work", {}, Role::none),
            "forbidden: sample/work needs role operator, this token has none");
  EXPECT_EQ(ask("sample/work", {}, Role::node),
            "forbidden: sample/work needs role operator, this token has node");
  EXPECT_EQ(node.audit.refusals.front(), "sample/work for alice: role");
}

TEST_F(RPCMethodsTest, scopes_narrow_a_role) {
  auto caller = std::make_shared<Caller>();
  caller->subject = "bob";
  caller->role = Role::admin;
  caller->scopes = {{"rpc:sample/echo"}};
  CallRequest request = FakeNode::request("sample/reboot");
  request.caller = caller;
  node.rpc.call(std::move(request), call);
  EXPECT_EQ(call.answer, "forbidden: the scopes of this token do not hold rpc:sample/reboot");
  EXPECT_EQ(node.audit.refusals, std::vector<std::string>{"sample/reboot for bob: scope"});

  FakeCall allowed;
  request = FakeNode::request("sample/echo", Value{{"text", "x"}});
  request.caller = caller;
  node.rpc.call(std::move(request), allowed);
  EXPECT_EQ(allowed.answer, R"(ok "xx")");
}

TEST_F(RPCMethodsTest, wrong_parameters_are_named_all_at_once) {
  node.rpc.call(FakeNode::request("sample/echo", Value{{"txt", 1}, {"times", "x"}}), call);
  EXPECT_EQ(call.error->code(), Errc::invalid_params);
  EXPECT_EQ(call.error->detail()["errors"].size(), 3u) << call.answer;
}

TEST_F(RPCMethodsTest, calls_at_once_are_bounded) {
  FakeCall first, second, third, fourth;
  for (FakeCall* each : {&first, &second, &third}) begin(*each, "sample/slow");
  begin(fourth, "sample/slow");
  EXPECT_EQ(fourth.answer, "overloaded: 3 calls run on this node already");
  EXPECT_EQ(fourth.error->detail()["retry_after"], Value(1));
  node.executor.advance(1s);
  EXPECT_EQ(first.answer, "ok 1");
  EXPECT_EQ(ask("sample/echo", Value{{"text", "x"}}), R"(ok "xx")");
}

TEST_F(RPCMethodsTest, a_shorter_time_of_the_caller_wins_and_a_longer_one_does_not) {
  begin(call, "sample/slow", Role::viewer, 500ms);
  node.executor.advance(600ms);
  EXPECT_EQ(call.answer, "timeout: sample/slow did not answer within its time");
}

TEST_F(RPCMethodsTest, a_caller_that_leaves_is_answered_at_once_and_only_once) {
  begin(call, "sample/slow");
  node.rpc.cancel(call);
  EXPECT_EQ(call.answer, "cancelled: the caller went away");
  node.rpc.cancel(call);
  node.executor.advance(10s);
  EXPECT_EQ(call.answers, 1);
  EXPECT_EQ(node.stats.running(), 0u);
}

// ---------------------------------------------------------------- the audit log

TEST_F(RPCMethodsTest, calls_of_viewers_are_not_recorded_those_of_operators_are) {
  ask("sample/echo", Value{{"text", "x"}});
  EXPECT_TRUE(node.audit.calls.empty());
  EXPECT_EQ(ask("sample/work", Value{{"key", "s3cret"}, {"name", "n"}}, Role::operator_), "ok 2");
  ASSERT_EQ(node.audit.calls.size(), 1u);
  EXPECT_EQ(node.audit.calls[0].params, (Value{{"key", "***"}, {"name", "n"}}));
  EXPECT_EQ(node.audit.calls[0].outcome, "ok");
  EXPECT_EQ(node.audit.calls[0].peer, "127.0.0.1:4711");
  EXPECT_FALSE(node.audit.calls[0].full);
  EXPECT_TRUE(node.audit.writing.empty());
}

TEST_F(RPCMethodsTest, secrets_are_masked_in_a_list_of_parameters_as_well) {
  ask("sample/work", Value::array({"s3cret", "n"}), Role::operator_);
  EXPECT_EQ(node.audit.calls[0].params, (Value{{"key", "***"}, {"name", "n"}}));
}

TEST_F(RPCMethodsTest, an_admin_call_is_answered_when_its_record_is_on_disk) {
  begin(call, "sample/reboot", Role::admin);
  EXPECT_EQ(sample.object().reboots, 1);
  EXPECT_EQ(call.answers, 0);
  EXPECT_TRUE(node.audit.calls.at(0).full);
  node.audit.written(true);
  EXPECT_EQ(call.answer, "ok 3");
  EXPECT_EQ(call.answers, 1);
}

TEST_F(RPCMethodsTest, an_admin_call_whose_record_cannot_be_written_says_so) {
  begin(call, "sample/reboot", Role::admin);
  node.audit.written(false);
  EXPECT_EQ(call.answer, "audit_unavailable: the call ran, but the audit log could not be written");
}

TEST_F(RPCMethodsTest, no_admin_method_runs_while_the_log_cannot_be_written_but_others_do) {
  node.audit.works = false;
  EXPECT_TRUE(ask("sample/reboot", {}, Role::admin).starts_with("audit_unavailable: "));
  EXPECT_EQ(sample.object().reboots, 0);
  EXPECT_EQ(ask("sample/echo", Value{{"text", "x"}}), R"(ok "xx")");
}

TEST_F(RPCMethodsTest, a_caller_that_leaves_while_the_record_is_written_is_answered_then_and_not_again) {
  auto gone = std::make_unique<FakeCall>();
  begin(*gone, "sample/reboot", Role::admin);
  node.rpc.cancel(*gone);
  EXPECT_EQ(gone->answer, "cancelled: the caller went away");
  gone.reset();
  node.audit.written(true);
}

TEST_F(RPCMethodsTest, wrong_parameters_of_an_audited_call_are_recorded_with_their_outcome) {
  ask("sample/work", {}, Role::operator_);
  EXPECT_EQ(node.audit.calls.at(0).outcome, "invalid_params");
}

// ---------------------------------------------------------------- services that do not run

TEST_F(RPCMethodsTest, items_of_a_stream_come_before_its_end) {
  ItemCall items(node.rpc);
  node.rpc.call(FakeNode::request("sample/ticks", Value{{"to", 2}}), items);
  EXPECT_EQ(items.items, "");  // never inside the call
  node.executor.run_ready();
  EXPECT_EQ(items.items, "ok 1 ");
  node.executor.advance(1s);
  EXPECT_EQ(items.items, "ok 1 ok 2 ");
  EXPECT_EQ(items.answers, 0);
  node.executor.advance(1s);
  EXPECT_EQ(items.answer, "ok null");
  Value more;
  EXPECT_FALSE(node.rpc.take_item(items, more));
  EXPECT_EQ(items.answers, 1);
}

TEST_F(RPCMethodsTest, who_wants_items_of_what_is_no_stream_gets_the_result) {
  ItemCall items(node.rpc);
  node.rpc.call(FakeNode::request("sample/slow"), items);
  Value item;
  EXPECT_FALSE(node.rpc.take_item(items, item));
  node.executor.advance(1s);
  EXPECT_EQ(items.answer, "ok 1");
}

TEST_F(RPCMethodsTest, a_stream_is_recorded_once_with_its_outcome_and_answered_when_that_is_on_disk) {
  ItemCall items(node.rpc);
  node.rpc.call(FakeNode::request("sample/purge", Value{{"key", "x"}}, Role::admin), items);
  node.executor.advance(2s);
  EXPECT_EQ(items.items, "ok 1 ok 2 ");
  EXPECT_EQ(items.answers, 0);
  ASSERT_EQ(node.audit.calls.size(), 1u);
  EXPECT_EQ(node.audit.calls[0].params, (Value{{"key", "***"}}));
  EXPECT_EQ(node.audit.calls[0].outcome, "ok");
  node.audit.written(true);
  EXPECT_EQ(items.answer, "ok null");
}

TEST_F(RPCMethodsTest, a_stream_whose_client_leaves_is_recorded_as_cancelled) {
  ItemCall items(node.rpc);
  node.rpc.call(FakeNode::request("sample/purge", {}, Role::admin), items);
  node.executor.run_ready();
  node.rpc.cancel(items);
  ASSERT_EQ(node.audit.calls.size(), 1u);
  EXPECT_EQ(node.audit.calls[0].outcome, "cancelled");
  node.audit.written(true);
  EXPECT_EQ(items.answer, "cancelled: the caller went away");
  node.executor.run_ready();
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(sample.generation().pins().sum(), 0);
}

TEST_F(RPCMethodsTest, a_call_waits_for_a_starting_service_through_all_its_steps) {
  sample.publish(ServiceStatus::starting, "is starting (compile)");
  begin(call, "sample/slow");
  for (int i = 0; i < 5; ++i) {
    node.executor.advance(100ms);
    sample.publish(ServiceStatus::starting, "is starting (initialize)");
    node.executor.run_ready();
  }
  EXPECT_EQ(call.answers, 0);
  sample.publish(ServiceStatus::running);
  node.executor.advance(1s);
  EXPECT_EQ(call.answer, "ok 1");
}

TEST_F(RPCMethodsTest, after_two_seconds_in_all_it_is_unavailable) {
  const Instant start = node.clock.now();
  sample.publish(ServiceStatus::starting, "is starting (compile)");
  begin(call, "sample/slow");
  for (int i = 0; i < 30 && call.answers == 0; ++i) {
    node.executor.advance(100ms);
    sample.publish(ServiceStatus::starting, "is starting (initialize)");
    node.executor.run_ready();
  }
  EXPECT_EQ(call.answer, "unavailable: service sample is starting (initialize)");
  EXPECT_EQ(node.clock.now() - start, 2s);
  EXPECT_EQ(call.answers, 1);
}

TEST_F(RPCMethodsTest, what_it_has_waited_is_taken_off_its_time) {
  sample.publish(ServiceStatus::starting);
  begin(call, "sample/slow", Role::viewer, 1200ms);
  node.executor.advance(500ms);
  sample.publish(ServiceStatus::running);
  node.executor.advance(800ms);
  EXPECT_TRUE(call.answer.starts_with("timeout: ")) << call.answer;
}

TEST_F(RPCMethodsTest, a_caller_that_leaves_while_it_waits_is_answered_then) {
  sample.publish(ServiceStatus::starting);
  begin(call, "sample/slow");
  node.rpc.cancel(call);
  EXPECT_EQ(call.answer, "cancelled: the caller went away");
  sample.publish(ServiceStatus::running);
  node.executor.advance(5s);
  EXPECT_EQ(call.answers, 1);
}

TEST_F(RPCMethodsTest, a_service_that_vanishes_while_a_call_waits_is_not_found) {
  sample.publish(ServiceStatus::starting);
  begin(call, "sample/slow");
  sample.withdraw();
  node.executor.run_ready();
  EXPECT_EQ(call.answer, "service_not_found: no service sample");
}

TEST_F(RPCMethodsTest, states_that_do_not_serve_answer_at_once_with_the_reason) {
  sample.publish(ServiceStatus::stopping);
  EXPECT_EQ(ask("sample/echo"), "draining: service sample is stopping");
  sample.publish(ServiceStatus::error, "does not run: initialize() failed: no database");
  EXPECT_EQ(ask("sample/echo"), "unavailable: service sample does not run: initialize() failed: no database");
  sample.publish(ServiceStatus::failed, "does not run: compile: main.cpp:1:1: no");
  EXPECT_EQ(ask("sample/echo"), "unavailable: service sample does not run: compile: main.cpp:1:1: no");
}

TEST_F(RPCMethodsTest, what_is_public_can_be_asked_before_the_call) {
  EXPECT_NE(node.rpc.find_public({"sample", "echo"}), nullptr);
  EXPECT_EQ(node.rpc.find_public({"sample", "hidden"}), nullptr);
  EXPECT_EQ(node.rpc.find_public({"nobody", "echo"}), nullptr);
  sample.publish(ServiceStatus::starting);
  EXPECT_EQ(node.rpc.find_public({"sample", "echo"}), nullptr);
}

}  // namespace
}  // namespace p2p

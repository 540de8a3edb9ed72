#include "bridge/service_bridge.hpp"

#include <gtest/gtest.h>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

struct System : BaseService {
  SERVICE_METHOD(info, (verbose = false));
  Task<std::string> info(bool verbose) { co_return verbose ? "much" : "little"; }
  SERVICE_METHOD(count, (), stream = true);
  Stream<int> count() {
    co_yield 1;
    co_yield 2;
  }
};

struct SystemContract : Contract {
  static constexpr std::string_view SERVICE_NAME = "system";
  Method<"info(verbose)", std::string(bool)> info{this};
};

struct Asker : BaseService {
  SERVICE_METHOD(ask, (target));
  Task<Value> ask(std::string target) { co_return co_await proxy["system"].on(target)["info"](); }
  SERVICE_METHOD(named, ());
  Task<Value> named() { co_return co_await proxy["system"]["info"]("verbose"_a = true); }
  SERVICE_METHOD(whole, ());
  Task<Value> whole() { co_return co_await proxy["system"]["info"](Value{{"verbose", true}}); }
  SERVICE_METHOD(outcome, (target));
  Task<std::string> outcome(std::string target) {
    const auto answer = co_await proxy["system"].on(target)["info"]().outcome();
    co_return text_of(answer);
  }
  SERVICE_METHOD(twice, ());
  Task<std::string> twice() {
    const auto there = proxy["system"].on("worker")["info"];
    const auto first = co_await there().outcome();
    const auto second = co_await there().outcome();
    co_return text_of(first) + "|" + text_of(second);
  }
  SERVICE_METHOD(held, (target));
  Task<std::string> held(std::string target) {
    const MethodHandle there = proxy["system"].on(target)["info"].handle();
    const auto first = co_await there().outcome();
    const auto second = co_await there("verbose"_a = true).outcome();
    co_return text_of(first) + "|" + text_of(second);
  }
  SERVICE_METHOD(typed, (target));
  Task<std::string> typed(std::string target) {
    const auto system = proxy.contract<SystemContract>(target);
    (void)co_await system.info(false);
    co_return co_await system.info(true);
  }
  SERVICE_METHOD(stream, (target));
  Task<std::string> stream(std::string target) {
    auto counted = proxy["system"].on(target)["count"].stream();
    std::string seen;
    while (auto number = co_await counted.next()) seen += std::to_string(number->as_int());
    co_return seen;
  }
  SERVICE_METHOD(kept, ());
  Task<Value> kept() {  // the proxy outlives the text of its names
    std::string service = "sys", method = "in";
    auto there = proxy[service + "tem"];
    auto caller = there[method + "fo"];
    service.assign(100, 'x');
    method.assign(100, 'x');
    (void)co_await caller();
    co_return co_await caller("verbose"_a = true);
  }
};

/// Calls through the bridge, as framework's runtime does.
class BridgeRuntime final : public detail::Runtime {
 public:
  BridgeRuntime(FakeRuntime& rest, ServiceBridge& bridge) : rest_(rest), bridge_(bridge) {}

  std::coroutine_handle<> start_call(detail::PendingCall& call, Context* parent,
                                     std::coroutine_handle<> caller) override {
    return bridge_.start(call, parent, caller, rest_.identity());
  }
  void finish_call(detail::PendingCall& call) override { bridge_.finish(call); }
  void drop_call(detail::PendingCall& call) noexcept override { bridge_.drop(call); }
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context* parent,
                                    std::coroutine_handle<> reader) override {
    return bridge_.next_item(call, parent, reader, rest_.identity());
  }
  bool take_item(detail::PendingCall& call) override { return bridge_.take_item(call); }
  void wait(detail::Waiting& waiting, std::int64_t after_ns) override { rest_.wait(waiting, after_ns); }
  void wake(detail::Waiting& waiting) override { rest_.wake(waiting); }
  void forget(detail::Waiting& waiting) noexcept override { rest_.forget(waiting); }
  bool run_blocking(void (*work)(void*), void (*done)(void*), void* data) override {
    return rest_.run_blocking(work, done, data);
  }
  void post(void (*job)(void*), void* data) override { rest_.post(job, data); }
  void spawn(std::string_view name, Task<> task) override { rest_.spawn(name, std::move(task)); }
  [[nodiscard]] bool log_enabled(LogSeverity level) const noexcept override {
    return rest_.log_enabled(level);
  }
  void log(LogSeverity level, std::string_view text, const LogField* fields, std::size_t count) override {
    rest_.log(level, text, fields, count);
  }
  [[nodiscard]] detail::Cell& cell(std::string_view name, bool gauge) override {
    return rest_.cell(name, gauge);
  }
  [[nodiscard]] std::string_view node_id() const noexcept override { return rest_.node_id(); }
  [[nodiscard]] std::string_view node_version() const noexcept override { return rest_.node_version(); }
  [[nodiscard]] std::string data_dir() override { return rest_.data_dir(); }
  [[nodiscard]] std::string_view status() const noexcept override { return rest_.status(); }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return rest_.generation(); }
  [[nodiscard]] double uptime_seconds() const noexcept override { return rest_.uptime_seconds(); }
  [[nodiscard]] std::string wall_time() const override { return rest_.wall_time(); }

 private:
  FakeRuntime& rest_;
  ServiceBridge& bridge_;
};

struct ServiceBridgeTest : testing::Test {
  ServiceBridgeTest() { asker.object().attach(&runtime); }
  std::string start(std::string_view method, Value params = {}) {
    receiver = FakeReceiver();
    node.start(asker.method(method), receiver, std::move(params));
    return receiver.answer;
  }

  FakeNode node;
  ServiceBridge bridge{node.runner, node.log, Self{"node-1", "coordinator"}};
  FakeService<System> system{node.registry, node.runner, node.log, "system"};
  FakeService<Asker> asker{node.registry, node.runner, node.log, "asker"};
  BridgeRuntime runtime{asker.runtime(), bridge};
  FakeReceiver receiver;
};

TEST_F(ServiceBridgeTest, a_call_without_a_target_runs_here_and_says_so_at_debug) {
  EXPECT_EQ(start("ask", Value{{"target", ""}}), R"(ok "little")");
  EXPECT_EQ(node.log.lines(),
            std::vector<std::string>{"DEBUG | Method.system.info | Local call: system/info"});
}

TEST_F(ServiceBridgeTest, a_call_with_a_target_that_is_this_node_runs_here) {
  EXPECT_EQ(start("ask", Value{{"target", "coordinator"}}), R"(ok "little")");
  EXPECT_TRUE(node.log.has("DEBUG | Method.system.info | Targeted call to coordinator: system/info"));
  EXPECT_EQ(start("ask", Value{{"target", "node-1"}}), R"(ok "little")");
}

TEST_F(ServiceBridgeTest, nothing_is_formatted_while_debug_is_off) {
  node.log.set_level(LogLevel::info);
  EXPECT_EQ(start("named"), R"(ok "much")");
  EXPECT_TRUE(node.log.lines().empty());
}

TEST_F(ServiceBridgeTest, another_node_is_an_error_of_the_call_and_not_of_the_method) {
  EXPECT_TRUE(
      start("ask", Value{{"target", "worker"}}).starts_with("node_not_found: no node worker is known here"));
  EXPECT_TRUE(start("outcome", Value{{"target", "web-*"}}).starts_with(R"(ok "invalid_params: target: )"))
      << receiver.answer;
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(ServiceBridgeTest, arguments_go_by_name_or_as_one_document) {
  EXPECT_EQ(start("named"), R"(ok "much")");
  EXPECT_EQ(start("whole"), R"(ok "much")");
}

TEST_F(ServiceBridgeTest, a_kept_caller_keeps_its_target_too) {
  const std::string both = start("twice");
  EXPECT_NE(both.find("|node_not_found: "), std::string::npos) << both;
}

TEST_F(ServiceBridgeTest, handles_contracts_and_streams_keep_their_target) {
  EXPECT_EQ(start("held", Value{{"target", "coordinator"}}), R"(ok "ok \"little\"|ok \"much\"")");
  EXPECT_EQ(start("typed", Value{{"target", "coordinator"}}), R"(ok "much")");
  start("stream", Value{{"target", "local"}});
  node.executor.run_ready();
  EXPECT_EQ(receiver.answer, R"(ok "12")");
  EXPECT_EQ(node.log.count("Targeted call to coordinator: system/info"), 4u);
  const std::string held = start("held", Value{{"target", "worker"}});
  EXPECT_NE(held.find("|node_not_found: "), std::string::npos) << held;
  EXPECT_TRUE(start("typed", Value{{"target", "worker"}}).starts_with("node_not_found: "));
  EXPECT_TRUE(start("stream", Value{{"target", "worker"}}).starts_with("node_not_found: "));
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(ServiceBridgeTest, a_proxy_keeps_its_names_and_may_be_called_again) {
  EXPECT_EQ(start("kept"), R"(ok "much")");
}

}  // namespace
}  // namespace p2p

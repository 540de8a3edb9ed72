// FakeNode: the call path of a node without sockets: registry, runner and RPCMethods on a loop turned by
// hand.
//
//   FakeNode node;
//   FakeService<Run> service(node.registry, node.runner, node.log, "hello");
//   FakeCall call;
//   node.rpc.call(node.request("hello/greet", {}, Role::viewer), call);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/rpc_methods.hpp"
#include "testing/capture_log.hpp"
#include "testing/fake_service.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {

/// Keeps what it is told; is slow or broken when asked to be.
class FakeAudit final : public CallAudit {
 public:
  [[nodiscard]] bool writable() const override { return works; }
  void ran(AuditedCall call, std::move_only_function<void(bool)> done) override {
    calls.push_back(std::move(call));
    if (done) writing.push_back(std::move(done));
  }
  void denied(const AuditedCall& call, std::string_view reason) override {
    refusals.push_back(call.path + " for " + call.caller->subject + ": " + std::string(reason));
  }
  /// What was to be durable is so now, or could not be made so.
  void written(bool ok) {
    for (auto& done : std::exchange(writing, {})) done(ok);
  }

  bool works = true;
  std::vector<AuditedCall> calls;
  std::vector<std::string> refusals;
  std::vector<std::move_only_function<void(bool)>> writing;
};

/// An answer as text: "ok 3" or "timeout: a/b did not answer".
[[nodiscard]] std::string text_of(const Result<Value>& result);

class FakeCall final : public RpcCall {
 public:
  void answered(Result<Value> result) override {
    ++answers;
    answer = text_of(result);
    if (!result) error = result.error();
  }
  [[nodiscard]] std::string peer() const override { return "127.0.0.1:4711"; }

  int answers = 0;
  std::string answer;
  std::optional<Error> error;
};

class FakeReceiver final : public CallReceiver {
 public:
  void call_ended(Result<Value> result) override {
    ++answers;
    answer = text_of(result);
    if (result) value = *std::move(result);
  }

  int answers = 0;
  std::string answer;
  Value value;
};

struct FakeNode {
  explicit FakeNode(std::size_t in_flight = 1024, std::size_t pool = 256, unsigned loops = 1)
      : executor(clock, pool), table(loops), rpc(runner, &audit, {in_flight}) {}

  /// `path` must outlive the request.
  [[nodiscard]] static CallRequest request(std::string_view path, Value params = {}, Role role = Role::viewer,
                                           std::string subject = "alice");
  /// Runs a method as somebody from outside whose rights were compared already.
  CallRecord* start(const MethodEntry& method, FakeReceiver& receiver, Value params = {},
                    std::chrono::nanoseconds timeout = std::chrono::nanoseconds(0));

  ManualClock clock;
  ManualExecutor executor;
  CaptureLog log;
  CallTable table;  // a column for each loop
  CallStats& stats = table.loop(0);
  MethodRegistry registry;
  FakeAudit audit;
  CallRunner runner{registry, executor, stats, &audit, "node-1"};
  RPCMethods rpc;
};

/// A loop beside that of `node`, which has a column for it; turned by itself.
struct FakeSide {
  explicit FakeSide(FakeNode& node, unsigned number = 1, std::size_t in_flight = 1024)
      : executor(node.clock),
        runner(node.registry, executor, node.table.loop(number), &node.audit, "node-1", number),
        rpc(runner, &node.audit, {in_flight}) {
    runner.at_side_of(node.runner);
  }

  /// Turns both loops until neither has anything to do.
  void run_ready(FakeNode& node) {
    while (node.executor.run_ready() + executor.run_ready() > 0) {
    }
  }

  ManualExecutor executor;
  CallRunner runner;
  RPCMethods rpc;
};

}  // namespace p2p

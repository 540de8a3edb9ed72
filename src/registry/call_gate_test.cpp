// max_concurrency: how many calls of a method run at once, and what becomes of those that wait.
#include "registry/call_gate.hpp"

#include <gtest/gtest.h>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

class Narrow : public BaseService {
 public:
  SERVICE_METHOD(work, (ms = 1000), public = true, role = "viewer", max_concurrency = 2, timeout = 600);
  Task<int> work(int ms) {
    ++running;
    most = std::max(most, running);
    try {
      co_await sleep(Duration{ms * 1'000'000LL});
    } catch (...) {
      --running;
      throw;
    }
    --running;
    co_return ++done;
  }
  SERVICE_METHOD(ask, (), public = true, role = "viewer", timeout = 600);
  Task<Value> ask() { co_return co_await proxy["narrow"]["work"](); }

  int running = 0, most = 0, done = 0;
};

struct CallGateTest : testing::Test {
  FakeCall& call(std::string_view path = "narrow/work", std::chrono::milliseconds timeout = 0ms) {
    calls.push_back(std::make_unique<FakeCall>());
    CallRequest request = FakeNode::request(path);
    request.timeout_ns = std::chrono::nanoseconds(timeout).count();
    node.rpc.call(std::move(request), *calls.back());
    node.executor.run_ready();
    return *calls.back();
  }
  [[nodiscard]] std::size_t waiting() const { return narrow.method("work").gate->waiting(); }
  [[nodiscard]] std::size_t running() const { return narrow.method("work").gate->running(); }

  FakeNode node;
  FakeService<Narrow> narrow{node.registry, node.runner, node.log, "narrow"};
  std::vector<std::unique_ptr<FakeCall>> calls;
};

TEST_F(CallGateTest, as_many_run_as_may_the_others_follow_in_their_order) {
  for (int i = 0; i < 5; ++i) call();
  EXPECT_EQ(narrow.object().running, 2);
  EXPECT_EQ(waiting(), 3u);
  node.executor.advance(1s);
  node.executor.advance(1s);
  EXPECT_EQ(calls[3]->answer, "ok 4");
  EXPECT_EQ(calls[4]->answers, 0);
  node.executor.advance(1s);
  EXPECT_EQ(calls[4]->answer, "ok 5");
  EXPECT_EQ(narrow.object().most, 2);
  EXPECT_EQ(running() + waiting(), 0u);
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(narrow.generation().pins().sum(), 0);
}

TEST_F(CallGateTest, twice_as_many_may_wait_then_a_call_is_refused) {
  for (int i = 0; i < 6; ++i) call();
  EXPECT_EQ(waiting(), 4u);
  EXPECT_EQ(call().answer,
            "overloaded: narrow/work: 2 calls run and 4 wait, as many as its max_concurrency lets");
  EXPECT_EQ((*calls.back()->error).detail()["retry_after"], Value(1));
  EXPECT_EQ(narrow.generation().pins().sum(), 6);
}

TEST_F(CallGateTest, who_waits_has_its_own_deadline_and_its_method_never_begins) {
  call();
  call();
  const FakeCall& hasty = call("narrow/work", 300ms);
  node.executor.advance(500ms);
  EXPECT_TRUE(hasty.answer.starts_with("timeout: ")) << hasty.answer;
  EXPECT_EQ(waiting(), 0u);
  node.executor.advance(1s);
  EXPECT_EQ(narrow.object().done, 2);
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallGateTest, who_leaves_while_it_waits_makes_room_and_its_method_never_begins) {
  for (int i = 0; i < 6; ++i) call();
  node.rpc.cancel(*calls[2]);
  EXPECT_TRUE(calls[2]->answer.starts_with("cancelled: ")) << calls[2]->answer;
  EXPECT_EQ(waiting(), 3u);
  EXPECT_EQ(call().answers, 0);
  node.executor.advance(5s);
  EXPECT_EQ(narrow.object().done, 6);
}

TEST_F(CallGateTest, who_leaves_while_its_method_runs_lets_the_next_one_in) {
  for (int i = 0; i < 3; ++i) call();
  node.rpc.cancel(*calls[0]);
  node.executor.run_ready();
  EXPECT_EQ(narrow.object().running, 2);
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(CallGateTest, who_leaves_in_the_turn_in_which_it_would_begin_passes_its_turn_on) {
  for (int i = 0; i < 4; ++i) call();
  node.rpc.cancel(*calls[0]);  // asks the method to stop: it ends from the top of the loop
  node.rpc.cancel(*calls[2]);
  node.executor.run_ready();
  EXPECT_EQ(narrow.object().running, 2);
  EXPECT_EQ(waiting(), 0u);
  node.executor.advance(2s);
  EXPECT_EQ(calls[3]->answers, 1);
  EXPECT_EQ(running(), 0u);
}

TEST_F(CallGateTest, calls_between_services_wait_too_and_leave_with_their_callers) {
  FakeService<Narrow> asker(node.registry, node.runner, node.log, "asker");
  call();
  call();
  call("asker/ask");
  call("asker/ask");
  EXPECT_EQ(waiting(), 2u);
  node.rpc.cancel(*calls[3]);
  node.executor.run_ready();
  EXPECT_EQ(waiting(), 1u);
  node.executor.advance(1s);
  EXPECT_EQ(calls[2]->answers, 0);
  node.executor.advance(1s);
  EXPECT_EQ(calls[2]->answer, "ok 3");
  EXPECT_EQ(node.stats.running(), 0u);
  EXPECT_EQ(asker.generation().pins().sum() + narrow.generation().pins().sum(), 0);
}

TEST_F(CallGateTest, calls_of_a_generation_that_are_cancelled_do_not_begin_meanwhile) {
  for (int i = 0; i < 5; ++i) call();
  node.runner.cancel_calls_of(narrow.generation());
  node.executor.run_ready();
  for (const auto& each : calls) EXPECT_TRUE(each->answer.starts_with("cancelled: ")) << each->answer;
  EXPECT_EQ(narrow.object().done, 0);
  EXPECT_EQ(narrow.generation().pins().sum(), 0);
}

TEST_F(CallGateTest, a_raised_limit_lets_the_waiting_begin) {
  for (int i = 0; i < 6; ++i) call();
  MethodOverrides overrides;
  overrides["work"].max_concurrency = 5;
  Generation wider("narrow", 2, &narrow.object(), narrow.object().declared_methods(), node.stats, nullptr,
                   overrides);
  wider.share_gates(narrow.generation());
  node.runner.admit_waiting(*wider.find("work")->gate);
  node.executor.run_ready();
  EXPECT_EQ(narrow.object().running, 5);
  EXPECT_EQ(waiting(), 1u);
}

TEST_F(CallGateTest, a_method_without_a_limit_has_no_gate) { EXPECT_EQ(narrow.method("ask").gate, nullptr); }

}  // namespace
}  // namespace p2p

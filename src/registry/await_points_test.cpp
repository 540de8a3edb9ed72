// Cancellation, deadline and destruction at every place where a method can wait.
#include <thread>

#include <gtest/gtest.h>

#include "registry/call_runner.hpp"
#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Leaf : BaseService {
  SERVICE_METHOD(nap, (), timeout = 600);
  Task<> nap() {
    co_await sleep(time);
    ++ended;
  }
  Duration time = 1_s;
  int ended = 0;
};

/// Waits in every way there is, one after another; `step` says where it is.
struct Walker : BaseService {
  struct Leaving {
    int& count;
    ~Leaving() { ++count; }
  };
  SERVICE_METHOD(walk, (), timeout = 30);
  Task<int> walk() {
    const Leaving leaving{left};
    try {
      step = 1;
      co_await sleep(time);
      step = 2;
      co_await yield();
      step = 3;
      co_await *signal;
      step = 4;
      step += co_await run_blocking([] { return 1; });
      co_await proxy["leaf"]["nap"]();
      step = 6;
      co_await inner();
      step = 7;
    } catch (const Error& error) {
      caught = std::string(errc_name(error.code())) + " at " + std::to_string(step);
      throw;
    }
    co_return step;
  }
  Task<> inner() { co_await sleep(time); }

  std::optional<Signal> signal;
  Duration time = 1_s;
  std::string caught;
  int step = 0, left = 0;
};

constexpr int last_step = 6;
constexpr Duration an_hour = 60_min;

struct Scene {
  Scene() { walker.object().signal.emplace(walker.object()); }

  void set_time(Duration time) { walker.object().time = leaf.object().time = time; }
  /// Lets the walker leave the place where it waits, and no other.
  void unblock(int step) {
    switch (step) {
      case 1:
        node.clock.advance(1s);
        node.executor.turn();
        break;
      case 2: node.executor.turn(); break;
      case 3: walker.object().signal->set(), node.executor.run_ready(); break;
      case 4: node.executor.run_pool(); break;
      default: node.executor.advance(1s);
    }
  }
  /// Starts a walk and goes on until it waits at `step`, for long from there.
  CallRecord* walk_to(int step) {
    if (step == 1) set_time(an_hour);
    CallRecord* record = node.start(walker.method("walk"), receiver);
    for (int i = 1; i < step; ++i) {
      if (i + 1 == step) set_time(an_hour);
      unblock(i);
    }
    EXPECT_EQ(walker.object().step, step);
    return record;
  }
  /// Nothing of the walk is left anywhere.
  void expect_clean() {
    node.executor.run_ready();
    node.executor.run_pool();
    EXPECT_EQ(walker.object().left, 1);
    EXPECT_EQ(walker.runtime().waiting() + leaf.runtime().waiting(), 0);
    EXPECT_EQ(node.stats.running(), 0u);
    EXPECT_EQ(walker.generation().pins().sum() + leaf.generation().pins().sum(), 0);
    EXPECT_EQ(leaf.object().ended, walker.object().step > 5 ? 1 : 0);
    node.executor.advance(1s);
    EXPECT_EQ(node.executor.timers(), 0u);
  }

  FakeNode node;
  FakeService<Leaf> leaf{node.registry, node.runner, node.log, "leaf"};
  FakeService<Walker> walker{node.registry, node.runner, node.log, "walker"};
  FakeReceiver receiver;
};

struct AwaitPoint : testing::TestWithParam<int> {
  Scene scene;
};

TEST(AwaitPoints, a_walk_that_nobody_stops_comes_to_its_end) {
  Scene scene;
  scene.node.start(scene.walker.method("walk"), scene.receiver);
  for (int i = 1; i <= last_step; ++i) {
    EXPECT_EQ(scene.walker.object().step, i);
    scene.unblock(i);
  }
  EXPECT_EQ(scene.receiver.answer, "ok 7");
  scene.expect_clean();
}

TEST_P(AwaitPoint, a_caller_that_leaves_wakes_the_method) {
  CallRecord* record = scene.walk_to(GetParam());
  scene.node.runner.cancel(*record, Errc::cancelled);
  EXPECT_EQ(scene.receiver.answer, "cancelled: the caller went away");
  EXPECT_EQ(scene.walker.object().left, 0);  // not inside `cancel`
  scene.node.executor.run_ready();
  EXPECT_EQ(scene.walker.object().caught, "cancelled at " + std::to_string(GetParam()));
  scene.expect_clean();
}

using TimedAwaitPoint = AwaitPoint;
TEST_P(TimedAwaitPoint, a_deadline_that_passes_wakes_the_method) {
  scene.walk_to(GetParam());
  scene.node.executor.advance(31s);
  EXPECT_EQ(scene.receiver.answer, "timeout: walker/walk did not answer within its time");
  EXPECT_EQ(scene.walker.object().caught, "timeout at " + std::to_string(GetParam()));
  scene.expect_clean();
}

TEST_P(AwaitPoint, what_it_waited_for_may_come_while_it_is_being_stopped) {
  CallRecord* record = scene.walk_to(GetParam());
  scene.node.runner.cancel(*record, Errc::cancelled);
  scene.walker.object().signal->set();
  scene.node.executor.run_pool();
  EXPECT_EQ(scene.walker.object().caught, "cancelled at " + std::to_string(GetParam()));
  EXPECT_EQ(scene.receiver.answers, 1);
  scene.expect_clean();
}

TEST_P(AwaitPoint, a_task_that_is_destroyed_while_it_waits_leaves_nothing_behind) {
  if (GetParam() == 1) scene.set_time(an_hour);
  Context context;
  context.caller = {"alice", Role::admin, "node-1"};
  context.deadline_ns = std::numeric_limits<std::int64_t>::max();
  Task<int> task = scene.walker.object().walk();
  task.handle().promise().context = &context;
  task.handle().resume();
  for (int i = 1; i < GetParam(); ++i) {
    if (i + 1 == GetParam()) scene.set_time(an_hour);
    scene.unblock(i);
  }
  ASSERT_EQ(scene.walker.object().step, GetParam());
  task.reset();
  EXPECT_EQ(context.waiting, nullptr);
  scene.walker.object().signal->set();
  scene.expect_clean();
}

INSTANTIATE_TEST_SUITE_P(Each, AwaitPoint, testing::Range(1, last_step + 1));
INSTANTIATE_TEST_SUITE_P(Each, TimedAwaitPoint, testing::Values(1, 3, 4, 5, 6));  // yield() takes no time

TEST(AwaitPoints, a_method_that_was_stopped_waits_for_nothing_any_more) {
  struct Stubborn : BaseService {
    SERVICE_METHOD(cling, (), timeout = 600);
    Task<> cling() {
      for (int i = 0; i < 3; ++i) {
        try {
          co_await sleep(an_hour);
        } catch (const Error& error) {
          caught += std::string(errc_name(error.code())) + ' ';
        }
      }
      const auto outcome = co_await proxy["leaf"]["nap"]().outcome();
      caught += text_of(outcome);
    }
    std::string caught;
  };
  FakeNode node;
  FakeService<Leaf> leaf(node.registry, node.runner, node.log, "leaf");
  FakeService<Stubborn> stubborn(node.registry, node.runner, node.log, "stubborn");
  FakeReceiver receiver;
  CallRecord* record = node.start(stubborn.method("cling"), receiver);
  node.runner.cancel(*record, Errc::cancelled);
  node.executor.run_ready();
  EXPECT_EQ(stubborn.object().caught, "cancelled cancelled cancelled cancelled: the call was cancelled");
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST(Signal, may_be_set_by_a_thread_of_the_service_and_stays_set) {
  struct Waits : BaseService {
    SERVICE_METHOD(wait, ());
    Task<int> wait() {
      co_await *signal;
      co_await *signal;
      co_return 1;
    }
    std::optional<Signal> signal;
  };
  FakeNode node;
  FakeService<Waits> service(node.registry, node.runner, node.log, "waits");
  service.object().signal.emplace(service.object());
  FakeReceiver receiver;
  node.start(service.method("wait"), receiver);
  std::thread([&] { service.object().signal->set(); }).join();
  EXPECT_EQ(receiver.answers, 0);
  node.executor.run_ready();
  EXPECT_EQ(receiver.answer, "ok 1");
}

TEST(RunBlocking, gives_back_what_the_work_returns_or_throws) {
  struct Works : BaseService {
    SERVICE_METHOD(work, (fail));
    Task<std::string> work(bool fail) {
      co_return co_await run_blocking([fail]() -> std::string {
        if (fail) throw std::runtime_error("disk full");
        return "done";
      });
    }
    SERVICE_METHOD(nothing, ());
    Task<> nothing() {
      co_await run_blocking([this] { ++runs; });
    }
    int runs = 0;
  };
  FakeNode node(1024, 1);
  FakeService<Works> service(node.registry, node.runner, node.log, "works");
  FakeReceiver good, bad, refused, nothing;
  node.start(service.method("work"), good, Value{{"fail", false}});
  node.start(service.method("work"), refused, Value{{"fail", false}});
  EXPECT_EQ(refused.answer, "overloaded: 256 blocking jobs wait for a thread already");
  node.executor.run_pool();
  EXPECT_EQ(good.answer, R"(ok "done")");
  node.start(service.method("work"), bad, Value{{"fail", true}});
  node.executor.run_pool();
  EXPECT_EQ(bad.answer, "method_failed: disk full");
  node.start(service.method("nothing"), nothing);
  node.executor.run_pool();
  EXPECT_EQ(nothing.answer, "ok null");
  EXPECT_EQ(service.object().runs, 1);
}

}  // namespace
}  // namespace p2p

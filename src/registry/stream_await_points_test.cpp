// Cancellation, deadline and reload at every place where a method that yields can wait.
#include <gtest/gtest.h>

#include "registry/call_runner.hpp"
#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

constexpr Duration an_hour = 60_min;

struct Beside : BaseService {
  SERVICE_METHOD(nap, (), timeout = 600);
  Task<> nap() { co_await sleep(an_hour); }
  SERVICE_METHOD(drip, (), stream = true, timeout = 600);
  Stream<int> drip() {
    const Leaving leaving{*this};
    co_yield 1;
    co_await sleep(an_hour);
    co_yield 2;
  }
  struct Leaving {
    Beside& beside;
    ~Leaving() { ++beside.left; }
  };
  int left = 0;
};

/// Yields once and then waits for long, in the way that it is asked to.
struct Walker : BaseService {
  enum Way {
    sleeps,
    signal_,
    blocking,
    call,
    inner_task,
    full,
    others_stream,
    own_stream,
    wholly_collected,
    ways
  };

  SERVICE_METHOD(walk, (), stream = true, timeout = 30);
  Stream<int> walk() {
    const Leaving leaving{*this};
    try {
      co_yield 1;
      switch (way) {
        case sleeps: co_await sleep(an_hour); break;
        case signal_: co_await *signal; break;
        case blocking: co_await run_blocking([] {}); break;
        case call: co_await proxy["beside"]["nap"](); break;
        case inner_task: co_await inner(); break;
        case full:
          for (int i = 0; i < 1000; ++i) co_yield i;
          break;
        case others_stream: {
          auto drops = proxy["beside"]["drip"].stream();
          while (auto drop = co_await drops.next()) co_yield drop->get<int>();
          break;
        }
        case own_stream: {
          Stream<int> drops = own();
          while (auto drop = co_await drops.next()) co_yield *drop;
          break;
        }
        case wholly_collected: co_await proxy["beside"]["drip"](); break;
        case ways: break;
      }
      whole = true;
    } catch (const Error& error) {
      caught = errc_name(error.code());
      throw;
    }
  }
  Task<> inner() { co_await sleep(an_hour); }
  Stream<int> own() {
    const Leaving leaving{*this};
    co_yield 1;
    co_await sleep(an_hour);
  }
  struct Leaving {
    Walker& walker;
    ~Leaving() { ++walker.left; }
  };

  Way way = sleeps;
  std::optional<Signal> signal;
  std::string caught;
  int left = 0;
  bool whole = false;
};

/// Reads the walk for a service.
struct Follower : BaseService {
  SERVICE_METHOD(follow, (), timeout = 300);
  Task<> follow() {
    auto steps = proxy["walker"]["walk"].stream();
    while (auto step = co_await steps.next()) {
      ++items;
      if (stays) co_await sleep(an_hour);
    }
  }
  int items = 0;
  bool stays = false;  ///< after the first item
};

struct StreamAwaitPoint : testing::TestWithParam<int> {
  StreamAwaitPoint() {
    walker.object().signal.emplace(walker.object());
    walker.object().way = static_cast<Walker::Way>(GetParam());
    follower.object().stays = GetParam() == Walker::full;
  }
  /// The walk, read by a service, is at its point.
  CallRecord* begin() {
    CallRecord* record = node.start(follower.method("follow"), receiver);
    node.executor.run_ready();
    EXPECT_GE(follower.object().items, 1);
    EXPECT_EQ(walker.generation().pins().sum(), 1);
    return record;
  }
  void expect_clean(std::string_view caught) {
    node.executor.run_ready();
    node.executor.run_pool();
    EXPECT_FALSE(walker.object().whole);
    EXPECT_EQ(walker.object().caught, caught);
    EXPECT_EQ(walker.object().left, GetParam() == Walker::own_stream ? 2 : 1);
    EXPECT_EQ(beside.object().left,
              GetParam() == Walker::others_stream || GetParam() == Walker::wholly_collected ? 1 : 0);
    EXPECT_EQ(walker.runtime().waiting() + beside.runtime().waiting() + follower.runtime().waiting(), 0);
    EXPECT_EQ(node.stats.running(), 0u);
    EXPECT_EQ(walker.generation().pins().sum() + beside.generation().pins().sum() +
                  follower.generation().pins().sum(),
              0);
    node.executor.advance(1s);
    EXPECT_EQ(node.executor.timers(), 0u);
  }

  FakeNode node;
  FakeService<Beside> beside{node.registry, node.runner, node.log, "beside"};
  FakeService<Walker> walker{node.registry, node.runner, node.log, "walker"};
  FakeService<Follower> follower{node.registry, node.runner, node.log, "follower"};
  FakeReceiver receiver;
};

TEST_P(StreamAwaitPoint, a_caller_that_leaves_wakes_the_method) {
  CallRecord* record = begin();
  node.runner.cancel(*record, Errc::cancelled);
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  expect_clean("cancelled");
}

TEST_P(StreamAwaitPoint, a_deadline_that_passes_wakes_the_method) {
  CallRecord* record = begin();
  node.executor.advance(31s);
  if (GetParam() == Walker::full) {  // its reader does something else, and will see it
    EXPECT_EQ(receiver.answers, 0);
    node.runner.cancel(*record, Errc::cancelled);
  } else {
    EXPECT_EQ(receiver.answer, "timeout: walker/walk did not answer within its time");
  }
  expect_clean("timeout");
}

TEST_P(StreamAwaitPoint, a_reload_lets_it_run_and_then_cancels_it) {
  CallRecord* record = begin();
  walker.withdraw();
  node.executor.run_ready();
  EXPECT_EQ(walker.generation().pins().sum(), 1);
  EXPECT_EQ(walker.object().left, 0);
  node.runner.cancel_calls_of(walker.generation());
  node.executor.run_ready();
  node.executor.run_pool();
  EXPECT_EQ(walker.object().caught, "cancelled");
  if (GetParam() == Walker::full) {
    EXPECT_EQ(walker.generation().pins().sum(), 1);  // its items wait for their reader still
    node.runner.cancel(*record, Errc::cancelled);
  } else {
    EXPECT_EQ(receiver.answer, "cancelled: the call was cancelled");
  }
  expect_clean("cancelled");
}

TEST_P(StreamAwaitPoint, a_method_whose_items_are_collected_is_woken_too) {
  if (GetParam() == Walker::full) GTEST_SKIP() << "there nobody holds it back";
  CallRecord* record = node.start(walker.method("walk"), receiver);
  node.executor.run_ready();
  EXPECT_EQ(receiver.answers, 0);
  node.runner.cancel(*record, Errc::cancelled);
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  expect_clean("cancelled");
}

TEST_P(StreamAwaitPoint, what_it_waited_for_may_come_while_it_is_being_stopped) {
  CallRecord* record = begin();
  node.runner.cancel(*record, Errc::cancelled);
  walker.object().signal->set();
  node.executor.run_pool();
  expect_clean("cancelled");
  EXPECT_EQ(receiver.answers, 1);
}

INSTANTIATE_TEST_SUITE_P(Each, StreamAwaitPoint, testing::Range(0, static_cast<int>(Walker::ways)));

}  // namespace
}  // namespace p2p

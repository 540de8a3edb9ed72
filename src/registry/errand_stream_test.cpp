// What a side loop reads of the home loop item by item, and what it calls there with its own types.
#include <gtest/gtest.h>
#include <p2p/contract.hpp>
#include <p2p/service.hpp>

#include "registry/errand.hpp"
#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Point {
  int x = 0;
  std::vector<int> marks;
};

/// Runs on the home loop alone.
struct Source : BaseService {
  SERVICE_METHOD(count, (to), stream = true, timeout = 60);
  Stream<int> count(int to) {
    const Leaving leaving{*this};
    for (int i = 1; i <= to; ++i) {
      ++made;
      co_yield i;
    }
    ended = "whole";
  }
  SERVICE_METHOD(breaks, (after), stream = true);
  Stream<int> breaks(int after) {
    for (int i = 1; i <= after; ++i) co_yield i;
    throw Error(Errc::conflict, "the pipe broke");
  }
  SERVICE_METHOD(tick, (), stream = true, timeout = 60);
  Stream<int> tick() {
    const Leaving leaving{*this};
    try {
      for (int i = 1;; ++i) {
        co_await sleep(1_s);
        co_yield i;
      }
    } catch (const Error& error) {
      ended = errc_name(error.code());
      throw;
    }
  }
  SERVICE_METHOD(shift, (point, by));
  Point shift(Point point, int by) {
    point.x += by;
    return point;
  }

  struct Leaving {
    Source& source;
    ~Leaving() { ++source.left; }
  };
  int made = 0, left = 0;
  std::string ended;
};

struct SourceContract : Contract {
  static constexpr std::string_view SERVICE_NAME = "source";
  Method<"count(to)", Stream<int>(int)> count{this};
  Method<"shift(point, by)", Point(Point, int)> shift{this};
};

struct Reader : BaseService {
  SERVICE_METHOD(sum, (method, argument), threadsafe = true, timeout = 60);
  Task<std::string> sum(std::string method, int argument) {
    int total = 0;
    try {
      auto items = proxy["source"][method].stream(Value::array({argument}));
      while (auto item = co_await items.next()) total += static_cast<int>(item->as_int());
    } catch (const Error& error) {
      co_return std::to_string(total) + " then " + std::string(errc_name(error.code()));
    }
    co_return std::to_string(total);
  }
  SERVICE_METHOD(sum_typed, (to), threadsafe = true);
  Task<int> sum_typed(int to) {
    int total = 0;
    auto items = contract.count(to);
    while (auto item = co_await items.next()) total += *item;
    co_return total;
  }
  SERVICE_METHOD(collect, (to), threadsafe = true);
  Task<Value> collect(int to) { co_return co_await proxy["source"]["count"]("to"_a = to); }
  SERVICE_METHOD(read_two, (), threadsafe = true);
  Task<int> read_two() {
    auto items = contract.count(1'000'000);
    (void)co_await items.next();
    co_return *co_await items.next();
  }
  SERVICE_METHOD(read_slowly, (to), threadsafe = true, timeout = 60);
  Task<int> read_slowly(int to) {
    int seen = 0;
    auto items = contract.count(to);
    while (co_await items.next()) {
      ++seen;
      if (seen % 64 == 1) co_await sleep(100_ms);
    }
    co_return seen;
  }
  SERVICE_METHOD(ticks, (), threadsafe = true, timeout = 60);
  Task<> ticks() {
    auto items = proxy["source"]["tick"].stream();
    while (auto item = co_await items.next()) ++ticked;
  }
  SERVICE_METHOD(shift, (), threadsafe = true);
  Task<int> shift() {
    Point point{3, {1, 2, 3}};
    const Point there = co_await contract.shift(point, 4);
    co_return there.x * 10 + static_cast<int>(there.marks.size());
  }

  SourceContract contract = proxy.contract<SourceContract>();
  int ticked = 0;
};

struct ErrandStream : testing::Test {
  CallRecord* start(std::string_view method, Value params = {}) {
    return side.runner.start(
        reader.method(method),
        FakeNode::request(reader.method(method).path, std::move(params), Role::operator_), receiver);
  }
  static Value of(std::string_view method, int argument) {
    return Value{{"method", method}, {"argument", argument}};
  }
  void turn() { side.run_ready(node); }
  void expect_rest() {
    EXPECT_EQ(reader.generation().pins().sum() + source.generation().pins().sum(), 0);
    EXPECT_EQ(node.table.running(), 0u);
  }

  FakeNode node{1024, 256, 2};
  FakeSide side{node};
  FakeService<Source> source{node.registry, node.runner, node.log, "source"};
  FakeService<Reader> reader{node.registry, node.runner, node.log, "reader"};
  FakeReceiver receiver;
};

TEST_F(ErrandStream, all_items_come_in_their_order_and_then_the_end) {
  start("sum", of("count", 1000));
  side.executor.run_ready();
  EXPECT_EQ(source.object().made, 0) << "not before the home loop turns";
  turn();
  EXPECT_EQ(receiver.answer, R"(ok "500500")");
  EXPECT_EQ(source.object().ended, "whole");
  expect_rest();
}

TEST_F(ErrandStream, an_empty_one_ends_at_once) {
  start("sum", of("count", 0));
  turn();
  EXPECT_EQ(receiver.answer, R"(ok "0")");
  expect_rest();
}

TEST_F(ErrandStream, an_error_comes_behind_the_items_before_it) {
  start("sum", of("breaks", 70));
  turn();
  EXPECT_EQ(receiver.answer, R"(ok "2485 then conflict")");
  start("sum", of("nope", 1));
  turn();
  EXPECT_EQ(receiver.answer, R"(ok "0 then method_not_found")");
  start("sum", Value{{"method", "shift"}, {"argument", 1}});
  turn();
  EXPECT_EQ(receiver.answer, R"(ok "0 then invalid_request")") << "it is no stream";
  expect_rest();
}

TEST_F(ErrandStream, a_reader_with_types_gets_its_items_with_them) {
  start("sum_typed", Value{{"to", 200}});
  turn();
  EXPECT_EQ(receiver.answer, "ok 20100");
  expect_rest();
}

TEST_F(ErrandStream, who_does_not_read_item_by_item_gets_one_array) {
  start("collect", Value{{"to", 5}});
  turn();
  EXPECT_EQ(receiver.answer, "ok [1,2,3,4,5]");
  expect_rest();
}

TEST_F(ErrandStream, a_reader_that_goes_ends_the_method_which_was_not_far_ahead) {
  start("read_two");
  turn();
  EXPECT_EQ(receiver.answer, "ok 2");
  EXPECT_EQ(source.object().left, 1);
  EXPECT_LE(source.object().made, 2 * static_cast<int>(Errand::most_items) + 1);
  expect_rest();
}

TEST_F(ErrandStream, the_method_waits_for_a_slow_reader) {
  start("read_slowly", Value{{"to", 1000}});
  turn();
  EXPECT_LE(source.object().made, 3 * static_cast<int>(Errand::most_items) + 1);
  for (int i = 0; i < 20; ++i) {
    side.executor.advance(100ms);
    turn();
  }
  EXPECT_EQ(receiver.answer, "ok 1000");
  expect_rest();
}

TEST_F(ErrandStream, a_caller_that_leaves_while_it_waits_ends_the_method) {
  CallRecord* record = start("ticks");
  turn();
  for (int i = 0; i < 3; ++i) {
    node.executor.advance(1s);
    turn();
  }
  EXPECT_EQ(reader.object().ticked, 3);
  side.runner.cancel(*record, Errc::cancelled);
  turn();
  EXPECT_EQ(receiver.answer, "cancelled: the caller went away");
  EXPECT_EQ(source.object().ended, "cancelled");
  expect_rest();
}

TEST_F(ErrandStream, a_caller_that_leaves_while_it_does_something_else_ends_the_method) {
  CallRecord* record = start("read_slowly", Value{{"to", 100'000}});
  turn();
  side.runner.cancel(*record, Errc::cancelled);
  turn();
  EXPECT_EQ(receiver.answers, 1);
  EXPECT_EQ(source.object().left, 1);
  expect_rest();
}

TEST_F(ErrandStream, a_deadline_ends_both_ends) {
  CallRequest request = FakeNode::request("reader/ticks", {}, Role::operator_);
  request.timeout_ns = 2'500'000'000;
  side.runner.start(reader.method("ticks"), std::move(request), receiver);
  turn();
  for (int i = 0; i < 4; ++i) {
    node.executor.advance(1s);
    turn();
  }
  EXPECT_TRUE(receiver.answer.starts_with("timeout: ")) << receiver.answer;
  EXPECT_EQ(reader.object().ticked, 2);
  EXPECT_EQ(source.object().ended, "timeout");
  expect_rest();
}

TEST_F(ErrandStream, a_call_with_types_travels_as_a_document_and_is_the_same) {
  start("shift");
  turn();
  EXPECT_EQ(receiver.answer, "ok 73");
  start("shift");  // what the contract remembers does not lead it astray
  turn();
  EXPECT_EQ(receiver.answer, "ok 73");
  expect_rest();
}

}  // namespace
}  // namespace p2p

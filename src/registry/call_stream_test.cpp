// Streams: between services and to the outside; how far a method runs ahead, and how a stream ends.
#include "registry/call_stream.hpp"

#include <gtest/gtest.h>
#include <p2p/contract.hpp>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

struct Line {
  std::string text;
  std::vector<int> marks;
};

struct Source : BaseService {
  SERVICE_METHOD(count, (to), stream = true);
  Stream<int> count(int to) {
    const Leaving leaving{*this};
    for (int i = 1; i <= to; ++i) {
      ++made;
      co_yield i;
    }
    ended = "whole";
  }
  SERVICE_METHOD(tick, (to), stream = true, timeout = 60);
  Stream<int> tick(int to) {
    const Leaving leaving{*this};
    try {
      for (int i = 1; i <= to; ++i) {
        co_await sleep(1_s);
        co_yield i;
      }
      ended = "whole";
    } catch (const Error& error) {
      ended = std::string(errc_name(error.code()));
      throw;
    }
  }
  SERVICE_METHOD(lines, (), stream = true);
  Stream<Line> lines() {
    for (int i = 0; i < 3; ++i) {
      Line line{"line " + std::to_string(i), std::vector<int>(50, i)};
      places.push_back(line.marks.data());
      co_yield std::move(line);
    }
  }
  SERVICE_METHOD(breaks, (after), stream = true);
  Stream<int> breaks(int after) {
    for (int i = 0; i < after; ++i) co_yield i;
    throw std::runtime_error("the pipe broke");
  }
  SERVICE_METHOD(not_numbers, (), stream = true);
  Stream<double> not_numbers() {
    const Leaving leaving{*this};
    co_yield 1.5;
    co_yield std::numeric_limits<double>::quiet_NaN();
    co_yield 2.5;
  }
  SERVICE_METHOD(large, (), stream = true);
  Stream<std::string> large() {
    const Leaving leaving{*this};
    for (;;) {
      ++made;
      co_yield std::string(1 << 20, 'x');
    }
  }
  SERVICE_METHOD(endless, (), stream = true);
  Stream<int> endless() {
    const Leaving leaving{*this};
    for (;;) {
      ++made;
      clock->advance(1ms);
      co_yield made;
    }
  }
  SERVICE_METHOD(nothing, (), stream = true);
  Stream<int> nothing() { co_return; }
  SERVICE_METHOD(forgotten, (), stream = true);
  Stream<int> forgotten() { return {}; }
  SERVICE_METHOD(twice, (), stream = true);
  Stream<int> twice() {  // reads another of its own, step by step
    Stream<int> numbers = count(3);
    while (auto number = co_await numbers.next()) co_yield *number * 2;
  }
  SERVICE_METHOD(twice_broken, (), stream = true);
  Stream<int> twice_broken() {
    Stream<int> numbers = breaks(2);
    bool broken = false;
    try {
      while (auto number = co_await numbers.next()) co_yield *number;
    } catch (const std::runtime_error&) {
      broken = true;
    }
    if (broken) co_yield 99;
    if (!co_await numbers.next()) co_yield 100;
  }
  SERVICE_METHOD(who, (), stream = true);
  Stream<Value> who() {
    co_yield co_await proxy["source"]["caller"]();
    co_await sleep(1_s);
    co_yield co_await proxy["source"]["caller"]();
  }
  SERVICE_METHOD(caller, ());
  Task<Value> caller() {
    const Context& ctx = co_await this_call();
    co_return Value{{"user", ctx.caller.user}, {"depth", int{ctx.depth}}};
  }
  SERVICE_METHOD(copy, ());
  Task<> copy() {
    co_await progress(0.25, "begun");
    co_await sleep(1_s);
    co_await progress(0.5, "copying");
    co_await progress(0.75, "copying");
    co_await proxy["source"]["inner_copy"]();
  }
  SERVICE_METHOD(inner_copy, ());
  Task<> inner_copy() { co_await progress(0.1, "of another call"); }

  struct Leaving {
    Source& source;
    ~Leaving() { ++source.left; }
  };
  ManualClock* clock = nullptr;
  std::vector<const int*> places;
  std::string ended;
  int made = 0, left = 0;
};

struct SourceContract : Contract {
  static constexpr std::string_view SERVICE_NAME = "source";
  Method<"lines()", Stream<Line>()> lines{this};
  Method<"tick(to)", Stream<int>(int)> tick{this};
  Method<"count(to)", Stream<std::int64_t>(int)> count_as_longs{this};
  Method<"count(to)", std::vector<int>(int)> count_whole{this};
};

struct Reader : BaseService {
  SERVICE_METHOD(read, (method, to = null), timeout = 300);
  Task<> read(std::string method, std::optional<int> to) {
    auto stream = to ? proxy["source"][method].stream("to"_a = *to) : proxy["source"][method].stream();
    try {
      while (auto item = co_await stream.next()) {
        seen += item->is_string() ? item->as_string() : std::to_string(static_cast<int>(item->as_double()));
        seen += ' ';
        if (pause.ns > 0) co_await sleep(pause);
      }
      seen += "end";
      if (co_await stream.next()) seen += " and more";
    } catch (const Error& error) {
      seen += std::string(errc_name(error.code())) + ": " + error.message();
      failed = true;
    }
    if (failed && co_await stream.next()) seen += " and more";
  }
  SERVICE_METHOD(read_one, (method), timeout = 300);
  Task<int> read_one(std::string method) {
    auto stream = proxy["source"][method].stream("to"_a = 1000);
    const auto first = co_await stream.next();
    if (pause.ns > 0) co_await sleep(pause);
    co_return first->get<int>();
  }
  SERVICE_METHOD(read_lines, ());
  Task<> read_lines() {
    auto lines = source->lines();
    while (const auto line = co_await lines.next()) {
      seen += line->text + ' ';
      places.push_back(line->marks.data());
    }
  }
  SERVICE_METHOD(read_otherwise, ());
  Task<> read_otherwise() {
    auto longs = source->count_as_longs(3);
    while (const auto number = co_await longs.next()) seen += std::to_string(*number) + ' ';
    for (const int number : co_await source->count_whole(3)) seen += std::to_string(number) + ' ';
  }
  SERVICE_METHOD(whole, (method, to = null));
  Task<Value> whole(std::string method, std::optional<int> to) {
    if (to) co_return co_await proxy["source"][method]("to"_a = *to);
    co_return co_await proxy["source"][method]();
  }
  SERVICE_METHOD(never_read, ());
  Task<> never_read() {
    auto stream = proxy["source"]["count"].stream("to"_a = 3);
    co_return;
  }

  std::optional<SourceContract> source;
  Duration pause{0};
  std::string seen;
  std::vector<const int*> places;
  bool failed = false;
};

/// From outside: takes what it is told to, when it is told to.
struct Taker final : CallReceiver, detail::ProgressListener {
  explicit Taker(FakeNode& its_node) : node(its_node) {
    wants_items = true;
    listener = this;
  }
  void call_ended(Result<Value> result) override { end = text_of(result); }
  void items_ready() override {
    ++told;
    if (greedy) take(1000);
  }
  void progressed(double value, std::string_view text) override {
    progress += fmt::format("{} {}; ", value, text);
  }
  int take(int most) {
    int got = 0;
    Value item;
    while (got < most && end.empty() && node.runner.take_item(*record, item)) {
      ++got;
      ++taken;
    }
    return got;
  }

  FakeNode& node;
  CallRecord* record = nullptr;
  std::string end, progress;
  int told = 0, taken = 0;
  bool greedy = true;
};

struct CallStreamTest : testing::Test {
  CallStreamTest() {
    source.object().clock = &node.clock;
    reader.object().source.emplace(reader.object().proxy.contract<SourceContract>());
  }
  std::string read(std::string_view method, Value params = {}) {
    node.start(reader.method(method), receiver, std::move(params));
    node.executor.run_ready();
    return std::exchange(reader.object().seen, {});
  }
  void start(Taker& taker, std::string_view method, Value params = {}) {
    CallRequest request = FakeNode::request(source.method(method).path, std::move(params), Role::admin);
    taker.record = node.runner.start(source.method(method), std::move(request), taker);
  }
  void expect_clean(int left = 1) {
    node.executor.run_ready();
    EXPECT_EQ(source.object().left, left);
    EXPECT_EQ(source.generation().pins().sum() + reader.generation().pins().sum(), 0);
    EXPECT_EQ(node.stats.running(), 0u);
    EXPECT_EQ(source.runtime().waiting() + reader.runtime().waiting(), 0);
    node.executor.advance(1s);
    EXPECT_EQ(node.executor.timers(), 0u);
  }
  static Value named(std::string_view method) { return Value{{"method", method}}; }
  static Value named(std::string_view method, int to) { return Value{{"method", method}, {"to", to}}; }

  /// No frame outlives the object that it belongs to.
  void TearDown() override {
    node.runner.give_up_all();
    node.executor.run_ready();
  }

  FakeNode node;
  FakeService<Source> source{node.registry, node.runner, node.log, "source"};
  FakeService<Reader> reader{node.registry, node.runner, node.log, "reader"};
  FakeReceiver receiver;
};

TEST_F(CallStreamTest, gives_each_item_and_then_nothing) {
  EXPECT_EQ(read("read", named("count", 3)), "1 2 3 end");
  EXPECT_EQ(read("read", named("nothing")), "end");
  EXPECT_EQ(node.stats.running(), 0u);
  expect_clean();
}

TEST_F(CallStreamTest, items_arrive_as_they_are_made) {
  node.start(reader.method("read"), receiver, named("tick", 3));
  node.executor.advance(1s);
  EXPECT_EQ(reader.object().seen, "1 ");
  node.executor.advance(1s);
  EXPECT_EQ(reader.object().seen, "1 2 ");
  node.executor.advance(1s);
  EXPECT_EQ(reader.object().seen, "1 2 3 end");
  EXPECT_EQ(receiver.answer, "ok null");
  expect_clean();
}

TEST_F(CallStreamTest, items_of_the_same_type_are_moved) {
  EXPECT_EQ(read("read_lines"), "line 0 line 1 line 2 ");
  EXPECT_EQ(reader.object().places, source.object().places);
}

TEST_F(CallStreamTest, items_of_another_type_are_read_by_name_and_a_list_takes_them_whole) {
  EXPECT_EQ(read("read_otherwise"), "1 2 3 1 2 3 ");
}

TEST_F(CallStreamTest, what_is_no_stream_is_not_read_as_one) {
  EXPECT_EQ(read("read", named("caller")),
            "invalid_request: source/caller is no stream: call it without .stream(...)");
  EXPECT_EQ(read("read", named("nope")), "method_not_found: no method source/nope");
  EXPECT_EQ(read("read", named("forgotten")).substr(0, 29), "method_failed: an empty Task ");
}

TEST_F(CallStreamTest, a_stream_that_nobody_asks_for_an_item_does_not_begin) {
  read("never_read");
  EXPECT_EQ(source.object().made, 0);
  EXPECT_EQ(receiver.answer, "ok null");
}

TEST_F(CallStreamTest, an_exception_comes_behind_the_items_before_it) {
  EXPECT_EQ(read("read", named("breaks")), "invalid_params: after: is missing");
  reader.object().failed = false;
  Taker taker(node);
  start(taker, "breaks", Value{{"after", 3}});
  node.executor.run_ready();
  EXPECT_EQ(taker.taken, 3);
  EXPECT_EQ(taker.end, "method_failed: the pipe broke");
}

TEST_F(CallStreamTest, an_item_that_cannot_travel_is_the_methods_failure) {
  EXPECT_EQ(read("read", named("not_numbers")),
            "1 method_failed: the result cannot travel: a number must be finite");
  expect_clean();
  Taker taker(node);
  start(taker, "not_numbers");
  node.executor.run_ready();
  EXPECT_EQ(taker.end, "method_failed: the result cannot travel: a number must be finite");
  expect_clean(2);
}

TEST_F(CallStreamTest, the_method_waits_when_its_reader_is_64_behind_and_goes_on_at_half) {
  Taker taker(node);
  taker.greedy = false;
  start(taker, "count", Value{{"to", 1000}});
  node.executor.run_ready();
  EXPECT_EQ(taker.told, 1);
  EXPECT_EQ(source.object().made, 64);
  EXPECT_EQ(taker.take(31), 31);
  node.executor.run_ready();
  EXPECT_EQ(source.object().made, 64);
  EXPECT_EQ(taker.take(1), 1);
  node.executor.run_ready();
  EXPECT_EQ(source.object().made, 96);
  EXPECT_EQ(taker.told, 1);  // it is not told of what it has not asked for
  taker.greedy = true;
  EXPECT_EQ(taker.take(1000), 64);
  node.executor.run_ready();
  EXPECT_EQ(taker.taken, 1000);
  EXPECT_EQ(taker.end, "ok null");
  expect_clean();
}

TEST_F(CallStreamTest, a_slow_service_holds_the_method_back) {
  reader.object().pause = 1_s;
  node.start(reader.method("read"), receiver, named("count", 1000));
  node.executor.run_ready();
  EXPECT_EQ(source.object().made, 64);
  node.executor.advance(10s);
  EXPECT_EQ(source.object().made, 64);
  node.executor.advance(19s);
  EXPECT_EQ(source.object().made, 64);
  EXPECT_EQ(source.generation().pins().sum(), 1);
}

TEST_F(CallStreamTest, a_reader_that_goes_cancels_the_method) {
  read("read_one", named("tick"));
  node.executor.advance(1s);
  EXPECT_EQ(receiver.answer, "ok 1");
  EXPECT_EQ(source.object().ended, "cancelled");
  expect_clean();
  read("read_one", named("count"));
  EXPECT_EQ(receiver.answer, "ok 1");
  expect_clean(2);
}

TEST_F(CallStreamTest, a_client_that_leaves_cancels_the_method_at_its_next_item) {
  Taker taker(node);
  taker.greedy = false;
  start(taker, "count", Value{{"to", 1000}});
  node.executor.run_ready();
  node.runner.cancel(*taker.record, Errc::cancelled);
  EXPECT_EQ(taker.end, "cancelled: the caller went away");
  expect_clean();
  EXPECT_EQ(source.object().made, 64);
}

TEST_F(CallStreamTest, a_stream_that_has_ended_unread_goes_with_its_reader) {
  Taker taker(node);
  taker.greedy = false;
  start(taker, "count", Value{{"to", 5}});
  node.executor.run_ready();
  EXPECT_EQ(source.object().ended, "whole");
  EXPECT_EQ(source.generation().pins().sum(), 1);  // its items still wait in its frame
  node.runner.cancel(*taker.record, Errc::cancelled);
  EXPECT_EQ(source.generation().pins().sum(), 0);
  expect_clean();
}

TEST_F(CallStreamTest, the_deadline_ends_it_whoever_is_slow) {
  reader.object().pause = 5_s;
  node.start(reader.method("read"), receiver, named("tick", 100));  // its own timeout is 60 s
  node.executor.advance(70s);
  EXPECT_EQ(source.object().ended, "timeout");
  EXPECT_TRUE(reader.object().seen.ends_with("timeout: source/tick did not answer within its time"))
      << reader.object().seen;
  expect_clean();
  Taker taker(node);
  taker.greedy = false;
  start(taker, "count", Value{{"to", 3}});
  node.executor.advance(31s);
  EXPECT_EQ(taker.end, "timeout: source/count did not answer within its time");
  expect_clean(2);
}

TEST_F(CallStreamTest, who_does_not_read_it_gets_an_array) {
  read("whole", named("count", 3));
  EXPECT_EQ(receiver.answer, "ok [1,2,3]");
  read("whole", named("nothing"));
  EXPECT_EQ(receiver.answer, "ok []");
  node.start(source.method("count"), receiver, Value{{"to", 2}});
  EXPECT_EQ(receiver.answer, "ok [1,2]");
  node.start(source.method("breaks"), receiver, Value{{"after", 2}});
  EXPECT_EQ(receiver.answer, "method_failed: the pipe broke");
  node.start(source.method("not_numbers"), receiver);
  EXPECT_EQ(receiver.answer, "method_failed: the result cannot travel: a number must be finite");
  read("whole", named("not_numbers"));
  EXPECT_EQ(receiver.answer, "method_failed: the result cannot travel: a number must be finite");
  node.start(reader.method("whole"), receiver, named("tick", 2));
  node.executor.advance(2s);
  EXPECT_EQ(receiver.answer, "ok [1,2]");
  expect_clean(5);
}

TEST_F(CallStreamTest, an_array_over_16_mib_is_too_large_and_its_method_cancelled) {
  node.start(source.method("large"), receiver);
  EXPECT_TRUE(receiver.answer.starts_with("too_large: ")) << receiver.answer;
  EXPECT_EQ(source.object().made, 16);
  read("whole", named("large"));
  EXPECT_TRUE(receiver.answer.starts_with("too_large: ")) << receiver.answer;
  expect_clean(2);
}

TEST_F(CallStreamTest, a_method_that_never_waits_lets_the_loop_go_on) {
  Taker taker(node);
  start(taker, "endless");
  EXPECT_EQ(source.object().made, 10);  // of 1 ms each
  node.executor.turn();
  node.executor.turn();
  EXPECT_GT(taker.taken, 0);
  EXPECT_LT(source.object().made, 40);
  node.runner.cancel(*taker.record, Errc::cancelled);
  expect_clean();
  node.start(source.method("endless"), receiver);
  EXPECT_EQ(receiver.answers, 0);
  node.executor.advance_until([&] { return receiver.answers > 0; }, 60s);
  EXPECT_EQ(receiver.answer, "timeout: source/endless did not answer within its time");
  expect_clean(2);
}

TEST_F(CallStreamTest, a_service_reads_its_own_streams_step_by_step) {
  EXPECT_EQ(read("read", named("twice")), "2 4 6 end");
  EXPECT_EQ(read("read", named("twice_broken")), "0 1 99 100 end");
  expect_clean();
}

TEST_F(CallStreamTest, calls_inside_a_stream_are_made_for_the_same_caller) {
  node.start(source.method("who"), receiver);
  node.executor.advance(1s);
  EXPECT_EQ(receiver.answer, R"(ok [{"user":"alice","depth":1},{"user":"alice","depth":1}])");
}

TEST_F(CallStreamTest, progress_reaches_who_waits_for_this_call_and_nobody_else) {
  Taker taker(node);
  start(taker, "copy");
  EXPECT_EQ(taker.progress, "0.25 begun; ");
  node.executor.advance(1s);
  EXPECT_EQ(taker.progress, "0.25 begun; 0.5 copying; 0.75 copying; ");
  EXPECT_EQ(taker.end, "ok null");
  node.start(source.method("copy"), receiver);
  node.executor.advance(1s);
  EXPECT_EQ(receiver.answer, "ok null");
}

TEST_F(CallStreamTest, progress_after_the_caller_left_throws_and_tells_nobody) {
  Taker taker(node);
  start(taker, "copy");
  node.runner.cancel(*taker.record, Errc::cancelled);
  node.executor.advance(1s);
  EXPECT_EQ(taker.progress, "0.25 begun; ");
  EXPECT_EQ(node.stats.running(), 0u);
}

TEST_F(CallStreamTest, a_node_that_stops_tells_readers_of_streams) {
  Taker taker(node);
  taker.greedy = false;
  start(taker, "tick", Value{{"to", 100}});
  node.runner.give_up_all();
  EXPECT_EQ(taker.end, "draining: the node stops before source/tick has answered");
  expect_clean();
}

TEST_F(CallStreamTest, a_stopped_service_may_not_read_on) {
  struct Stubborn : BaseService {
    SERVICE_METHOD(cling, (), timeout = 600);
    Task<> cling() {
      auto stream = proxy["source"]["tick"].stream("to"_a = 1000);
      for (int i = 0; i < 3; ++i) {
        try {
          while (co_await stream.next()) ++items;
          caught += "end ";
        } catch (const Error& error) {
          caught += std::string(errc_name(error.code())) + ' ';
        }
      }
    }
    std::string caught;
    int items = 0;
  };
  FakeService<Stubborn> stubborn(node.registry, node.runner, node.log, "stubborn");
  CallRecord* record = node.start(stubborn.method("cling"), receiver);
  node.executor.advance(2s);
  node.runner.cancel(*record, Errc::cancelled);
  expect_clean();
  EXPECT_EQ(stubborn.object().items, 2);
  EXPECT_EQ(stubborn.object().caught, "cancelled end end ");
}

}  // namespace
}  // namespace p2p

#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <p2p/stream.hpp>

#include "stub_runtime.hpp"

namespace p2p {
namespace {

Stream<int> count(int to) {
  for (int i = 1; i <= to; ++i) co_yield i;
}
Stream<std::unique_ptr<int>> boxes() {
  co_yield std::make_unique<int>(1);
  co_yield std::make_unique<int>(2);
}
Stream<std::string> breaks() {
  co_yield "before";
  throw std::runtime_error("broken");
}
Stream<bool> flags() {
  co_yield true;
  co_yield false;
}
struct Leaving {
  int& left;
  ~Leaving() { ++left; }
};
Stream<int> endless(int& left) {
  const Leaving leaving{left};
  for (int i = 0;; ++i) co_yield i;
}

template <class T>
Task<std::vector<T>> all(Stream<T> stream) {
  std::vector<T> items;
  while (auto item = co_await stream.next()) items.push_back(*std::move(item));
  co_return items;
}

TEST(Stream, gives_its_items_in_their_order_and_then_nothing) {
  EXPECT_EQ(run(all(count(3))), (std::vector{1, 2, 3}));
  EXPECT_EQ(run(all(count(200))).size(), 200u);
  EXPECT_TRUE(run(all(count(0))).empty());
  EXPECT_EQ(run(all(flags())), (std::vector{true, false}));
}

TEST(Stream, carries_items_that_can_only_be_moved) {
  const auto items = run(all(boxes()));
  EXPECT_EQ(*items.at(1), 2);
}

TEST(Stream, an_exception_comes_behind_the_items_and_only_once) {
  const auto reader = []() -> Task<std::string> {
    Stream<std::string> stream = breaks();
    std::string seen = *co_await stream.next();
    try {
      (void)co_await stream.next();
    } catch (const std::runtime_error& error) {
      seen += std::string(" ") + error.what();
    }
    co_return seen + (co_await stream.next() ? " more" : " end");
  };
  EXPECT_EQ(run(reader()), "before broken end");
}

TEST(Stream, does_nothing_before_it_is_asked_and_goes_with_its_reader) {
  int left = 0;
  {
    const Stream<int> unread = endless(left);
  }
  EXPECT_EQ(left, 0);
  const auto reader = [&]() -> Task<int> {
    Stream<int> stream = endless(left);
    (void)co_await stream.next();
    co_return *co_await stream.next();
  };
  EXPECT_EQ(run(reader()), 1);
  EXPECT_EQ(left, 1);
}

TEST(Stream, a_stopped_reader_gets_no_more) {
  Context context;
  const auto reader = [&]() -> Task<std::string> {
    Stream<int> stream = count(3);
    (void)co_await stream.next();
    context.stop = static_cast<std::uint8_t>(Stop::cancelled);
    try {
      (void)co_await stream.next();
    } catch (const Error& error) {
      co_return std::string(errc_name(error.code()));
    }
    co_return "went on";
  };
  EXPECT_EQ(run(reader(), &context), "cancelled");
}

TEST(Stream, may_be_moved_and_an_empty_one_is_at_its_end) {
  const auto reader = []() -> Task<int> {
    Stream<int> first = count(2), second;
    if (co_await second.next()) co_return -1;
    (void)co_await first.next();
    second = std::move(first);
    co_return *co_await second.next();
  };
  EXPECT_EQ(run(reader()), 2);
}

class Source : public BaseService {
 public:
  struct Line {
    std::string text;
    int number = 0;
  };
  SERVICE_METHOD(lines, (to), stream = true, public = true);
  Stream<Line> lines(int to) {
    for (int i = 0; i < to; ++i) co_yield Line{"x", i};
  }
};

TEST(Stream, as_a_method_has_the_schema_of_an_array_of_its_items) {
  StubRuntime runtime;
  Source source;
  source.attach(&runtime);
  const MethodInfo& method = source.declared_methods().back();
  EXPECT_TRUE(method.options.stream);
  EXPECT_EQ(method.result_schema["type"], Value("array"));
  EXPECT_EQ(method.result_schema["items"]["properties"]["number"]["type"], Value("integer"));
  const Value items = run(call_method(source, method, Value{{"to", 2}}));
  EXPECT_EQ(items, Value::array({Value{{"text", "x"}, {"number", 0}}, Value{{"text", "x"}, {"number", 1}}}));
}

}  // namespace
}  // namespace p2p

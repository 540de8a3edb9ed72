#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <p2p/task.hpp>

#include "stub_runtime.hpp"

namespace p2p {
namespace {

Task<int> seven() { co_return 7; }
Task<int> add(int a, int b) { co_return a + b; }
Task<> nothing() { co_return; }
Task<std::string> fails() {
  throw std::runtime_error("no");
  co_return "";
}

/// Waits until `open` is called.
struct Gate {
  std::coroutine_handle<> waiter;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiter = handle; }
  void await_resume() const noexcept {}
};

TEST(Task, does_nothing_before_it_is_awaited) {
  bool ran = false;
  const auto body = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  {
    const Task<> task = body();
    EXPECT_FALSE(task.done());
  }
  EXPECT_FALSE(ran);
  run(body());
  EXPECT_TRUE(ran);
}

TEST(Task, gives_its_result_to_who_awaits_it) {
  const auto sum = []() -> Task<int> { co_return co_await add(co_await seven(), 3); };
  EXPECT_EQ(run(sum()), 10);
  run(nothing());
}

TEST(Task, carries_results_that_can_only_be_moved) {
  const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
  EXPECT_EQ(*run(make()), 4);
}

TEST(Task, hands_an_exception_to_who_awaits_it) {
  const auto outer = []() -> Task<std::string> {
    try {
      co_return co_await fails();
    } catch (const std::runtime_error& error) {
      co_return std::string("caught ") + error.what();
    }
  };
  EXPECT_EQ(run(outer()), "caught no");
  EXPECT_THROW(run(fails()), std::runtime_error);
}

TEST(Task, takes_the_context_of_its_awaiter) {
  Context context;
  context.depth = 5;
  const auto inner = []() -> Task<int> { co_return (co_await this_call()).depth; };
  const auto outer = [&]() -> Task<int> { co_return co_await inner(); };
  EXPECT_EQ(run(outer(), &context), 5);
}

TEST(Task, a_long_chain_needs_no_stack) {
  const auto many = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 200'000; ++i) sum += co_await seven() - 6;
    co_return sum;
  };
  EXPECT_EQ(run(many()), 200'000);
}

TEST(Task, destroying_it_while_it_waits_destroys_the_whole_chain) {
  Gate gate;
  const auto alive = std::make_shared<int>(1);
  const auto inner = [](Gate& at, std::shared_ptr<int>) -> Task<> { co_await at; };
  const auto outer = [](auto body, Gate& at, std::shared_ptr<int> kept) -> Task<> {
    co_await body(at, kept);
  };
  Task<> task = outer(inner, gate, alive);
  Context context;
  task.handle().promise().context = &context;
  task.handle().resume();
  EXPECT_EQ(alive.use_count(), 4 - 1);  // ours, the outer one's, the inner one's
  task.reset();
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Task, a_task_that_was_moved_from_is_empty) {
  Task<int> first = seven();
  Task<int> second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(second);
  EXPECT_EQ(run(std::move(second)), 7);
}

TEST(Task, an_empty_one_without_a_result_has_nothing_to_do) {
  const auto outer = []() -> Task<int> {
    co_await Task<>();
    co_return 1;
  };
  EXPECT_EQ(run(outer()), 1);
}

TEST(Task, an_empty_one_that_should_have_a_result_says_what_is_wrong) {
  const auto outer = []() -> Task<std::string> {
    try {
      (void)co_await Task<int>();
    } catch (const Error& error) {
      co_return error.message();
    }
    co_return "";
  };
  EXPECT_NE(run(outer()).find("co_return"), std::string::npos);
}

TEST(Task, tells_a_completion_that_it_has_ended_and_may_be_destroyed_inside) {
  struct Ended : detail::Completion {
    Task<int> task;
    int result = 0;
  } ended;
  ended.done = [](detail::Completion* self) noexcept {
    auto& at = *static_cast<Ended*>(self);
    at.result = at.task.handle().promise().take();
    at.task.reset();
  };
  ended.task = seven();
  Context context;
  ended.task.handle().promise().context = &context;
  ended.task.handle().promise().completion = &ended;
  ended.task.handle().resume();
  EXPECT_EQ(ended.result, 7);
  EXPECT_FALSE(ended.task);
}

}  // namespace
}  // namespace p2p

// Task<T>: the coroutine type of services. Lazy: it runs when it is co_await'ed, on the home loop of its
// service.
//
//   Task<int> answer() { co_return 42; }        int n = co_await answer();
//
// A Task resumes its awaiter directly (symmetric transfer), so a chain of calls costs no trip through the
// loop and no stack. It takes its awaiter's Context. Frames come from a free list of the thread.
//
// Invariants: at most one awaiter. Destroying a Task destroys its suspended frame with everything in it. An
// empty Task<> (`return {};`) has nothing to do; awaiting an empty Task<T> throws.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <p2p/value.hpp>

namespace p2p {

class Context;
template <class T = void>
class Task;

namespace detail {

[[noreturn]] P2P_API void throw_empty_task();
[[nodiscard]] P2P_API void* take_frame(std::size_t size);
P2P_API void give_frame(void* frame, std::size_t size) noexcept;

/// What runs when a coroutine that nobody awaits has ended: the node's end of a call. The frame is suspended
/// and may be destroyed inside.
struct Completion {
  void (*done)(Completion*) noexcept = nullptr;
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  Completion* completion = nullptr;
  Context* context = nullptr;
  std::exception_ptr error;

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }

  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
      PromiseBase& promise = self.promise();
      if (promise.continuation) return promise.continuation;
      if (promise.completion != nullptr) promise.completion->done(promise.completion);
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

/// A coroutine whose type only its own library knows: what a method gives the node to run.
struct Frame {
  std::coroutine_handle<> handle;
  PromiseBase* promise = nullptr;
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> result;
  Task<T> get_return_object() noexcept;
  void return_value(T value) { result.emplace(std::move(value)); }
  T take() {
    if (error) std::rethrow_exception(std::move(error));
    return std::move(*result);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() {
    if (error) std::rethrow_exception(std::move(error));
  }
};

}  // namespace detail

template <class T>
class [[nodiscard("a Task does nothing until it is co_await'ed")]] Task {
 public:
  using value_type = T;
  using promise_type = detail::Promise<T>;
  using handle_type = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  explicit Task(handle_type handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { reset(); }
#if defined(__clang__) && defined(__cpp_deleted_function)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc++26-extensions"
  /// Here only to say in one line what a `return 42;` in a method should be.
  template <class U>
    requires(!std::is_same_v<std::remove_cvref_t<U>, Task> &&
             !std::is_same_v<std::remove_cvref_t<U>, handle_type>)
  Task(U&&) = delete("write co_return in place of return");  // NOLINT(google-explicit-constructor)
#pragma clang diagnostic pop
#endif

  [[nodiscard]] bool await_ready() const noexcept { return !handle_; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    handle_.promise().context = awaiter.promise().context;
    return handle_;
  }
  T await_resume() {
    if (!handle_) {
      if constexpr (std::is_void_v<T>)
        return;
      else
        detail::throw_empty_task();
    }
    return handle_.promise().take();
  }

  // For who drives a Task from outside a coroutine: the node.
  [[nodiscard]] handle_type handle() const noexcept { return handle_; }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  [[nodiscard]] bool done() const noexcept { return handle_ && handle_.done(); }
  void reset() noexcept {
    if (handle_) std::exchange(handle_, {}).destroy();
  }
  /// Its frame, which whoever takes it must destroy.
  [[nodiscard]] detail::Frame release() noexcept { return {handle_, &std::exchange(handle_, {}).promise()}; }

 private:
  handle_type handle_{};
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace p2p

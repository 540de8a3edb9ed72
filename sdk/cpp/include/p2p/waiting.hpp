// What a method can wait for besides calls: time (`sleep`) and an event from another thread (`Signal`). Two
// more are awaited but never wait: the call's own context (`this_call`) and a word on how far it is
// (`progress`).
#pragma once

#include <coroutine>
#include <cstdint>
#include <limits>
#include <string_view>

#include <p2p/detail/runtime.hpp>
#include <p2p/duration.hpp>

namespace p2p {

class BaseService;

namespace detail {
/// Throws cancelled or timeout, as the word says; nothing for `no`.
P2P_API void throw_if_stopped(Stop stopped);

/// Binds `waiting` to its coroutine. False when the context is stopped already: do not suspend.
template <class P>
bool bind(Waiting& waiting, std::coroutine_handle<P> waiter) {
  waiting.waiter = waiter;
  waiting.context = waiter.promise().context;
  waiting.stopped = static_cast<Stop>(waiting.context->stop);
  return waiting.stopped == Stop::no;
}
}  // namespace detail

class P2P_API [[nodiscard("sleeping needs co_await")]] Sleep {
 public:
  Sleep(detail::Runtime& runtime, Duration duration) : runtime_(runtime), duration_(duration) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() {
    if (waiting_.timer != 0) runtime_.forget(waiting_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!detail::bind(waiting_, waiter)) return false;
    runtime_.wait(waiting_, duration_.ns < 0 ? 0 : duration_.ns);
    return true;
  }
  void await_resume() { detail::throw_if_stopped(waiting_.stopped); }

 private:
  detail::Runtime& runtime_;
  Duration duration_;
  detail::Waiting waiting_;
};

/// An event that any thread may set and one coroutine at a time awaits: how a service's own thread answers.
///
///   Signal done{*this};   worker.start(done);   co_await done;
///
/// Set once, it stays set. Lifetime: `set` may be called while the Signal exists; it need not outlive the
/// loop's turn.
class P2P_API Signal {
 public:
  explicit Signal(BaseService& service);
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  /// Threads: any.
  void set();

  struct State;
  /// Lives in the frame that waits, so that it goes with it.
  class P2P_API [[nodiscard]] Waiter {
   public:
    explicit Waiter(State& state);
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter();

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> waiter) {
      return detail::bind(waiting_, waiter) && begin();
    }
    void await_resume() { detail::throw_if_stopped(waiting_.stopped); }

   private:
    bool begin();

    State& state_;
    detail::Waiting waiting_;
  };
  Waiter operator co_await() const { return Waiter(*state_); }

 private:
  State* state_;  // shared with who waits and with what `set` has posted
};

class ThisCall {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> self) noexcept {
    context_ = self.promise().context;
    return false;
  }
  [[nodiscard]] const Context& await_resume() const noexcept { return *context_; }

 private:
  const Context* context_ = nullptr;
};

/// `co_await progress(0.4, "copying");` (BaseService): tells who waits for the call how far it is. The latest
/// word counts; without a listener it costs two comparisons.
class [[nodiscard("progress needs co_await")]] Progress {
 public:
  Progress(double value, std::string_view text) : value_(value), text_(text) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> self) {
    const Context& context = *self.promise().context;
    stopped_ = static_cast<Stop>(context.stop);
    if (context.listener != nullptr && stopped_ == Stop::no) context.listener->progressed(value_, text_);
    return false;
  }
  void await_resume() const { detail::throw_if_stopped(stopped_); }

 private:
  double value_;
  std::string_view text_;
  Stop stopped_ = Stop::no;
};

/// `const Context& ctx = co_await this_call();`
[[nodiscard]] inline ThisCall this_call() noexcept { return {}; }

}  // namespace p2p

// Stream<T>: a method whose result comes item by item.
//
//   SERVICE_METHOD(tail, (file), stream = true);
//   Stream<Line> tail(std::string file) { ... co_yield line; ... }
//
// `co_yield` goes on at once while the reader is less than 64 items behind, and waits beyond that; it throws
// cancelled or timeout when nobody reads any more. In between the method may await whatever a Task may.
//
// Readers: another service through StreamReader (stream_reader.hpp), HTTP as lines, and the service itself:
//
//   Stream<Line> lines = tail("x");   while (auto line = co_await lines.next()) ...
//
// There nothing runs ahead: each `next` runs the method to its next co_yield. What the method throws comes
// out of `next` behind the items before it; after that and after the end `next` gives nothing.
//
// Invariants: one reader, one `next` at a time. Destroying a Stream destroys its frame with everything in it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include <p2p/detail/runtime.hpp>
#include <p2p/task.hpp>
#include <p2p/waiting.hpp>

namespace p2p {

template <class T>
class Stream;

namespace detail {

/// The node's end of a stream: keeps the method from running away from its reader.
class StreamPeer {
 public:
  /// An item is there. True: the method waits, until the peer resumes `yield`.
  [[nodiscard]] virtual bool yielded(Waiting& yield) = 0;
  /// The frame goes while `yield` waits.
  virtual void forget(Waiting& yield) noexcept = 0;

 protected:
  ~StreamPeer() = default;
};

struct StreamPromiseBase : PromiseBase {
  StreamPeer* peer = nullptr;  ///< null: read step by step by the service itself
  std::size_t size = 0;        ///< items that nobody has taken yet
};

class [[nodiscard]] P2P_API Yield {
 public:
  Yield() = default;
  Yield(const Yield&) = delete;
  Yield& operator=(const Yield&) = delete;
  ~Yield() {
    if (waiting_.timer != 0) stream_->peer->forget(waiting_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) {
    stream_ = &self.promise();
    if (stream_->peer == nullptr) return stream_->continuation;
    if (!bind(waiting_, self)) return self;
    if (stream_->peer->yielded(waiting_)) return std::noop_coroutine();
    waiting_.stopped = static_cast<Stop>(waiting_.context->stop);
    return self;
  }
  void await_resume() const { throw_if_stopped(waiting_.stopped); }

 private:
  StreamPromiseBase* stream_ = nullptr;
  Waiting waiting_;
};

template <class T>
struct StreamPromise : StreamPromiseBase {
  std::vector<T> items;
  std::size_t first = 0;

  Stream<T> get_return_object() noexcept;
  Yield yield_value(T item) {
    if (first >= 64)
      items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::exchange(first, 0)));
    items.push_back(std::move(item));
    ++size;
    return {};
  }
  void return_void() const noexcept {}
  T take() {
    T item = std::move(items[first]);
    if (--size == 0) {
      items.clear();
      first = 0;
    } else {
      ++first;
    }
    return item;
  }
};

}  // namespace detail

template <class T>
class [[nodiscard("a Stream does nothing until next() is co_await'ed")]] Stream {
 public:
  using value_type = T;
  using promise_type = detail::StreamPromise<T>;
  using handle_type = std::coroutine_handle<promise_type>;

  Stream() noexcept = default;
  explicit Stream(handle_type handle) noexcept : handle_(handle) {}
  Stream(Stream&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (handle_) handle_.destroy();
  }

  class [[nodiscard("next() needs co_await")]] Next {
   public:
    explicit Next(handle_type handle) noexcept : handle_(handle) {}
    [[nodiscard]] bool await_ready() const noexcept { return !handle_ || handle_.done(); }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> reader) noexcept {
      Context* context = reader.promise().context;
      stopped_ = static_cast<Stop>(context->stop);
      if (stopped_ != Stop::no) return reader;
      handle_.promise().continuation = reader;
      handle_.promise().context = context;
      return handle_;
    }
    std::optional<T> await_resume() {
      detail::throw_if_stopped(stopped_);
      if (!handle_) return std::nullopt;
      promise_type& promise = handle_.promise();
      if (promise.size > 0) return promise.take();
      if (promise.error) std::rethrow_exception(std::exchange(promise.error, nullptr));
      return std::nullopt;
    }

   private:
    handle_type handle_;
    Stop stopped_ = Stop::no;
  };
  /// `co_await lines.next()`: the next item, or nothing at the end.
  [[nodiscard]] Next next() noexcept { return Next(handle_); }

  // For the node.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  [[nodiscard]] detail::Frame release() noexcept { return {handle_, &std::exchange(handle_, {}).promise()}; }

 private:
  handle_type handle_{};
};

template <class T>
Stream<T> detail::StreamPromise<T>::get_return_object() noexcept {
  return Stream<T>(std::coroutine_handle<StreamPromise>::from_promise(*this));
}

}  // namespace p2p

// StreamReader<T>: reads what another service yields (stream.hpp), through the node.
//
//   auto lines = proxy["logs"]["tail"].stream("file"_a = "x");        // items are Values
//   auto lines = logs.tail("x");                                      // a contract's Method: items are T
//   while (auto line = co_await lines.next()) ...
//
// The call begins with the first `next`. The method runs ahead, at most 64 items. `next` throws the Error
// that ended the stream, behind the items before it; after that and after the end it gives nothing. A reader
// that goes cancels the method.
//
// The same deadline holds for all of it: the method's timeout, or what the caller leaves.
#pragma once

#include <concepts>
#include <coroutine>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <p2p/convert.hpp>
#include <p2p/detail/runtime.hpp>

namespace p2p {

class BaseService;

namespace detail {

/// In a catch block: what an answer threw that does not fit the caller's types.
[[nodiscard]] P2P_API Error misfit(const PendingCall& call);

/// `call`'s result as a T, which the callee's differs from.
template <class T>
T result_as(const PendingCall& call) {
  try {
    return from_value<T>(call.result);
  } catch (const Error&) {
    throw misfit(call);
  }
}

/// What is the same for readers of all types.
class P2P_API Reading {
 public:
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (pending_.record != nullptr) runtime_.drop_call(pending_);
  }

 protected:
  Reading(BaseService& caller, std::string_view service, std::string_view method, std::string_view selector,
          Value&& arguments, CallOptions options);
  /// Whether there is an item; throws the Error that ended the stream.
  [[nodiscard]] bool take();

  Runtime& runtime_;
  PendingCall pending_;
  bool over_ = false;
};

}  // namespace detail

template <class T>
class [[nodiscard("a stream does nothing until next() is co_await'ed")]] StreamReader
    : public detail::Reading {
 public:
  StreamReader(BaseService& caller, std::string_view service, std::string_view method,
               std::string_view selector, Value&& arguments, detail::CallOptions options)
      : Reading(caller, service, method, selector, std::move(arguments), options) {
    pending_.taken = &item_;
  }

  class [[nodiscard("next() needs co_await")]] Next {
   public:
    explicit Next(StreamReader& reader) noexcept : reader_(reader) {}
    [[nodiscard]] bool await_ready() const noexcept { return reader_.over_; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> waiter) {
      return reader_.runtime_.next_item(reader_.pending_, waiter.promise().context, waiter);
    }
    std::optional<T> await_resume() { return reader_.item(); }

   private:
    StreamReader& reader_;
  };
  /// `co_await lines.next()`: the next item, or nothing at the end.
  [[nodiscard]] Next next() noexcept { return Next(*this); }

 private:
  std::optional<T> item() {
    if (over_ || !take()) return std::nullopt;
    if (!pending_.as_values) return std::exchange(item_, std::nullopt);
    if constexpr (std::same_as<T, Value>)
      return std::move(pending_.result);
    else
      return detail::result_as<T>(pending_);
  }

  std::optional<T> item_;
};

}  // namespace p2p

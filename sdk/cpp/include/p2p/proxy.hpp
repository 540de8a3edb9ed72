// Calling other services: `co_await proxy["system"]["get_system_info"]("param"_a = 7)`.
//
// The seed's chain: SimpleLocalProxy (`proxy`) gives a ServiceMethodProxy (`proxy["system"]`, and
// `.on("coordinator")` with a target), that gives a MethodCaller (`[...]["get_system_info"]`), and calling it
// gives a Call to await. A call to a service on this node is a call through a table: no socket, no text, no
// copy.
//
// A Call throws Error; `co_await call.outcome()` gives a Result instead.
//
// Two more ways from a MethodCaller: `.handle()` is kept and looks the method up once; `.stream(...)` reads a
// stream item by item.
#pragma once

#include <concepts>
#include <coroutine>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <p2p/convert.hpp>
#include <p2p/detail/runtime.hpp>
#include <p2p/duration.hpp>
#include <p2p/stream_reader.hpp>

namespace p2p {

class BaseService;

/// One argument by name: `"limit"_a = 3`.
struct Named {
  std::string_view name;
  Value value;
};
struct ArgumentName {
  std::string_view name;
  template <class T>
  Named operator=(T&& value) const {  // NOLINT(misc-unconventional-assign-operator)
    if constexpr (std::convertible_to<T, Value>)
      return {name, Value(std::forward<T>(value))};
    else
      return {name, to_value(std::forward<T>(value))};
  }
};
inline namespace literals {
constexpr ArgumentName operator""_a(const char* name, std::size_t size) { return {{name, size}}; }
}  // namespace literals

namespace detail {

/// Where a call goes, kept with it: it may outlive the texts it was made from.
struct CallNames {
  Name service, method;
  std::string selector;
};

/// A call whose result is a Value, awaited.
class P2P_API [[nodiscard("a Call does nothing until it is co_await'ed")]] AwaitedCall {
 public:
  AwaitedCall(const AwaitedCall&) = delete;
  AwaitedCall& operator=(const AwaitedCall&) = delete;
  ~AwaitedCall() {
    if (pending_.record != nullptr) runtime_.drop_call(pending_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter) {
    return runtime_.start_call(pending_, awaiter.promise().context, awaiter);
  }
  Value await_resume() {
    runtime_.finish_call(pending_);
    if (pending_.error) throw_error(pending_);
    return std::move(pending_.result);
  }

  class Outcome {
   public:
    explicit Outcome(AwaitedCall& call) : call_(call) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter) {
      return call_.await_suspend(awaiter);
    }
    std::expected<Value, Error> await_resume();

   private:
    AwaitedCall& call_;
  };
  /// `auto result = co_await proxy["a"]["b"]().outcome();` A value or the Error, nothing is thrown.
  [[nodiscard]] Outcome outcome() { return Outcome(*this); }

 protected:
  AwaitedCall(BaseService& caller, const CallNames& names, Value&& arguments, CallOptions options);

  Runtime& runtime_;
  PendingCall pending_;
};

}  // namespace detail

class P2P_API [[nodiscard("a Call does nothing until it is co_await'ed")]] Call : private detail::CallNames,
                                                                                  public detail::AwaitedCall {
 public:
  Call(BaseService& caller, detail::CallNames&& names, Value&& arguments, detail::CallOptions options)
      : CallNames(std::move(names)),
        AwaitedCall(caller, static_cast<CallNames&>(*this), std::move(arguments), options) {}
};

/// As a Call, through a MethodHandle, which stays where it is meanwhile.
class P2P_API [[nodiscard("a Call does nothing until it is co_await'ed")]] HandleCall
    : public detail::AwaitedCall {
 public:
  HandleCall(BaseService& caller, const detail::CallNames& names, detail::Resolved& resolved,
             Value&& arguments, detail::CallOptions options)
      : AwaitedCall(caller, names, std::move(arguments), options) {
    pending_.resolved = &resolved;
  }
};

/// A stream of Values by name.
class P2P_API StreamCall : private detail::CallNames, public StreamReader<Value> {
 public:
  StreamCall(BaseService& caller, detail::CallNames&& names, Value&& arguments, detail::CallOptions options)
      : CallNames(std::move(names)),
        StreamReader<Value>(caller, service.view(), method.view(), selector, std::move(arguments), options) {}
};

namespace detail {
template <class... N>
Value object_of(N&... arguments) {
  Value object;
  (object.set(arguments.name, std::move(arguments.value)), ...);
  return object;
}
}  // namespace detail

/// A method to call often: kept as a member, it looks its method up once and again after each change of the
/// registry. `auto h = proxy["system"]["ping"].handle();   co_await h();`
class P2P_API MethodHandle {
 public:
  MethodHandle(BaseService& caller, detail::CallNames&& names, detail::CallOptions options)
      : caller_(&caller), names_(std::move(names)), options_(options) {}

  template <class... N>
    requires(std::same_as<N, Named> && ...)
  HandleCall operator()(N... arguments) const {
    return HandleCall(*caller_, names_, resolved_, detail::object_of(arguments...), options_);
  }
  /// All arguments as one object.
  HandleCall operator()(Value arguments) const {
    return HandleCall(*caller_, names_, resolved_, std::move(arguments), options_);
  }

 private:
  BaseService* caller_;
  detail::CallNames names_;
  detail::CallOptions options_;
  mutable detail::Resolved resolved_;
};

class P2P_API MethodCaller {
 public:
  MethodCaller(BaseService& caller, const detail::Name& service, std::string_view method,
               std::string&& selector, detail::CallOptions options)
      : caller_(&caller), names_{service, method, std::move(selector)}, options_(options) {}

  /// The whole call at most this long; a shorter deadline of the running call wins.
  [[nodiscard]] MethodCaller timeout(Duration limit) && {
    options_.timeout_ns = limit.ns;
    return std::move(*this);
  }
  /// May be sent again when a connection breaks.
  [[nodiscard]] MethodCaller idempotent() && {
    options_.idempotent = true;
    return std::move(*this);
  }

  template <class... N>
    requires(std::same_as<N, Named> && ...)
  Call operator()(N... arguments) && {
    return Call(*caller_, std::move(names_), detail::object_of(arguments...), options_);
  }
  template <class... N>
    requires(std::same_as<N, Named> && ...)
  Call operator()(N... arguments) const& {  // one that is kept and called again
    return Call(*caller_, detail::CallNames(names_), detail::object_of(arguments...), options_);
  }
  /// All arguments as one object.
  Call operator()(Value arguments) const {
    return Call(*caller_, detail::CallNames(names_), std::move(arguments), options_);
  }

  /// To be kept and called again and again.
  [[nodiscard]] MethodHandle handle() const { return {*caller_, detail::CallNames(names_), options_}; }

  /// Item by item, of a method with `stream = true` (stream_reader.hpp).
  template <class... N>
    requires(std::same_as<N, Named> && ...)
  [[nodiscard]] StreamCall stream(N... arguments) const {
    return StreamCall(*caller_, detail::CallNames(names_), detail::object_of(arguments...), options_);
  }
  [[nodiscard]] StreamCall stream(Value arguments) const {
    return StreamCall(*caller_, detail::CallNames(names_), std::move(arguments), options_);
  }

 private:
  BaseService* caller_;
  detail::CallNames names_;
  detail::CallOptions options_;
};

class P2P_API ServiceMethodProxy {
 public:
  ServiceMethodProxy(BaseService& caller, std::string_view service, bool as_service)
      : caller_(&caller), service_(service), as_service_(as_service) {}

  /// The same service on the node that `selector` names: a node id, `coordinator`, `worker`, `role:...`,
  /// `tag:k=v`, or `local`. One node runs the call.
  [[nodiscard]] ServiceMethodProxy on(std::string_view selector) const {
    ServiceMethodProxy there = *this;
    there.selector_ = selector;
    return there;
  }
  [[nodiscard]] MethodCaller operator[](std::string_view method) const& {
    return {*caller_, service_, method, std::string(selector_), options()};
  }
  [[nodiscard]] MethodCaller operator[](std::string_view method) && {
    return {*caller_, service_, method, std::move(selector_), options()};
  }

 private:
  [[nodiscard]] detail::CallOptions options() const noexcept {
    detail::CallOptions options;
    options.as_service = as_service_;
    return options;
  }

  BaseService* caller_;
  detail::Name service_;
  std::string selector_;
  bool as_service_;
};

class P2P_API SimpleLocalProxy {
 public:
  explicit SimpleLocalProxy(BaseService& caller, bool as_service = false)
      : caller_(&caller), as_service_(as_service) {}

  [[nodiscard]] ServiceMethodProxy operator[](std::string_view service) const {
    return {*caller_, service, as_service_};
  }

  /// Calls made through it carry the service's own identity instead of the user's who asked.
  [[nodiscard]] SimpleLocalProxy as_service() const { return SimpleLocalProxy(*caller_, true); }

  /// A typed contract (contract.hpp): `System system = proxy.contract<System>();`
  template <class C>
  [[nodiscard]] C contract(std::string_view selector = {}) const {
    C typed;
    typed.bind(*caller_, C::SERVICE_NAME, selector);
    return typed;
  }

 private:
  BaseService* caller_;
  bool as_service_;
};

}  // namespace p2p

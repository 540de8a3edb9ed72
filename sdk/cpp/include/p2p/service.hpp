// The one header a service includes.
//
//   class Run : public p2p::BaseService {
//    public:
//     static constexpr auto SERVICE_NAME = "hello";              // default: the name of the folder
//     SERVICE_METHOD(greet, (name = "world"), description = "Greets", public = true);
//     Task<std::string> greet(std::string name) { co_return "hello " + name; }
//   };
//   EXPORT_SERVICE(Run)
//
// All methods, timers and tasks of a service run on its home loop: between two co_awaits nobody else touches
// the object. Blocking work goes to `run_blocking`.
//
// What stands in these headers is compiled into every service: changing it changes the ABI (P2P_ABI).
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13 && !defined(P2P_ALLOW_OLD_GCC)
#error \
    "g++ before 13 destroys some temporaries of a co_await expression twice; use clang++-19 (P2P_ALLOW_OLD_GCC overrides)"
#endif

#include <array>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <p2p/blocking.hpp>
#include <p2p/context.hpp>
#include <p2p/contract.hpp>
#include <p2p/convert.hpp>
#include <p2p/detail/layout.hpp>
#include <p2p/duration.hpp>
#include <p2p/error.hpp>
#include <p2p/logger.hpp>
#include <p2p/method.hpp>
#include <p2p/proxy.hpp>
#include <p2p/stream.hpp>
#include <p2p/stream_reader.hpp>
#include <p2p/task.hpp>
#include <p2p/value.hpp>
#include <p2p/waiting.hpp>

#define P2P_ABI 1
#define P2P_SDK_VERSION "1.0.0"

namespace p2p {

/// What a service says of itself; set in its constructor.
struct ServiceInfo {
  std::string description;
  std::string version = "1.0.0";
  std::vector<std::string> dependencies;  ///< services that must run here first
  std::string domain = "default";
  Value metadata = Value::object();
};

/// Counts up; shown in the metrics with the service's name. Copy it freely, use it from any thread.
class Counter {
 public:
  explicit Counter(detail::Cell& cell) : cell_(&cell) {}
  void add(std::int64_t n = 1) noexcept { __atomic_fetch_add(&cell_->value, n, __ATOMIC_RELAXED); }

 private:
  detail::Cell* cell_;
};

/// A number that goes up and down; as Counter.
class Gauge {
 public:
  explicit Gauge(detail::Cell& cell) : cell_(&cell) {}
  void set(std::int64_t n) noexcept { __atomic_store_n(&cell_->value, n, __ATOMIC_RELAXED); }

 private:
  detail::Cell* cell_;
};

class P2P_API BaseService {
 public:
  BaseService();
  BaseService(const BaseService&) = delete;
  BaseService& operator=(const BaseService&) = delete;
  virtual ~BaseService();

  /// Before the first call. Throwing keeps the service from running; the node tries again later.
  virtual Task<> initialize();
  /// After the last call; tasks and timers have ended. No thread of the service may live on after it.
  virtual Task<> cleanup();
  /// `config` has new contents: the operator has changed `[config]` of service.toml and nothing that needs
  /// another object. When it throws, or takes longer than `timeouts.start`, `config` gets its old contents
  /// back and the node shows why.
  virtual Task<> config_changed();
  /// What every service answers; a service may say more.
  virtual Task<Value> get_service_info();
  virtual Task<Value> health_check();
  /// State from the old object of a reload to the new one; both in one turn of the home loop, so that no call
  /// begins in between. With `reload = "overlap"` the new object has been initialized and the old one still
  /// runs its last calls; with "stop-first" the old one has ended its cleanup() and the new one's
  /// initialize() comes after take_over(), which fails the update if it throws: the old version goes on with
  /// what it has, so hand_over() copies; if that throws, there is no state. Everybody waits: no coroutines.
  virtual Value hand_over();
  virtual void take_over(Value state);
  virtual void reserved_1() {}
  virtual void reserved_2() {}
  virtual void reserved_3() {}
  virtual void reserved_4() {}

  std::string service_name;  ///< SERVICE_NAME, or the folder's
  ServiceInfo info;
  SimpleLocalProxy proxy{*this};
  Logger logger{*this};
  Value config =
      Value::object();  ///< `[config]` of service.toml; there in initialize(), not in the constructor

  [[nodiscard]] std::string_view node_id() const;
  [[nodiscard]] std::string_view node_version() const;
  [[nodiscard]] std::string_view status() const;
  [[nodiscard]] std::uint64_t generation() const;
  /// A private folder that survives reloads and restarts.
  [[nodiscard]] std::string data_dir();
  /// RFC 3339 UTC with milliseconds, now.
  [[nodiscard]] std::string timestamp() const;

  [[nodiscard]] Counter counter(std::string_view name) { return Counter(runtime().cell(name, false)); }
  [[nodiscard]] Gauge gauge(std::string_view name) { return Gauge(runtime().cell(name, true)); }

  /// `co_await sleep(250_ms);` Ends early with an Error when the call is cancelled or out of time.
  [[nodiscard]] Sleep sleep(Duration duration) { return Sleep(runtime(), duration); }
  /// `co_await yield();` lets the loop do other work, and notices a cancelled call.
  [[nodiscard]] Sleep yield() { return Sleep(runtime(), Duration{0}); }

  /// `co_await progress(0.4, "copying");` tells who waits how far it is, 0 to 1. The latest word counts, and
  /// it is dropped if nobody listens.
  [[nodiscard]] static Progress progress(double value, std::string_view text = {}) {
    return Progress(value, text);
  }

  /// `auto sum = co_await run_blocking([data] { return sha256(data); });` on a thread of the node's pool.
  /// Throws overloaded when 256 wait already. `work` must not touch the service.
  template <class F>
  [[nodiscard]] auto run_blocking(F work) -> Task<std::invoke_result_t<F&>> {
    return detail::run_blocking(runtime(), std::move(work));
  }

  /// Runs `body()`, which gives a Task, beside the calls until it ends or the service stops; `body` is kept
  /// as long.
  template <class F>
  void spawn(std::string_view name, F body) {
    runtime().spawn(name, detail::run_body(std::move(body)));
  }
  /// Runs `method` now and then each `interval`. It never overlaps itself; an exception is logged and the
  /// next tick comes.
  template <class C>
  void every(std::string_view name, Duration interval, Task<> (C::*method)()) {
    runtime().spawn(name, repeat(static_cast<C*>(this), interval, method));
  }

  // For the node and the SDK.
  [[nodiscard]] detail::Runtime& runtime() const {
    if (runtime_ == nullptr) throw_no_runtime();
    return *runtime_;
  }
  [[nodiscard]] bool attached() const noexcept { return runtime_ != nullptr; }
  void attach(detail::Runtime* runtime) noexcept { runtime_ = runtime; }
  [[nodiscard]] std::vector<MethodInfo>& declared_methods() noexcept { return methods_; }

 private:
  template <class C>
  Task<> repeat(C* self, Duration interval, Task<> (C::*method)()) {
    const Context& context = co_await this_call();
    while (!context.cancelled()) {
      std::string failure;
      try {
        co_await (self->*method)();
      } catch (const std::exception& error) {
        failure = error.what();
      } catch (...) {
        failure = "an exception that is no std::exception";
      }
      if (!failure.empty() && !context.cancelled())
        logger.error("timer failed, next run as usual: {}", failure);
      co_await sleep(interval);
    }
  }
  [[noreturn]] static void throw_no_runtime();

  detail::Runtime* runtime_ = nullptr;
  std::vector<MethodInfo> methods_;
};

// Here, since it needs the whole BaseService, and inline, since it stands on the way of every call.
inline detail::AwaitedCall::AwaitedCall(BaseService& caller, const CallNames& names, Value&& arguments,
                                        CallOptions options)
    : runtime_(caller.runtime()),
      pending_(names.service.view(), names.method.view(), names.selector, std::move(arguments), options) {}

/// How a library shows its service: the one exported symbol, p2p_plugin_v1.
struct PluginEntry {
  std::uint32_t abi, size;                            ///< P2P_ABI, sizeof(PluginEntry)
  const char *sdk_version, *compiler, *service_name;  ///< the name is null without SERVICE_NAME
  BaseService* (*create)();                           ///< throws Error alone
  void (*destroy)(BaseService*);
  std::uint64_t (*layout)() noexcept;  ///< detail/layout.hpp; must be the node's
};

namespace detail {
struct Declared {};

template <class Service>
constexpr const char* exported_name() {
  if constexpr (requires { Service::SERVICE_NAME; })
    return static_cast<const char*>(Service::SERVICE_NAME);
  else
    return nullptr;
}
template <class Service>
BaseService* create_service() {
  try {
    return new Service;
  } catch (...) {
    rethrow_as_error();
  }
}
template <class Service>
inline constexpr PluginEntry plugin_entry = {P2P_ABI,
                                             sizeof(PluginEntry),
                                             P2P_SDK_VERSION,
                                             __VERSION__,
                                             exported_name<Service>(),
                                             &create_service<Service>,
                                             [](BaseService* service) { delete service; },
                                             &layout_print<BaseService>};
}  // namespace detail
}  // namespace p2p

/// SERVICE_METHOD(name, (parameters), option = value, ...); stands before the method it describes.
#define SERVICE_METHOD(NAME, PARAMETERS, ...)                                                               \
  static_assert(                                                                                            \
      ::p2p::detail::options_known(#__VA_ARGS__),                                                           \
      "SERVICE_METHOD(" #NAME "): unknown option in [" #__VA_ARGS__                                         \
      "]; known: description, public, role, cache_ttl, cache_scope, cache_tags, timeout, idempotent, "      \
      "broadcastable, stream, threadsafe, max_concurrency, max_body, secret");                              \
  static_assert(                                                                                            \
      !::p2p::detail::options_known(#__VA_ARGS__) || ::p2p::detail::option_values_sound(#__VA_ARGS__),      \
      "SERVICE_METHOD(" #NAME "): bad value in [" #__VA_ARGS__                                              \
      "]; values are literals: numbers, true, false, \"text\"; role is viewer, operator or admin; timeout " \
      "at most 600");                                                                                       \
  static_assert(::p2p::detail::parameters_sound(#PARAMETERS),                                               \
                "SERVICE_METHOD(" #NAME                                                                     \
                "): parameters are (name, name = JSON literal, ...), not " #PARAMETERS);                    \
  [[no_unique_address]] ::p2p::detail::Declared NAME##_declared_ = [this] {                                 \
    using Self_ = std::remove_reference_t<decltype(*this)>;                                                 \
    static_assert(::p2p::detail::count_parameters(#PARAMETERS) == ::p2p::detail::arity_of<&Self_::NAME>,    \
                  "SERVICE_METHOD(" #NAME "): " #PARAMETERS                                                 \
                  " names another number of parameters than the method has");                               \
    static_assert(::p2p::detail::takes_values<&Self_::NAME>,                                                \
                  "SERVICE_METHOD(" #NAME                                                                   \
                  "): parameters are taken by value, not by reference, pointer or view: a "                 \
                  "coroutine outlives its caller's expression");                                            \
    static constexpr auto options_ = ::p2p::detail::parse_options(#__VA_ARGS__);                            \
    static_assert(options_.stream || !::p2p::detail::gives_stream<&Self_::NAME>,                            \
                  "SERVICE_METHOD(" #NAME "): the method returns a Stream; add stream = true");             \
    static_assert(!options_.stream || ::p2p::detail::gives_stream<&Self_::NAME>,                            \
                  "SERVICE_METHOD(" #NAME "): stream = true, so the method must return a Stream<T>");       \
    static constexpr auto parameters_ =                                                                     \
        ::p2p::detail::parse_parameters<::p2p::detail::count_parameters(#PARAMETERS)>(#PARAMETERS);         \
    ::p2p::declare_method<&Self_::NAME>(*this, #NAME, options_, parameters_);                               \
    return ::p2p::detail::Declared{};                                                                       \
  }()

/// EXPORT_SERVICE(Run) once, at the end of the file.
#ifdef P2P_BUILTIN  // linked into the node: an entry of this name instead of an exported symbol
#define EXPORT_SERVICE(CLASS)                  \
  extern const ::p2p::PluginEntry P2P_BUILTIN; \
  const ::p2p::PluginEntry P2P_BUILTIN = ::p2p::detail::plugin_entry<CLASS>;
#else
#define EXPORT_SERVICE(CLASS)                                                               \
  extern "C" __attribute__((visibility("default"))) const ::p2p::PluginEntry p2p_plugin_v1; \
  extern "C" const ::p2p::PluginEntry p2p_plugin_v1 = ::p2p::detail::plugin_entry<CLASS>;
#endif

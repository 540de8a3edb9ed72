// CallRunner: runs methods on one loop and sees each call to its end: pin, identity, deadline, cancellation,
// counting. Both ways in use it: RPCMethods for requests from outside, ServiceBridge for services.
//
// A call between services costs a lookup, a pin, a place in the wheel and the callee's frames; nothing is
// posted, printed or copied. The callee resumes its caller directly.
//
// A node with several loops has a runner on each. The first one is home to every service; the others, at its
// side, run methods that are declared threadsafe and send calls of all others home (Errand).
//
// Threads:  the loop's. Lifetime: outlives every call; at the end `give_up_all`, then run the loop until
// `running` is 0.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/log.hpp"
#include "registry/call_audit.hpp"
#include "registry/call_record.hpp"
#include "registry/method_registry.hpp"
#include "registry/service_waiters.hpp"

namespace p2p {

class CallRunner {
 public:
  static constexpr std::uint8_t max_depth =
      32;  ///< calls inside calls; two services calling each other end here

  /// `audit` may be null. `slot` is this loop's place in Pins.
  CallRunner(MethodRegistry& registry, Executor& executor, CallStats& stats, CallAudit* audit,
             std::string node_id, unsigned slot = 0);
  CallRunner(const CallRunner&) = delete;
  CallRunner& operator=(const CallRunner&) = delete;
  ~CallRunner();

  /// Makes this a runner at the side of `home`, which outlives it. Before anything runs.
  void at_side_of(CallRunner& home) noexcept { home_ = &home; }
  [[nodiscard]] bool is_home() const noexcept { return home_ == nullptr; }
  [[nodiscard]] bool may_run(const MethodEntry& method) const noexcept {
    return home_ == nullptr || (method.threadsafe && !method.generation->gathered());
  }
  /// The runner of the call that `context` belongs to; `home` for what is no call (tasks of a service).
  [[nodiscard]] static CallRunner& of(const Context* context, CallRunner& home) noexcept {
    if (context == nullptr || context->owner == nullptr) return home;
    return *static_cast<const CallRecord*>(context->owner)->runner;
  }

  /// What the loop sees of the registry now.
  [[nodiscard]] const RegistrySnapshot& snapshot() { return view_.get(); }
  /// Keeps it as it is while the result lives, within one turn of the loop.
  [[nodiscard]] RegistryView::Hold hold_snapshot() { return view_.hold(); }
  [[nodiscard]] CallStats& stats() noexcept { return stats_; }
  [[nodiscard]] ServiceWaiters& waiters() noexcept { return waiters_; }
  [[nodiscard]] Executor& executor() noexcept { return executor_; }
  [[nodiscard]] const std::string& node_id() const noexcept { return node_id_; }

  /// What a method that declares no timeout of its own gets, for calls that begin from now on.
  void set_usual_timeout(std::chrono::nanoseconds timeout) { usual_timeout_ns_ = timeout.count(); }
  [[nodiscard]] std::int64_t timeout_of(const MethodEntry& method) const noexcept {
    return method.timeout_ns > 0 ? method.timeout_ns : usual_timeout_ns_;
  }
  /// How long a call of `method` that has no deadline of its own waits while the service is `starting`.
  [[nodiscard]] std::chrono::nanoseconds patience_for(const ServiceEntry& entry,
                                                      std::string_view method) const;
  /// What `start` would say of these parameters; nothing runs.
  [[nodiscard]] static Result<void> check_params(const MethodEntry& method, Value params);
  /// Runs `method` of a running service for `receiver`; the checks are the caller's (RPCMethods). The record
  /// is for `cancel` and valid until `call_ended`; null when the call has ended inside.
  CallRecord* start(const MethodEntry& method, CallRequest request, CallReceiver& receiver);
  /// The receiver gets `why` (cancelled) now; the method is asked to stop.
  void cancel(CallRecord& record, Errc why);

  /// A service calls: returns what runs next. `self` is the identity of calls that no user is behind.
  std::coroutine_handle<> start(detail::PendingCall& call, Context* parent, std::coroutine_handle<> waiter,
                                const CallerPtr& self);
  static void finish(detail::PendingCall& call);
  static void drop(detail::PendingCall& call) noexcept;
  /// The same for a service that reads a stream item by item: <p2p/detail/runtime.hpp>.
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context* parent,
                                    std::coroutine_handle<> reader, const CallerPtr& self);
  [[nodiscard]] static bool take_item(detail::PendingCall& call);
  [[nodiscard]] static bool has_item(const detail::PendingCall& call) noexcept;
  /// For a receiver who wants items: true with the next one. False when there is none now, it will be told
  /// (`items_ready`); or at the end, `call_ended` has run inside.
  [[nodiscard]] bool take_item(CallRecord& record, Value& item);

  /// Whether `known` still says where to: then a call through it needs no look-up.
  [[nodiscard]] bool knows(const detail::Resolved* known);

  /// `who` kept the loop for `time` without a pause, longer than slow_turn: everybody else waited.
  static constexpr std::chrono::milliseconds slow_turn{100};
  using SlowTurn = std::function<void(std::string_view who, std::chrono::milliseconds time)>;
  void on_slow_turn(SlowTurn tell) { tell_slow_ = std::move(tell); }
  /// Runs `step`, a resumption of the code of `context`, and tells when it was slow.
  void watch(const Context* context, std::coroutine_handle<> step);
  /// The same under another name.
  void watch(const Context* context, std::string_view who, std::coroutine_handle<> step);

  /// Asks everything that runs under `context` to stop: what it waits for wakes with that reason.
  void stop(Context& context, Stop why);

  /// Lets those begin that wait at `gate` and may, after its limit was raised.
  void admit_waiting(CallGate& gate);

  /// Cancels the calls that run on `generation`; those that do not end keep their pins.
  void cancel_calls_of(const Generation& generation);
  /// The node stops: who waits outside for an answer gets `draining` now, and the methods are asked to stop.
  void give_up_all();

  // For Errand, on the asker's loop.
  static constexpr std::size_t most_errands = 4096;  ///< on their way at once; beyond it a call fails at once
  void errand_is_back() noexcept { --errands_; }
  void answer_errand(CallRecord& record, Value result, std::optional<Error> error);
  void wake_reader(CallRecord& record);

 private:
  /// What the log says of lines that `context`'s code writes.
  [[nodiscard]] static LogTrace trace_of(const Context& context);
  friend class CallStream;

  CallRecord& make_record();
  CallRecord& take_record();
  void give_back(CallRecord& record);
  void begin(CallRecord& record, const MethodEntry& method, std::int64_t timeout_ns);
  void set_frame(CallRecord& record, detail::Frame frame, bool wants_items);
  void set_stream(CallRecord& record, bool wants_items);
  void count_refusal(const CallRecord& record, const MethodEntry& method, Errc code);
  [[nodiscard]] const MethodEntry* remembered(const detail::Resolved* known);
  void remember(detail::Resolved* known, const MethodEntry& method);
  std::coroutine_handle<> proceed(CallRecord& record, Instant wait_until);
  std::coroutine_handle<> look_up(CallRecord& record, Instant wait_until);
  std::coroutine_handle<> enter(CallRecord& record, const MethodEntry& method);
  std::coroutine_handle<> deny(CallRecord& record, const MethodEntry& method);
  void prepare_values(CallRecord& record, const MethodEntry& method, bool audits);
  [[nodiscard]] detail::Frame start_method(detail::PendingCall& call, const MethodEntry& method);
  std::coroutine_handle<> wait_for_service(CallRecord& record, const ServiceEntry& entry, Instant until);
  std::coroutine_handle<> send_home(CallRecord& record, const MethodEntry& method);
  void recall(CallRecord& record, Stop why);
  [[nodiscard]] bool take_from_errand(CallRecord& record);
  std::coroutine_handle<> fail_pending(CallRecord& record, Error error);
  std::coroutine_handle<> fail_soon(CallRecord& record, Stop why);
  void inherit(CallRecord& record, Context* parent, const CallerPtr& self, bool as_service);
  Result<Value> take_result(CallRecord& record);
  void count(CallRecord& record, const std::optional<Error>& failure);
  void end(CallRecord& record);
  [[nodiscard]] static Error stop_error(Stop why);
  static void stop_waiting(detail::PendingCall& call) noexcept;
  void abandon(CallRecord& record, Stop why);
  void expire(CallRecord& record);
  void give_up(CallRecord& record, Errc code, std::string message);
  [[nodiscard]] AuditedCall audited(const CallRecord& record, const MethodEntry& method) const;
  void audit_inside(CallRecord& record, std::string_view outcome);
  [[nodiscard]] static const MethodEntry* held_for(const CallRecord& record, const ServiceEntry& entry);
  void leave_gate(CallRecord& record);
  void end_unstarted(CallRecord& record, Errc code);
  void arm();
  static void ended(detail::Completion* completion) noexcept;

  RegistryView view_;
  Executor& executor_;
  CallStats& stats_;
  CallAudit* audit_;
  std::string node_id_;
  unsigned slot_;
  std::int64_t usual_timeout_ns_ = 30'000'000'000;
  CallRunner* home_ = nullptr;  // null: this is it
  std::size_t errands_ = 0;     // under way
  DeadlineWheel wheel_;
  ServiceWaiters waiters_;
  bool armed_ = false;
  SlowTurn tell_slow_;
  std::vector<std::unique_ptr<CallRecord>> records_;  // all there are
  std::vector<CallRecord*> free_;
};

}  // namespace p2p

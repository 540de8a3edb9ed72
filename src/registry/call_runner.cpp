#include "registry/call_runner.hpp"

#include <algorithm>
#include <limits>

namespace p2p {
namespace {

// The steps of a call between services, each with its name, in one function: a tenth of its instructions were
// spent on handing over between them.
#define P2P_HOT [[gnu::always_inline]] inline

std::int64_t ns_of(Instant instant) { return instant.time_since_epoch().count(); }
Instant instant_of(std::int64_t ns) { return Instant(std::chrono::nanoseconds(ns)); }

/// An array of parameters in the declared order becomes an object by name. Apart from it, only null is let
/// through.
Value by_name(Value params, const MethodEntry& method) {
  if (params.is_null()) return params;
  if (!params.is_array())
    throw Error(Errc::invalid_params,
                "parameters are an object by name or an array, not " + std::string(kind_name(params.kind())));
  Array items = std::move(params.make_array());
  if (items.size() > method.parameters.size())
    throw Error(Errc::invalid_params, "takes " + std::to_string(method.parameters.size()) +
                                          " parameters, got " + std::to_string(items.size()));
  Value object = Value::object();
  for (std::size_t i = 0; i < items.size(); ++i) object.set(method.parameters[i], std::move(items[i]));
  return object;
}

}  // namespace

CallRunner::CallRunner(MethodRegistry& registry, Executor& executor, CallStats& stats, CallAudit* audit,
                       std::string node_id, unsigned slot)
    : view_(registry),
      executor_(executor),
      stats_(stats),
      audit_(audit),
      node_id_(std::move(node_id)),
      slot_(slot),
      waiters_(executor) {
  registry.on_change([this](std::string_view service) {
    executor_.post([this, name = std::string(service)] {
      (void)view_.get();  // an idle loop, too, lets go of what was
      waiters_.changed(name);
    });
  });
}

/// Methods that have not ended never will. All records are there still: a frame that goes drops the calls it
/// awaits.
CallRunner::~CallRunner() {
  for (const auto& record : records_)
    if (record->frame.handle) std::exchange(record->frame, {}).handle.destroy();
}

CallRecord& CallRunner::make_record() {
  records_.push_back(std::make_unique<CallRecord>());
  free_.reserve(records_.capacity());
  CallRecord& made = *records_.back();
  made.runner = this;
  made.done = &CallRunner::ended;
  return made;
}

P2P_HOT CallRecord& CallRunner::take_record() {
  if (free_.empty()) [[unlikely]]
    return make_record();
  CallRecord* record = free_.back();
  free_.pop_back();
  return *record;
}

void CallRunner::give_back(CallRecord& record) {
  wheel_.remove(record);
  if (record.frame.handle) std::exchange(record.frame.handle, {}).destroy();
  if (record.stream != nullptr) record.stream.reset();
  if (record.method != nullptr) {
    if (record.method->gate != nullptr) leave_gate(record);
    record.method->generation->pins().drop(slot_);
  }
  record.method = nullptr;
  record.pending = nullptr;
  record.receiver = nullptr;
  record.parent = nullptr;
  record.span = 0;
  if (record.caller != nullptr) record.caller.reset();
  if (!record.audited.is_null()) record.audited = Value();
  ++record.serial;
  free_.push_back(&record);
}

/// From here the call runs: pinned, counted, timed, with a deadline; its coroutine is yet to be made.
///
/// A call inside another with the same deadline needs no place in the wheel: who stops the outer one stops it
/// too. A stream runs on while its reader does something else, so it has one.
P2P_HOT void CallRunner::begin(CallRecord& record, const MethodEntry& method, std::int64_t timeout_ns) {
  Context& context = record.context;
  const std::int64_t now = ns_of(executor_.clock().coarse_now());
  if (context.deadline_ns <= now) throw Error(Errc::timeout, "the deadline of the call has passed");
  if (method.gate != nullptr) method.gate->check_room(method.path);
  record.method = &method;
  method.generation->pins().add(slot_);
  record.started_ns = stats_.begin(method.stats) ? ns_of(executor_.clock().now()) : 0;
  std::int64_t limit = timeout_of(method);
  if (timeout_ns > 0) limit = std::min(limit, timeout_ns);
  const bool shorter = now + limit < context.deadline_ns;
  if (shorter) context.deadline_ns = now + limit;
  if (!shorter && record.parent != nullptr && !method.stream) return;
  wheel_.add(record, context.deadline_ns);
  if (!armed_) arm();
}

P2P_HOT void CallRunner::set_frame(CallRecord& record, detail::Frame frame, bool wants_items) {
  record.frame = frame;
  frame.promise->context = &record.context;
  if (record.method->stream) [[unlikely]]
    set_stream(record, wants_items);
}

/// A stream keeps its caller itself: it may outlive the call that began it.
void CallRunner::set_stream(CallRecord& record, bool wants_items) {
  record.caller = record.identity();
  record.parent = nullptr;
  record.stream = std::make_unique<CallStream>(*this, record, !wants_items);
  record.stream->wait_for_item();
  static_cast<detail::StreamPromiseBase*>(record.frame.promise)->peer = record.stream.get();
}

/// A call that did not run; it may have been counted as begun already.
void CallRunner::count_refusal(const CallRecord& record, const MethodEntry& method, Errc code) {
  if (record.method == nullptr)
    stats_.refused(method.stats, code);
  else
    stats_.end_failed(method.stats, code);
}

Result<void> CallRunner::check_params(const MethodEntry& method, Value params) {
  try {
    if (!params.is_object()) params = by_name(std::move(params), method);
    method.code.check(*method.info, params);
    return {};
  } catch (Error& error) {
    return fail(std::move(error));
  }
}

CallRecord* CallRunner::start(const MethodEntry& method, CallRequest request, CallReceiver& receiver) {
  CallRecord& record = take_record();
  record.receiver = &receiver;
  record.caller = std::move(request.caller);
  record.context = Context();
  record.context.caller = {record.caller->subject, record.caller->role, node_id_};
  record.context.trace[0] = request.trace[0];
  record.context.trace[1] = request.trace[1];
  record.span = request.span;
  record.context.depth = request.depth;
  record.context.owner = &record;
  record.context.listener = receiver.listener;
  record.context.deadline_ns = std::numeric_limits<std::int64_t>::max();
  try {
    if (request.depth > max_depth)
      throw Error(Errc::invalid_request, "calls nest more than 32 deep: " + method.path);
    if (!request.params.is_object()) request.params = by_name(std::move(request.params), method);
    begin(record, method, request.timeout_ns);
    set_frame(record, method.code.start(method.generation->object(), *method.info, request.params),
              receiver.wants_items);
  } catch (Error& error) {
    count_refusal(record, method, error.code());
    give_back(record);
    receiver.call_ended(fail(std::move(error)));
    return nullptr;
  }
  record.frame.promise->completion = &record;
  if (method.gate != nullptr && !method.gate->enter(record)) return &record;
  const std::uint64_t serial = record.serial;
  watch(&record.context, record.frame.handle);
  return record.serial == serial ? &record
                                 : nullptr;  // else it has ended inside, and may serve another call already
}

LogTrace CallRunner::trace_of(const Context& context) {
  const auto* record = static_cast<const CallRecord*>(context.owner);
  return {{context.trace[0], context.trace[1]}, record == nullptr ? 0 : record->span};
}

void CallRunner::watch(const Context* context, std::coroutine_handle<> step) {
  const auto* record = static_cast<const CallRecord*>(context->owner);
  const std::string_view who =
      record != nullptr && record->method != nullptr ? record->method->path : context->service;
  watch(context, who, step);  // `who` outlives it: no generation is unloaded within a turn
}

void CallRunner::watch(const Context* context, std::string_view who, std::coroutine_handle<> step) {
  const LogScope scope(trace_of(*context));
  const Instant before = executor_.clock().coarse_now();
  step.resume();
  const auto took = executor_.clock().coarse_now() - before;
  if (took > slow_turn && tell_slow_)
    tell_slow_(who, std::chrono::duration_cast<std::chrono::milliseconds>(took));
}

void CallRunner::ended(detail::Completion* completion) noexcept {
  auto& record = *static_cast<CallRecord*>(completion);
  const bool awaited = record.pending != nullptr || record.receiver != nullptr;
  if (awaited && record.stream != nullptr && record.stream->method_ended()) return;
  record.runner->end(record);
}

/// The method has ended, and what it gave goes to the receiver, if there still is one.
void CallRunner::end(CallRecord& record) {
  CallReceiver* receiver = record.receiver;
  Result<Value> result = take_result(record);
  give_back(record);
  if (receiver != nullptr) receiver->call_ended(std::move(result));
}

Result<Value> CallRunner::take_result(CallRecord& record) {
  Value result;
  std::optional<Error> failure;
  const bool awaited = record.pending != nullptr || record.receiver != nullptr;
  if (record.stream != nullptr)
    record.stream->finish(result, failure);
  else
    record.method->code.finish(*record.frame.promise, awaited ? &result : nullptr, failure);
  count(record, failure);
  if (failure) return fail(*std::move(failure));
  return result;
}

void CallRunner::count(CallRecord& record, const std::optional<Error>& failure) {
  const CallStats::MethodId id = record.method->stats;
  if (record.started_ns != 0) stats_.time(id, ns_of(executor_.clock().now()) - record.started_ns);
  if (failure)
    stats_.end_failed(id, failure->code());
  else
    stats_.end_ok(id);
  if (!record.audited.is_null()) audit_inside(record, failure ? errc_name(failure->code()) : "ok");
}

// ---------------------------------------------------------------- calls of services

P2P_HOT void CallRunner::inherit(CallRecord& record, Context* parent, const CallerPtr& self,
                                 bool as_service) {
  Context& context = record.context;
  context = Context();
  context.deadline_ns = std::numeric_limits<std::int64_t>::max();
  if (parent != nullptr) {
    context.deadline_ns = parent->deadline_ns;
    context.trace[0] = parent->trace[0];
    context.trace[1] = parent->trace[1];
    context.depth = static_cast<std::uint8_t>(parent->depth + 1);
    context.caller = parent->caller;
    context.service = parent->service;
    record.span = trace_of(*parent).span;
  }
  if (as_service || context.caller.role == Role::none) {
    context.caller = {self->subject, self->role, node_id_};
    context.service = self->subject;
  }
  if (record.parent == nullptr || context.service == self->subject)
    record.caller = self;  // whose text the views are
}

std::coroutine_handle<> CallRunner::start(detail::PendingCall& call, Context* parent,
                                          std::coroutine_handle<> waiter, const CallerPtr& self) {
  CallRecord& record = take_record();
  record.pending = &call;
  call.record = &record;
  call.waiter = waiter;
  call.context = parent;
  record.parent = nullptr;
  if (parent != nullptr) {
    record.parent = static_cast<CallRecord*>(parent->owner);
    parent->waiting = &call;
  }
  inherit(record, parent, self, call.options.as_service);
  record.context.owner = &record;
  if (parent != nullptr && parent->stop != 0) return fail_soon(record, static_cast<Stop>(parent->stop));
  if (record.context.depth > max_depth)
    return fail_pending(
        record, Error(Errc::invalid_request, "calls nest more than 32 deep: " + std::string(call.service) +
                                                 '/' + std::string(call.method)));
  return proceed(record, {});
}

/// What a caller that comes again found before, if nothing has changed since. Many loops may look while one
/// writes: who meets a writer looks for itself.
P2P_HOT const MethodEntry* CallRunner::remembered(const detail::Resolved* known) {
  if (known == nullptr) return nullptr;
  const std::uint32_t sequence = __atomic_load_n(&known->sequence, __ATOMIC_ACQUIRE);
  const std::uint64_t version = __atomic_load_n(&known->version, __ATOMIC_ACQUIRE);
  const void* entry = __atomic_load_n(&known->entry, __ATOMIC_ACQUIRE);
  if ((sequence & 1) != 0 || sequence != __atomic_load_n(&known->sequence, __ATOMIC_RELAXED)) return nullptr;
  // An entry of this version is kept by the snapshot of this loop.
  return version == view_.get().version ? static_cast<const MethodEntry*>(entry) : nullptr;
}

void CallRunner::remember(detail::Resolved* known, const MethodEntry& method) {
  if (known == nullptr) return;
  std::uint32_t sequence = __atomic_load_n(&known->sequence, __ATOMIC_RELAXED);
  if ((sequence & 1) != 0 || !__atomic_compare_exchange_n(&known->sequence, &sequence, sequence + 1, false,
                                                          __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return;
  __atomic_store_n(&known->version, view_.get().version, __ATOMIC_RELEASE);
  __atomic_store_n(&known->entry, &method, __ATOMIC_RELEASE);
  __atomic_store_n(&known->sequence, sequence + 2, __ATOMIC_RELEASE);
}

bool CallRunner::knows(const detail::Resolved* known) { return remembered(known) != nullptr; }

/// `wait_until` is zero, or until when it has been waiting for its service.
P2P_HOT std::coroutine_handle<> CallRunner::proceed(CallRecord& record, Instant wait_until) {
  if (const MethodEntry* known = remembered(record.pending->resolved)) return enter(record, *known);
  return look_up(record, wait_until);
}

std::coroutine_handle<> CallRunner::look_up(CallRecord& record, Instant wait_until) {
  detail::PendingCall& call = *record.pending;
  const RegistrySnapshot& snapshot = view_.get();
  const ServiceEntry* entry = snapshot.find(call.service);
  if (entry == nullptr) [[unlikely]]
    return fail_pending(record, no_such_service(snapshot, call.service));
  if (entry->generation == nullptr) [[unlikely]] {
    if (const MethodEntry* own = held_for(record, *entry)) return enter(record, *own);
    if (entry->status == ServiceStatus::starting) return wait_for_service(record, *entry, wait_until);
    return fail_pending(record, not_running(*entry));
  }
  const MethodEntry* method = entry->generation->find(call.method);
  if (method == nullptr) [[unlikely]]
    return fail_pending(record, no_such_method(*entry->generation, call.method, false));
  remember(call.resolved, *method);
  return enter(record, *method);
}

P2P_HOT std::coroutine_handle<> CallRunner::enter(CallRecord& record, const MethodEntry& method) {
  detail::PendingCall& call = *record.pending;
  if (home_ != nullptr && !may_run(method)) [[unlikely]]
    return send_home(record, method);
  if (!covers(record.context.caller.role, method.role)) [[unlikely]]
    return deny(record, method);
  const bool audits = audit_ != nullptr && method.role == Role::admin;
  try {
    call.as_values = call.typed == nullptr || audits || call.typed->fingerprint != method.code.fingerprint;
    if (call.typed != nullptr ? call.as_values : audits || call.arguments.kind() != Value::Kind::null)
      prepare_values(record, method, audits);
    if (call.wants_items && !method.stream) [[unlikely]]
      throw Error(Errc::invalid_request, method.path + " is no stream: call it without .stream(...)");
    begin(record, method, call.options.timeout_ns);
    set_frame(record, start_method(call, method), call.wants_items);
  } catch (Error& error) {
    count_refusal(record, method, error.code());
    if (record.method != nullptr && !record.audited.is_null()) audit_inside(record, errc_name(error.code()));
    return fail_pending(record, std::move(error));
  }
  if (call.wants_items)
    record.frame.promise->completion = &record;
  else
    record.frame.promise->continuation = call.waiter;
  if (method.gate != nullptr && !method.gate->enter(record)) return std::noop_coroutine();
  return record.frame.handle;
}

std::coroutine_handle<> CallRunner::deny(CallRecord& record, const MethodEntry& method) {
  const Context::Identity& caller = record.context.caller;
  stats_.refused(method.stats, Errc::forbidden);
  if (audit_ != nullptr) audit_->denied(audited(record, method), "role");
  return fail_pending(
      record,
      Error(Errc::forbidden, method.path + " needs role " + std::string(role_name(method.role)) + ", " +
                                 std::string(caller.user) + " has " + std::string(role_name(caller.role))));
}

/// Makes the arguments an object, or null.
void CallRunner::prepare_values(CallRecord& record, const MethodEntry& method, bool audits) {
  detail::PendingCall& call = *record.pending;
  if (audits && !audit_->writable()) throw Error(Errc::audit_unavailable, "the audit log cannot be written");
  if (call.typed != nullptr) call.typed->to_value(call.given, call.arguments);
  if (audits) record.audited = masked(call.arguments, method);
  if (!call.arguments.is_object() && !call.arguments.is_null())
    call.arguments = by_name(std::move(call.arguments), method);
}

P2P_HOT detail::Frame CallRunner::start_method(detail::PendingCall& call, const MethodEntry& method) {
  BaseService& object = method.generation->object();
  if (call.as_values) return method.code.start(object, *method.info, call.arguments);
  return method.code.start_typed(object, call.given);
}

/// A version that is stopped first ends when its calls have: what they need of it themselves it still gives,
/// or each would wait for the other. Such a call's pin is there already.
const MethodEntry* CallRunner::held_for(const CallRecord& record, const ServiceEntry& entry) {
  if (entry.held == nullptr) return nullptr;
  for (const CallRecord* at = record.parent; at != nullptr; at = at->parent)
    if (at->method != nullptr && &at->method->generation->object() == &entry.held->object())
      return entry.held->find(record.pending->method);
  return nullptr;
}

std::chrono::nanoseconds CallRunner::patience_for(const ServiceEntry& entry, std::string_view method) const {
  const MethodEntry* known = entry.held == nullptr ? nullptr : entry.held->find(method);
  return known == nullptr ? std::chrono::nanoseconds(entry.patience)
                          : std::chrono::nanoseconds(timeout_of(*known));
}

/// The service's patience in all, however often the service goes from one step of its start to the next.
std::coroutine_handle<> CallRunner::wait_for_service(CallRecord& record, const ServiceEntry& entry,
                                                     Instant until) {
  const Instant now = executor_.clock().now();
  if (until == Instant{}) {
    const std::int64_t limit = record.pending->options.timeout_ns;
    if (limit > 0) record.context.deadline_ns = std::min(record.context.deadline_ns, ns_of(now) + limit);
    until =
        std::min(now + patience_for(entry, record.pending->method), instant_of(record.context.deadline_ns));
  }
  if (now < until)
    record.waiting_id = waiters_.wait(entry.name, until, [this, &record, until](bool) {
      record.waiting_id = 0;
      const LogScope scope(trace_of(record.context));
      proceed(record, until).resume();
    });
  if (record.waiting_id == 0) return fail_pending(record, not_running(entry));
  return std::noop_coroutine();
}

std::coroutine_handle<> CallRunner::fail_pending(CallRecord& record, Error error) {
  detail::PendingCall& call = *record.pending;
  call.error.emplace(std::move(error));
  call.record = nullptr;
  if (call.context != nullptr) call.context->waiting = nullptr;
  give_back(record);
  return call.waiter;
}

/// From the top of the loop: who stops a call may be in the middle of something, and a method that calls
/// again and again though it was stopped shall not hold up the loop.
std::coroutine_handle<> CallRunner::fail_soon(CallRecord& record, Stop why) {
  record.waiting_id = waiters_.wait("", executor_.clock().now(), [this, &record, why](bool) {
    record.waiting_id = 0;
    fail_pending(record, stop_error(why)).resume();
  });
  if (record.waiting_id == 0) return fail_pending(record, stop_error(why));
  return std::noop_coroutine();
}

/// On the loop that has the record, which is the waiter's.
void CallRunner::finish(detail::PendingCall& call) {
  if (call.record == nullptr) return;  // failed before it ran, or given up
  auto& record = *static_cast<CallRecord*>(call.record);
  CallRunner& self = *record.runner;
  call.record = nullptr;
  if (call.context != nullptr) call.context->waiting = nullptr;
  if (record.stream != nullptr) {
    if (Result<Value> result = self.take_result(record); result)
      call.result = *std::move(result);
    else
      call.error.emplace(std::move(result.error()));
    return self.give_back(record);
  }
  const MethodCode& code = record.method->code;
  if (call.as_values)
    code.finish(*record.frame.promise, &call.result, call.error);
  else
    code.finish_typed(*record.frame.promise, call.taken, call.error);
  if (!call.error && record.started_ns == 0 && record.audited.is_null())  // the usual way, kept short
    self.stats_.end_ok(record.method->stats);
  else
    self.count(record, call.error);
  self.give_back(record);
}

void CallRunner::drop(detail::PendingCall& call) noexcept {
  auto& record = *static_cast<CallRecord*>(call.record);
  call.record = nullptr;
  stop_waiting(call);
  CallRunner& self = *record.runner;
  if (record.method != nullptr) return self.abandon(record, Stop::cancelled);
  if (record.errand != nullptr)
    self.recall(record, Stop::cancelled);
  else
    self.waiters_.cancel(std::exchange(record.waiting_id, 0));
  self.give_back(record);
}

}  // namespace p2p

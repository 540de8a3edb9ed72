#include "registry/call_runner.hpp"

#include <algorithm>
#include <limits>

namespace p2p {
namespace {

std::int64_t ns_of(Instant instant) { return instant.time_since_epoch().count(); }
Instant instant_of(std::int64_t ns) { return Instant(std::chrono::nanoseconds(ns)); }

Error error_of(std::exception_ptr exception) {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (Error& error) {
    return std::move(error);
  } catch (...) {  // the SDK's thunk lets nothing else out
    return {Errc::internal, "the service let an exception of its own type out"};
  }
}

Error stopped(Stop why) {
  return why == Stop::timeout ? Error(Errc::timeout, "the deadline of the call has passed")
                              : Error(Errc::cancelled, "the call was cancelled");
}

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
    executor_.post([this, name = std::string(service)] { waiters_.changed(name); });
  });
}

CallRunner::~CallRunner() = default;

CallRecord& CallRunner::take_record() {
  if (free_.empty()) {
    records_.push_back(std::make_unique<CallRecord>());
    free_.reserve(records_.capacity());
    CallRecord& made = *records_.back();
    made.runner = this;
    made.done = &CallRunner::ended;
    return made;
  }
  CallRecord* record = free_.back();
  free_.pop_back();
  return *record;
}

void CallRunner::give_back(CallRecord& record) {
  wheel_.remove(record);
  record.task.reset();
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

/// From here the call runs: pinned, counted, timed, with a deadline and a task that has not started.
void CallRunner::begin(CallRecord& record, const MethodEntry& method, std::int64_t timeout_ns,
                       Value&& params) {
  Context& context = record.context;
  const std::int64_t now = ns_of(executor_.clock().coarse_now());
  if (context.deadline_ns <= now) throw Error(Errc::timeout, "the deadline of the call has passed");
  if (method.gate != nullptr) method.gate->check_room(method.path);
  record.method = &method;
  method.generation->pins().add(slot_);
  record.started_ns = stats_.begin(method.stats) ? ns_of(executor_.clock().now()) : 0;
  std::int64_t limit = method.timeout_ns;
  if (timeout_ns > 0) limit = std::min(limit, timeout_ns);
  context.deadline_ns = std::min(context.deadline_ns, now + limit);
  wheel_.add(record, context.deadline_ns);
  if (!armed_) arm();
  record.task = method.call(method.generation->object(), *method.info, std::move(params));
  record.task.handle().promise().context = &context;
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
  record.context.deadline_ns = std::numeric_limits<std::int64_t>::max();
  try {
    if (request.depth > max_depth)
      throw Error(Errc::invalid_request, "calls nest more than 32 deep: " + method.path);
    if (!request.params.is_object()) request.params = by_name(std::move(request.params), method);
    begin(record, method, request.timeout_ns, std::move(request.params));
  } catch (Error& error) {
    stats_.refused(method.stats, error.code());
    give_back(record);
    receiver.call_ended(fail(std::move(error)));
    return nullptr;
  }
  record.task.handle().promise().completion = &record;
  if (method.gate != nullptr && !method.gate->enter(record)) return &record;
  const std::uint64_t serial = record.serial;
  watch(&record.context, record.task.handle());
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
  const LogScope scope(trace_of(*context));
  const Instant before = executor_.clock().coarse_now();
  step.resume();  // `who` outlives it: no generation is unloaded within a turn
  const auto took = executor_.clock().coarse_now() - before;
  if (took > slow_turn && tell_slow_)
    tell_slow_(who, std::chrono::duration_cast<std::chrono::milliseconds>(took));
}

void CallRunner::ended(detail::Completion* completion) noexcept {
  auto& record = *static_cast<CallRecord*>(completion);
  CallRunner& runner = *record.runner;
  CallReceiver* receiver = record.receiver;
  Result<Value> result = runner.take_result(record);
  runner.give_back(record);
  if (receiver != nullptr) receiver->call_ended(std::move(result));
}

Result<Value> CallRunner::take_result(CallRecord& record) {
  auto& promise = record.task.handle().promise();
  if (record.started_ns != 0)
    stats_.time(record.method->stats, ns_of(executor_.clock().now()) - record.started_ns);
  if (promise.error) {
    Error error = error_of(std::move(promise.error));
    stats_.end_failed(record.method->stats, error.code());
    if (!record.audited.is_null()) audit_inside(record, errc_name(error.code()));
    return fail(std::move(error));
  }
  stats_.end_ok(record.method->stats);
  if (!record.audited.is_null()) audit_inside(record, "ok");
  return std::move(*promise.result);
}

// ---------------------------------------------------------------- calls of services

void CallRunner::inherit(CallRecord& record, Context* parent, const CallerPtr& self, bool as_service) {
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
    return fail_pending(record, Error(Errc::invalid_request,
                                      "calls nest more than 32 deep: " + std::string(call.service.view()) +
                                          '/' + std::string(call.method.view())));
  return proceed(record, {});
}

/// `wait_until` is zero, or until when it has been waiting for its service.
std::coroutine_handle<> CallRunner::proceed(CallRecord& record, Instant wait_until) {
  detail::PendingCall& call = *record.pending;
  const std::string_view service = call.service.view();
  const ServiceEntry* entry = view_.get().find(service);
  if (entry == nullptr) return fail_pending(record, no_such_service(view_.get(), service));
  if (entry->generation == nullptr) {
    if (entry->status == ServiceStatus::starting) return wait_for_service(record, *entry, wait_until);
    return fail_pending(record, not_running(*entry));
  }
  const MethodEntry* method = entry->generation->find(call.method.view());
  if (method == nullptr)
    return fail_pending(record, no_such_method(*entry->generation, call.method.view(), false));
  if (!covers(record.context.caller.role, method->role)) {
    stats_.refused(method->stats, Errc::forbidden);
    if (audit_ != nullptr) audit_->denied(audited(record, *method), "role");
    return fail_pending(
        record, Error(Errc::forbidden, method->path + " needs role " + std::string(role_name(method->role)) +
                                           ", " + std::string(record.context.caller.user) + " has " +
                                           std::string(role_name(record.context.caller.role))));
  }
  if (method->role == Role::admin && audit_ != nullptr) {
    if (!audit_->writable()) {
      stats_.refused(method->stats, Errc::audit_unavailable);
      return fail_pending(record, Error(Errc::audit_unavailable, "the audit log cannot be written"));
    }
    record.audited = masked(call.arguments, *method);
  }
  try {
    if (!call.arguments.is_object() && !call.arguments.is_null())
      call.arguments = by_name(std::move(call.arguments), *method);
    begin(record, *method, call.options.timeout_ns, std::move(call.arguments));
  } catch (Error& error) {
    stats_.refused(method->stats, error.code());
    return fail_pending(record, std::move(error));
  }
  record.task.handle().promise().continuation = call.waiter;
  if (method->gate != nullptr && !method->gate->enter(record)) return std::noop_coroutine();
  return record.task.handle();
}

/// The service's patience in all, however often the service goes from one step of its start to the next.
std::coroutine_handle<> CallRunner::wait_for_service(CallRecord& record, const ServiceEntry& entry,
                                                     Instant until) {
  const Instant now = executor_.clock().now();
  if (until == Instant{}) {
    const std::int64_t limit = record.pending->options.timeout_ns;
    if (limit > 0) record.context.deadline_ns = std::min(record.context.deadline_ns, ns_of(now) + limit);
    until = std::min(now + patience_for(entry, record.pending->method.view()),
                     instant_of(record.context.deadline_ns));
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
    fail_pending(record, stopped(why)).resume();
  });
  if (record.waiting_id == 0) return fail_pending(record, stopped(why));
  return std::noop_coroutine();
}

void CallRunner::finish(detail::PendingCall& call) {
  if (call.record == nullptr) return;  // failed before it ran, or given up
  auto& record = *static_cast<CallRecord*>(call.record);
  call.record = nullptr;
  if (call.context != nullptr) call.context->waiting = nullptr;
  auto& promise = record.task.handle().promise();
  if (!promise.error && record.started_ns == 0 && record.audited.is_null()) {  // the usual way, kept short
    stats_.end_ok(record.method->stats);
    call.result = std::move(*promise.result);
  } else if (Result<Value> result = take_result(record); result) {
    call.result = std::move(*result);
  } else {
    call.error.emplace(std::move(result.error()));
  }
  give_back(record);
}

void CallRunner::drop(detail::PendingCall& call) noexcept {
  auto& record = *static_cast<CallRecord*>(call.record);
  call.record = nullptr;
  if (call.context != nullptr) call.context->waiting = nullptr;
  if (record.method == nullptr) {
    waiters_.cancel(std::exchange(record.waiting_id, 0));
    give_back(record);
    return;
  }
  abandon(record, Stop::cancelled);
}

// ---------------------------------------------------------------- what is recorded of calls inside

AuditedCall CallRunner::audited(const CallRecord& record, const MethodEntry& method) const {
  AuditedCall call;
  call.caller = record.identity();
  call.path = method.path;
  call.trace = {record.context.trace[0], record.context.trace[1]};
  return call;
}

void CallRunner::audit_inside(CallRecord& record, std::string_view outcome) {
  AuditedCall call = audited(record, *record.method);
  call.params = std::move(record.audited);
  call.full = true;
  call.outcome = outcome;
  record.audited = Value();
  audit_->ran(std::move(call), nullptr);
}

}  // namespace p2p

#include "registry/rpc_methods.hpp"

#include <algorithm>

namespace p2p {

void RpcCall::call_ended(Result<Value> result) {
  record_ = nullptr;
  if (kept_ != nullptr && kept_->audit)
    rpc_->ended(*this, std::move(result));
  else
    answered(std::move(result));
}

const MethodEntry* RPCMethods::find_public(const MethodPath& path) {
  const ServiceEntry* entry = runner_.snapshot().find(path.service);
  if (entry == nullptr || entry->generation == nullptr) return nullptr;
  const MethodEntry* method = entry->generation->find(path.method);
  return method != nullptr && method->is_public ? method : nullptr;
}

bool RPCMethods::may_run(const MethodPath& path) {
  const MethodEntry* method = find_public(path);
  return method != nullptr && runner_.may_run(*method);
}

void RPCMethods::call(CallRequest request, RpcCall& call) {
  call.rpc_ = this;
  call.kept_.reset();
  proceed(std::move(request), call);
}

void RPCMethods::proceed(CallRequest request, RpcCall& call) {
  CallStats& stats = runner_.stats();
  const RegistrySnapshot& snapshot = runner_.snapshot();
  const ServiceEntry* entry = snapshot.find(request.path.service);
  if (entry == nullptr) return refuse(call, stats.unknown(), no_such_service(snapshot, request.path.service));
  if (entry->generation == nullptr) {
    if (entry->status == ServiceStatus::starting) return wait_for_service(std::move(request), call, *entry);
    return refuse(call, stats.unknown(), not_running(*entry));
  }
  const MethodEntry* method = entry->generation->find(request.path.method);
  if (method == nullptr || !method->is_public)  // the two cannot be told apart from outside
    return refuse(call, stats.unknown(), no_such_method(*entry->generation, request.path.method, true));
  if (auto allowed = permitted(request, *method, call); !allowed)
    return refuse(call, method->stats, std::move(allowed.error()));
  if (!runner_.is_home() &&
      !method->threadsafe)  // the door of a side loop asks before; a service shall not pay for its mistake
    return refuse(call, method->stats, Error(Errc::internal, method->path + " does not run on this loop"));
  if (method->role >= Role::operator_ && audit_ != nullptr) prepare_audit(request, *method, call);
  if (CallRecord* record = runner_.start(*method, std::move(request), call)) call.record_ = record;
  // Without a record the call has ended inside, and `call` may be gone.
}

Result<void> RPCMethods::permitted(const CallRequest& request, const MethodEntry& method,
                                   const RpcCall& call) {
  const Caller& caller = *request.caller;
  const bool role = covers(caller.role, method.role);
  if (!role || !caller.may_call(request.path, runner_.node_id())) {
    if (audit_ != nullptr) {
      AuditedCall denied;
      denied.caller = request.caller;
      denied.peer = call.peer();
      denied.path = method.path;
      denied.trace = request.trace;
      audit_->denied(denied, role ? "scope" : "role");
    }
    return fail(Errc::forbidden, role ? "the scopes of this token do not hold rpc:" + method.path
                                      : method.path + " needs role " + std::string(role_name(method.role)) +
                                            ", this token has " + std::string(role_name(caller.role)));
  }
  const bool full = in_flight_.full();
  if (full) ++refused_for_room_;
  if (full)
    return fail(Errc::overloaded, std::to_string(in_flight_.limit()) + " calls run on this node already",
                Value{{"retry_after", 1}});
  if (method.role == Role::admin && audit_ != nullptr && !audit_->writable())
    return fail(Errc::audit_unavailable, "the audit log cannot be written, so no admin method runs");
  return {};
}

void RPCMethods::prepare_audit(const CallRequest& request, const MethodEntry& method, RpcCall& call) {
  if (call.kept_ == nullptr) call.kept_ = std::make_unique<RpcCall::Kept>();
  RpcCall::Kept& kept = *call.kept_;
  kept.audit = true;
  kept.durable = method.role == Role::admin;
  kept.started = runner_.executor().clock().now();
  kept.audited.caller = request.caller;
  kept.audited.peer = call.peer();
  kept.audited.path = method.path;
  kept.audited.params = masked(request.params, method);
  kept.audited.full = kept.durable;
  kept.audited.trace = request.trace;
}

void RPCMethods::ended(RpcCall& call, Result<Value> result) {
  RpcCall::Kept& kept = *call.kept_;
  kept.audit = false;
  kept.audited.outcome = result ? "ok" : errc_name(result.error().code());
  kept.audited.milliseconds = milliseconds(runner_.executor().clock().now() - kept.started);
  if (!kept.durable) {
    audit_->ran(std::move(kept.audited), nullptr);
    return call.answered(std::move(result));
  }
  auto writing = std::make_shared<RpcCall*>(&call);
  kept.writing = writing;
  audit_->ran(std::move(kept.audited), [writing, result = std::move(result)](bool written) mutable {
    RpcCall* asking = std::exchange(*writing, nullptr);
    if (asking == nullptr) return;  // it left meanwhile
    asking->kept_->writing.reset();
    if (written)
      asking->answered(std::move(result));
    else
      asking->answered(fail(Errc::audit_unavailable, "the call ran, but the audit log could not be written"));
  });
}

/// The service's patience in all, however often the service goes from one step of its start to the next.
void RPCMethods::wait_for_service(CallRequest request, RpcCall& call, const ServiceEntry& entry) {
  const Instant now = runner_.executor().clock().now();
  if (call.kept_ == nullptr) {
    call.kept_ = std::make_unique<RpcCall::Kept>();
    call.kept_->service = request.path.service;
    call.kept_->method = request.path.method;
    call.kept_->wait_until = now + runner_.patience_for(entry, request.path.method);
    if (request.timeout_ns > 0)
      call.kept_->wait_until =
          std::min(call.kept_->wait_until, now + std::chrono::nanoseconds(request.timeout_ns));
  }
  RpcCall::Kept& kept = *call.kept_;
  kept.request = std::move(request);
  if (now < kept.wait_until)
    kept.waiting_id = runner_.waiters().wait(entry.name, kept.wait_until, [this, &call, since = now](bool) {
      call.kept_->waiting_id = 0;
      CallRequest again = std::move(call.kept_->request);
      again.path = {call.kept_->service, call.kept_->method};
      const std::chrono::nanoseconds waited = runner_.executor().clock().now() - since;
      if (again.timeout_ns > 0)
        again.timeout_ns = std::max<std::int64_t>(1, again.timeout_ns - waited.count());
      proceed(std::move(again), call);
    });
  if (kept.waiting_id == 0) refuse(call, runner_.stats().unknown(), not_running(entry));
}

void RPCMethods::refuse(RpcCall& call, CallStats::MethodId id, Error error) {
  runner_.stats().refused(id, error.code());
  call.answered(fail(std::move(error)));
}

void RPCMethods::cancel(RpcCall& call) {
  if (call.record_ != nullptr) {
    runner_.cancel(*std::exchange(call.record_, nullptr), Errc::cancelled);
  } else if (call.kept_ != nullptr && call.kept_->waiting_id != 0) {
    runner_.waiters().cancel(std::exchange(call.kept_->waiting_id, 0));
    refuse(call, runner_.stats().unknown(), Error(Errc::cancelled, "the caller went away"));
  } else if (call.kept_ != nullptr && call.kept_->writing != nullptr) {
    *std::exchange(call.kept_->writing, nullptr) = nullptr;
    call.answered(fail(Errc::cancelled, "the caller went away"));
  }
}

}  // namespace p2p

#include "node/node_audit.hpp"

#include <memory>

#include "state/audit_reader.hpp"

namespace p2p {
namespace {

void set_actor(AuditRecord& record, const Caller& caller) {
  record.actor = caller.subject;
  record.role = role_name(caller.role);
  record.amr = caller.amr;
  record.jti = caller.jti.substr(0, 8);
}

AuditRecord record_of(const DoorEvent& event) {
  AuditRecord record;
  if (event.caller != nullptr) set_actor(record, *event.caller);
  record.peer = event.peer;
  record.action = event.action;
  record.object = event.object;
  record.outcome = event.outcome;
  record.trace_id = trace_text(event.trace);
  return record;
}

}  // namespace

AuditRecord NodeAudit::record_of(const AuditedCall& call) const {
  AuditRecord record;
  if (call.caller != nullptr) set_actor(record, *call.caller);
  record.peer = call.peer;
  record.action = "rpc";
  record.object = call.path + '@' + node_id_;
  record.outcome = call.outcome;
  record.ms = static_cast<std::uint64_t>(call.milliseconds);
  record.trace_id = trace_text(call.trace);
  return record;
}

void NodeAudit::ran(AuditedCall call, std::move_only_function<void(bool)> done) {
  AuditRecord record = record_of(call);
  record.set_params(call.params, call.full);
  const Durability durability = done ? Durability::now : Durability::soon;
  log_->append(std::move(record), durability, std::move(done));
}

void LoopAudit::ran(AuditedCall call, std::move_only_function<void(bool)> done) {
  if (!done) return audit_.ran(std::move(call), nullptr);
  audit_.ran(std::move(call), [&loop = loop_, done = std::move(done)](bool written) mutable {
    loop.post([done = std::move(done), written]() mutable { done(written); });
  });
}

void NodeAudit::count_refusal(std::string_view kind) {
  const std::lock_guard lock(mutex_);
  ++refusals_[std::string(kind)];
}

NodeAudit::Refusals NodeAudit::refusals() const {
  const std::lock_guard lock(mutex_);
  return refusals_;
}

void NodeAudit::denied(const AuditedCall& call, std::string_view reason) {
  count_refusal(reason);
  AuditRecord record = record_of(call);
  record.outcome = reason;
  log_->deny(std::move(record));
}

void NodeAudit::denied(const DoorEvent& event) {
  count_refusal(event.kind);
  log_->deny(p2p::record_of(event));
}

void NodeAudit::record(const DoorEvent& event, std::function<void(bool)> done) {
  log_->append(p2p::record_of(event), Durability::now, std::move(done));
}

void NodeAudit::service_loaded(const std::string& service, const std::string& hash, bool taken) {
  AuditRecord record;
  record.actor = node_id_;
  record.action = "service.load";
  record.object = service + (hash.empty() ? "" : " sha256:" + hash);
  record.outcome = taken ? "ok" : "failed";
  log_->append(std::move(record), Durability::soon);
}

void NodeAudit::configured(const std::string& setting, bool taken) {
  AuditRecord record;
  record.actor = node_id_;
  record.action = "config.reload";
  record.object = setting;
  record.outcome = taken ? "ok" : "after a restart";
  log_->append(std::move(record), Durability::soon);
}

void NodeAudit::read(const AuditAsked& asked, std::move_only_function<void(Result<AuditRows>)> done) const {
  using Done = std::move_only_function<void(Result<AuditRows>)>;
  auto kept = std::make_shared<Done>(std::move(done));
  const bool taken = executor_->run_blocking([&executor = *executor_, file = file_, asked, kept] {
    auto page = read_audit_page(file, {asked.before, asked.limit, asked.text});
    Result<AuditRows> rows = AuditRows{};
    if (page)
      rows =
          AuditRows{std::move(page->lines), page->next, asked.text.empty() ? Value(page->newest) : Value()};
    else
      rows = fail(std::move(page.error()));
    executor.post([kept, rows = std::move(rows)]() mutable { (*kept)(std::move(rows)); });
  });
  if (taken) return;
  executor_->post([kept] {
    (*kept)(fail(Errc::overloaded, "too much is being read already", Value{{"retry_after", 1}}));
  });
}

void NodeAudit::node_started(const std::string& configuration) {
  AuditRecord record;
  record.actor = node_id_;
  record.action = "node.start";
  record.object = configuration;
  log_->append(std::move(record), Durability::soon);
}

}  // namespace p2p

// CallRunner: what is recorded of calls that services make.
#include <utility>

#include "registry/call_audit.hpp"
#include "registry/call_runner.hpp"

namespace p2p {

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

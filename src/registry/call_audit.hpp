// CallAudit: what the registry tells the audit log of calls (security.md, section 11). The node implements it
// with state's AuditLog; registry only knows when to speak.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/call.hpp"
#include "registry/generation.hpp"

namespace p2p {

struct AuditedCall {
  CallerPtr caller;
  std::string peer;  ///< "127.0.0.1:51422"; empty for a call between services
  std::string path;
  Value params;         ///< secrets as "***"
  bool full = false;    ///< the record shows the parameters, not only their digest
  std::string outcome;  ///< "ok" or the error's name
  double milliseconds = 0;
  TraceId trace{};
};

class CallAudit {
 public:
  /// False while the log cannot be written: then no call that must be recorded may run.
  [[nodiscard]] virtual bool writable() const = 0;
  /// Records a call that ran. With `done` it is durable first: `done(true)` once it is on disk, `done(false)`
  /// if that failed. Without `done` it is written soon.
  virtual void ran(AuditedCall call, std::move_only_function<void(bool)> done) = 0;
  /// Records a refusal; equal ones are folded.
  virtual void denied(const AuditedCall& call, std::string_view reason) = 0;

 protected:
  ~CallAudit() = default;
};

/// `params` with the values of secret parameters replaced, for the log.
[[nodiscard]] Value masked(const Value& params, const MethodEntry& method);

}  // namespace p2p

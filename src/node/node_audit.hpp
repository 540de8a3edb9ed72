// NodeAudit: what registry, the door and framework have to record, as records of state's audit log.
//
// Threads: any; what `ran` and `record` are given to run at the end, runs on the main loop.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "registry/call_audit.hpp"
#include "service_layer/node_view.hpp"
#include "state/audit_log.hpp"

namespace p2p {

class NodeAudit final : public CallAudit {
 public:
  explicit NodeAudit(std::string node_id) : node_id_(std::move(node_id)) {}
  /// The log, once there is one; until then nothing may be called.
  void open(AuditLog& log, std::filesystem::path file, Executor& executor) {
    log_ = &log;
    file_ = std::move(file);
    executor_ = &executor;
  }

  [[nodiscard]] bool writable() const override { return log_->writable(); }
  void ran(AuditedCall call, std::move_only_function<void(bool)> done) override;
  void denied(const AuditedCall& call, std::string_view reason) override;

  /// How often something was refused, by the kind of what was missing.
  using Refusals = std::map<std::string, std::uint64_t, std::less<>>;
  [[nodiscard]] Refusals refusals() const;

  void denied(const DoorEvent& event);
  void record(const DoorEvent& event, std::function<void(bool)> done);
  void service_loaded(const std::string& service, const std::string& hash, bool taken);
  /// Reads on a thread of the pool; `done` from the top of the loop.
  void read(const AuditAsked& asked, std::move_only_function<void(Result<AuditRows>)> done) const;
  void node_started(const std::string& configuration);
  /// A setting has another value since SIGHUP; `taken`: it holds, else a restart brings it.
  void configured(const std::string& setting, bool taken);
  [[nodiscard]] AuditCounters counters() const { return log_->counters(); }

 private:
  [[nodiscard]] AuditRecord record_of(const AuditedCall& call) const;
  void count_refusal(std::string_view kind);

  std::string node_id_;
  AuditLog* log_ = nullptr;
  std::filesystem::path file_;
  Executor* executor_ = nullptr;
  mutable std::mutex mutex_;  // guards refusals_
  Refusals refusals_;
};

/// The same for a loop beside the main one: what is durable is told there.
class LoopAudit final : public CallAudit {
 public:
  LoopAudit(NodeAudit& audit, Executor& loop) : audit_(audit), loop_(loop) {}

  [[nodiscard]] bool writable() const override { return audit_.writable(); }
  void ran(AuditedCall call, std::move_only_function<void(bool)> done) override;
  void denied(const AuditedCall& call, std::string_view reason) override { audit_.denied(call, reason); }

 private:
  NodeAudit& audit_;
  Executor& loop_;
};

}  // namespace p2p

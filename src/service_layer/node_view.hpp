// NodeView: what the door needs to know of the node behind it, and may ask of it. node implements it.
//
// Threads: the main loop's; what the doors of other loops need, any, and it says so.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/value.hpp>

#include "base/result.hpp"
#include "model/call.hpp"

namespace p2p {

/// One line of /readyz.
struct ReadyCheck {
  std::string name;
  bool ok = false;
  std::string text;  ///< "2 loaded, 0 failed"
};

/// Something that happened at the door and belongs into the audit log.
struct DoorEvent {
  CallerPtr caller;  ///< null when nobody could be told
  std::string peer;
  std::string action;   ///< "token.issue", "request"
  std::string object;   ///< the subject of a token, or the path
  std::string outcome;  ///< "ok", or the reason of a refusal
  std::string kind;     ///< of a refusal, for counting: "no_token", "role", ...
  TraceId trace{};
};

/// Prometheus text 0.0.4, or OpenMetrics 1.0.
enum class MetricsFormat { prometheus, open_metrics };

/// What an operator does to a service.
enum class ServiceAct { reload, restart, enable, disable };

/// A page of the audit log that is asked for, and what is there.
struct AuditAsked {
  std::uint64_t before = ~std::uint64_t{0};  ///< records with a lower number
  std::size_t limit = 100;
  std::string text;  ///< that they hold, in small letters
};
struct AuditRows {
  std::vector<std::string> lines;  ///< JSON objects, the newest first
  std::uint64_t next = 0;          ///< `before` of the next page, 0: there is none
  Value total;                     ///< null when nobody has counted
};

class NodeView {
 public:
  /// Bodies of the routes of the same names (http-api.md, section 2). `health`: any thread.
  [[nodiscard]] virtual Value health() const = 0;
  [[nodiscard]] virtual Value cluster_status() const = 0;
  [[nodiscard]] virtual Value cluster_nodes() const = 0;
  /// This node's row of them.
  [[nodiscard]] virtual Value self() const = 0;
  /// One node with its services; null when it is not known.
  [[nodiscard]] virtual Value node_detail(std::string_view node_id) const = 0;
  [[nodiscard]] virtual Value local_services() const = 0;
  [[nodiscard]] virtual Value local_service(std::string_view name) const = 0;
  /// Every setting with its value and origin; secrets are masked.
  [[nodiscard]] virtual Value config() const = 0;
  [[nodiscard]] virtual std::vector<ReadyCheck> ready_checks() const = 0;
  /// Whether the node's loops turn. Any thread.
  [[nodiscard]] virtual std::vector<ReadyCheck> live_checks() const = 0;
  [[nodiscard]] virtual std::string metrics(MetricsFormat format) const = 0;

  /// `done` gets the service as local_service shows it once the act has come to an end (or to where it must
  /// wait for something), or why it was not done. Perhaps inside.
  virtual void act_on_service(std::string_view name, ServiceAct act,
                              std::move_only_function<void(Result<Value>)> done) = 0;
  /// Asks for records; from the top of the loop.
  virtual void read_audit(const AuditAsked& asked, std::move_only_function<void(Result<AuditRows>)> done) = 0;

  /// Whether what is done now can be recorded. Any thread.
  [[nodiscard]] virtual bool can_record() const = 0;
  /// Records a refusal; equal ones are folded. Any thread.
  virtual void denied(const DoorEvent& event) = 0;
  /// Records an act that must be on disk before it is answered.
  virtual void record(const DoorEvent& event, std::function<void(bool)> done) = 0;

 protected:
  ~NodeView() = default;
};

}  // namespace p2p

// NodeView: what the door needs to know of the node behind it, and may ask of it. node implements it.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/value.hpp>

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
  TraceId trace{};
};

class NodeView {
 public:
  /// Bodies of the routes of the same names (http-api.md, section 2).
  [[nodiscard]] virtual Value health() const = 0;
  [[nodiscard]] virtual Value cluster_status() const = 0;
  [[nodiscard]] virtual Value cluster_nodes() const = 0;
  /// This node's row of them.
  [[nodiscard]] virtual Value self() const = 0;
  /// One node with its services; null when it is not known.
  [[nodiscard]] virtual Value node_detail(std::string_view node_id) const = 0;
  [[nodiscard]] virtual Value local_services() const = 0;
  [[nodiscard]] virtual Value local_service(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<ReadyCheck> ready_checks() const = 0;
  /// Prometheus text 0.0.4.
  [[nodiscard]] virtual std::string metrics() const = 0;

  /// Records a refusal; equal ones are folded.
  virtual void denied(const DoorEvent& event) = 0;
  /// Records an act that must be on disk before it is answered.
  virtual void record(const DoorEvent& event, std::function<void(bool)> done) = 0;

 protected:
  ~NodeView() = default;
};

}  // namespace p2p

// ServiceSlot: what ServiceRegistry knows of one folder: the generation that serves, the one that is to
// follow, and what is said of them.
//
// Threads: the main loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/live_service.hpp"

namespace p2p {

struct ServiceSlot {
  std::string folder, service;
  ServiceStatus status = ServiceStatus::starting;
  std::string step;
  std::unique_ptr<LiveService> running, candidate;
  std::unique_ptr<ServiceInstance> queued;  ///< came while it could not be begun with
  std::optional<FailureReason> reason, update_reason;
  std::string loaded_at;
  std::vector<Instant> failures;  ///< of initialize()
  Executor::TimerId retry = 0;
  WallTime retry_at{};
  Instant waiting_since{};
  bool waiting = false;           ///< the candidate waits for other services
  bool warned = false;            ///< it has waited long
  bool starting = false;          ///< the candidate's initialize() runs
  bool stopping = false;          ///< what served is on its way out, and nothing may begin before
  bool removed = false;           ///< the folder is gone
  bool retried = false;           ///< the next offer is the retry that was asked for
  std::vector<std::string> ring;  ///< it failed for a ring of dependencies: what it waited for then

  /// Puts `instance` in the place of one that nobody began with.
  void queue(std::unique_ptr<ServiceInstance> instance);
  /// What GET /local/services shows; http-api.md, section 2.5.
  [[nodiscard]] Value describe(std::string_view node_id) const;
};

}  // namespace p2p

// ServiceSlot: what ServiceRegistry knows of one folder: the generation that serves, the one that is to
// follow, and what is said of them.
//
// Threads: the main loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/live_service.hpp"
#include "framework/service_settings.hpp"

namespace p2p {

/// A loaded version of a service, and what the operator says of it.
struct ServiceOffer {
  std::unique_ptr<ServiceInstance> instance;
  ServiceSettings settings;
};

struct ServiceSlot {
  std::string folder, service;
  ServiceStatus status = ServiceStatus::starting;
  std::string step;
  std::unique_ptr<LiveService> running, candidate;
  std::unique_ptr<ServiceOffer> queued;  ///< came while it could not be begun with
  /// What served until it was stopped first, kept until its successor serves: if that fails, it is begun with
  /// again.
  std::unique_ptr<LiveService> resting;
  GenerationPtr held;  ///< its methods, while their calls are held
  Value state;         ///< what it handed over
  /// Came while others were put in force, with the digest of all of it.
  std::optional<std::pair<ServiceSettings, std::string>> next_settings;
  std::optional<FailureReason> reason, update_reason;
  std::string loaded_at;
  std::vector<Instant> failures;               ///< of initialize()
  ServiceSettings::Restart tries;              ///< how many of them may be
  std::chrono::milliseconds longest_start{0};  ///< that one of them may take
  Executor::TimerId retry = 0;
  WallTime retry_at{};
  Instant waiting_since{};
  std::uint64_t restarts =
      0;                    ///< times it was begun with anew: by the operator, or since its start had failed
  bool waiting = false;     ///< the candidate waits for other services
  bool warned = false;      ///< it has waited long
  bool starting = false;    ///< the candidate's initialize() runs
  bool stopping = false;    ///< what served is on its way out, and nothing may begin before
  bool halting = false;     ///< `resting` is on its way to rest, and nothing may begin before
  bool restarting = false;  ///< ... and is to be begun with again
  bool reviving = false;    ///< the candidate is what served before, since its successor failed
  bool applying = false;    ///< other settings are being put in force
  bool pending = false;     ///< the folder has changed, and waits for the operator's reload
  bool removed = false;     ///< the folder is gone, or may not run
  std::string disabled;     ///< ... the latter, and why
  bool retried = false;     ///< the next offer is the retry that was asked for
  std::vector<std::string> ring;  ///< it failed for a ring of dependencies: what it waited for then

  /// Some version of it is there, whether or not it serves now.
  [[nodiscard]] bool occupied() const noexcept {
    return running != nullptr || candidate != nullptr || resting != nullptr;
  }
  /// Nothing is going on with it: what can be said of it now will be so until something happens.
  [[nodiscard]] bool idle() const noexcept {
    return candidate == nullptr && queued == nullptr && !stopping && !halting && !applying;
  }
  /// Puts `offer` in the place of one that nobody began with.
  void queue(ServiceOffer offer);
  /// What GET /local/services shows; http-api.md, section 2.5.
  [[nodiscard]] Value describe(std::string_view node_id) const;
};

}  // namespace p2p

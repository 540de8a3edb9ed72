// ServiceRegistry: the services of this node and their lives: which runs, which is starting, which failed and
// why; the order of start and stop; the change from one generation to the next.
//
// hosting brings instances in, one a folder; from here on the rules of service-sdk.md, sections 10 and 11,
// hold: a new generation starts while the old one serves, takes over in one step, and a broken one never
// replaces a working one.
//
// Threads: the main loop's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/dependencies.hpp"
#include "framework/live_service.hpp"
#include "framework/service_slot.hpp"

namespace p2p {

class ServiceRegistry {
 public:
  struct Hooks {
    /// Load the folder again, though nothing changed: a start that failed is due once more.
    std::function<void(const std::string& folder)> bring_again;
    /// A generation has begun to serve, or one was refused: for the audit log.
    std::function<void(const std::string& service, const std::string& hash, bool taken)> loaded;
    /// Something about the folder's service has come to an end, from the top of the loop: a start, a stop, a
    /// refusal, a change of settings.
    std::function<void(const std::string& folder)> moved = {};
  };

  ServiceRegistry(MethodRegistry& methods, ServiceSurroundings& surroundings, ServiceTimes times,
                  LiveService::Quiesce quiesce, Hooks hooks);
  ServiceRegistry(const ServiceRegistry&) = delete;
  ServiceRegistry& operator=(const ServiceRegistry&) = delete;
  ~ServiceRegistry();

  /// The folder is being worked on: `step` is "compile" or "load".
  void working(const std::string& folder, const std::string& step);
  /// A loaded version of the folder's service, to start and to put in the place of the one that serves.
  void offer(const std::string& folder, std::unique_ptr<ServiceInstance> instance,
             ServiceSettings settings = {});
  /// The folder's new version cannot be loaded. What serves goes on serving.
  void failed(const std::string& folder, FailureReason reason);
  /// The folder is gone: its service stops.
  void removed(const std::string& folder);
  /// The folder's service may not run: it stops, and is shown as `stopped` with `why`.
  void disabled(const std::string& folder, std::string why);
  /// The folder has changed, and its service is to be reloaded by the operator's word alone.
  void pending(const std::string& folder);
  /// Nothing but the settings of what runs has changed. False when they cannot be put in force as it runs (or
  /// it does not): then the service is to be offered anew.
  /// `content` is the digest of all of it then, for the audit log.
  [[nodiscard]] bool apply(const std::string& folder, ServiceSettings settings, std::string content);

  /// Stops the service and begins with a new object of the same code; calls are held meanwhile. False when it
  /// does not run, or is being reloaded.
  [[nodiscard]] bool restart(const std::string& folder);
  /// Asks for the folder's service to be offered again.
  void bring_again(const std::string& folder) {
    if (hooks_.bring_again && !stopping_) hooks_.bring_again(folder);
  }

  /// Stops every service, dependents first; `done` once all are gone. Nothing new is taken after it.
  void stop_all(Job done);

  /// True once no service is starting any more (those that have waited 30 s for another do not count).
  [[nodiscard]] bool settled() const;
  [[nodiscard]] std::size_t count(ServiceStatus status) const;
  [[nodiscard]] std::size_t leaked() const noexcept { return leaked_; }
  [[nodiscard]] std::size_t reloads() const noexcept { return reloads_; }

  /// What GET /local/services shows of each: name -> {status, info, methods, ...}; http-api.md, section 2.5.
  [[nodiscard]] Value describe() const;
  /// The same of one service, or null.
  [[nodiscard]] Value describe(std::string_view name) const;
  /// What is known of the folder whose service has this name, or of the folder; null when there is neither.
  [[nodiscard]] const ServiceSlot* find(std::string_view service) const { return slot_of(service); }
  [[nodiscard]] const ServiceSlot* find_folder(std::string_view folder) const;
  [[nodiscard]] std::vector<std::string> names() const;
  void set_moved(std::function<void(const std::string& folder)> moved) { hooks_.moved = std::move(moved); }

 private:
  using Slot = ServiceSlot;

  Slot& slot(const std::string& folder);
  [[nodiscard]] Slot* slot_of(std::string_view service) const;
  [[nodiscard]] bool runs(std::string_view service) const;
  void begin(Slot& slot, ServiceOffer offer);
  [[nodiscard]] std::unique_ptr<LiveService> make_live(ServiceOffer offer);
  void try_start(Slot& slot);
  void start(Slot& slot);
  void try_start_waiting();
  void refuse_ring(const Dependencies& all);
  void forget_retry(Slot& slot);
  void started(Slot& slot, std::optional<FailureReason> failure);
  void swap(Slot& slot);
  void refuse(Slot& slot, FailureReason reason);
  void refused_start(Slot& slot, FailureReason reason);
  void retire(std::unique_ptr<LiveService> live, bool cleanup, Job then);
  void next_candidate(Slot& slot);
  void leave(Slot& slot);
  void left(Slot& slot);
  void moved(const Slot& slot);
  [[nodiscard]] std::optional<FailureReason> pass_on_state(Slot& slot, LiveService& from, LiveService& to);
  [[nodiscard]] std::optional<FailureReason> give_state(Slot& slot, LiveService& to);
  void halt(Slot& slot);
  void rested(Slot& slot, LiveService::End end);
  void begin_again(Slot& slot);
  void applied(Slot& slot, const std::string& content, std::optional<FailureReason> failure);
  void announce(Slot& slot, ServiceStatus status);
  void stop_next();
  void erase(Slot& slot);
  [[nodiscard]] std::vector<std::string> missing(const Slot& slot) const;
  [[nodiscard]] Dependencies declared() const;

  MethodRegistry& methods_;
  ServiceSurroundings& surroundings_;
  Executor& executor_;
  Log& log_;
  ServiceTimes times_;
  LiveService::Quiesce quiesce_;
  Hooks hooks_;
  std::map<std::string, std::unique_ptr<Slot>, std::less<>> slots_;
  std::vector<std::unique_ptr<LiveService>> retiring_, kept_;
  std::uint64_t next_number_ = 1;
  std::size_t leaked_ = 0, reloads_ = 0;
  Job on_stopped_;
  bool stopping_ = false;
};

}  // namespace p2p

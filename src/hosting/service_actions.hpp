// ServiceActions: what an operator does to one service: reload, restart, disable, enable. Each is begun at
// once and answered when it has come to its end, whatever that is, or when its time is up (it goes on then).
//
//   reload    the folder is read and loaded again, though nothing in it changed; ends `failed`, and takes
//             what reload = "manual" holds back
//   restart   stops first, then begins with the same code and no state; what does not run is reloaded. A
//             service that is just being loaded or told new settings is restarted when that has ended
//   disable   stops, and stays so over restarts of the node, until
//   enable
//
// Threads: the main loop's. Lifetime: shorter than the registry's and the folder's; those who wait are not
// answered when it goes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "hosting/services_folder.hpp"

namespace p2p {

enum class ServiceAction { reload, restart, disable, enable };
[[nodiscard]] std::string_view action_name(ServiceAction action) noexcept;
[[nodiscard]] std::optional<ServiceAction> action_of(std::string_view name) noexcept;

class ServiceActions {
 public:
  /// The service as GET /local/services/{name} shows it then; or service_not_found, conflict (it cannot be
  /// done to this one, or not now), unavailable with the `reason` in the detail (it was done and went wrong),
  /// or timeout.
  using Done = std::move_only_function<void(Result<Value>)>;

  ServiceActions(Executor& loop, ServiceRegistry& registry, ServicesFolder& folder);
  ServiceActions(const ServiceActions&) = delete;
  ServiceActions& operator=(const ServiceActions&) = delete;
  ~ServiceActions();

  /// `done` runs exactly once, perhaps inside.
  void run(ServiceAction action, std::string_view service, std::chrono::milliseconds limit, Done done);

 private:
  struct Waiting {
    ServiceAction action;
    std::string service;
    Done done;
    Executor::TimerId timer = 0;
    bool begun = true;  // a restart waits for what is under way with its service
  };

  [[nodiscard]] Result<void> begin(ServiceAction action, const ServiceSlot& slot);
  [[nodiscard]] Result<void> bring_again(const std::string& folder, const std::string& service);
  [[nodiscard]] Error too_late(const std::string& folder, const Waiting& waiting,
                               std::chrono::milliseconds limit) const;
  void look(const std::string& folder);
  void end(const std::string& folder, Result<Value> result);
  [[nodiscard]] bool busy(const std::string& folder) const;
  [[nodiscard]] Result<Value> outcome(ServiceAction action, const std::string& folder) const;

  Executor& loop_;
  ServiceRegistry& registry_;
  ServicesFolder& folder_;
  std::map<std::string, Waiting, std::less<>> waiting_;  // by folder: one at a time
};

}  // namespace p2p

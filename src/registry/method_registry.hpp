// MethodRegistry: every method this node can run itself, by its path. The meeting point of the two ways a
// call comes in: RPCMethods looks up what the network asks for, ServiceBridge what a service asks for, and
// both run what they find.
//
// It is an immutable snapshot behind a version number. A loop keeps the snapshot and compares the version (1
// ns), so a call takes no lock; `publish` replaces one service and raises the version: from then on new calls
// take the new generation, and calls that have begun stay on theirs.
//
// Threads:  any number of readers, one writer at a time (the main loop).
// Does not: check who asks (RPCMethods), wait, or know other nodes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/method_path.hpp"
#include "registry/generation.hpp"

namespace p2p {

enum class ServiceStatus { starting, running, stopping, stopped, error, failed, pending };
[[nodiscard]] std::string_view status_name(ServiceStatus status) noexcept;

/// What the registry says of one service. One that is `stopped` is in it only while its folder is there.
struct ServiceEntry {
  std::string name;
  ServiceStatus status = ServiceStatus::starting;
  std::string reason;                        ///< why it does not run, for the caller
  double retry_after = 1;                    ///< seconds, for the caller
  std::chrono::milliseconds patience{2000};  ///< how long a call waits while the service is starting
  GenerationPtr generation;                  ///< null unless running
  /// What served until a reload that stops it first: its calls are held while the service is `starting`, each
  /// for as long as its method may take. Only calls from inside it still go there.
  GenerationPtr held;
};

using Services =
    boost::unordered_flat_map<std::string, std::shared_ptr<const ServiceEntry>, NameHash, NameEqual>;

struct RegistrySnapshot {
  std::uint64_t version = 0;
  Services services;

  [[nodiscard]] const ServiceEntry* find(std::string_view service) const noexcept {
    const auto found = services.find(service);
    return found == services.end() ? nullptr : found->second.get();
  }
};

class MethodRegistry {
 public:
  /// Called on the publishing thread after each change, with the service's name.
  using Listener = std::move_only_function<void(std::string_view service)>;

  MethodRegistry();

  /// Makes `entry` what is known of its service from now on.
  void publish(ServiceEntry entry);
  /// Takes a service out.
  void withdraw(std::string_view service);

  [[nodiscard]] std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<const RegistrySnapshot> snapshot() const;

  /// The listener lives as long as the registry.
  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }

  /// Paths of the public methods of running services, sorted: what GET /debug/registry shows.
  [[nodiscard]] std::vector<std::string> public_paths() const;

 private:
  friend class RegistryView;
  void replace(std::string_view service, std::shared_ptr<const ServiceEntry> entry);

  mutable std::mutex mutex_;  // guards current_ while it is copied
  std::shared_ptr<const RegistrySnapshot> current_;
  std::atomic<std::uint64_t> version_{0};
  std::vector<Listener> listeners_;
};

/// A loop's own view of the registry: the snapshot it saw last, looked up again only when the version has
/// changed.
class RegistryView {
 public:
  explicit RegistryView(const MethodRegistry& registry) : registry_(registry), newest_(&registry.version_) {}

  [[nodiscard]] const RegistrySnapshot& get() {
    if (snapshot_ == nullptr || snapshot_->version != newest_->load(std::memory_order_acquire))
      snapshot_ = registry_.snapshot();
    return *snapshot_;
  }

  /// While it lives, `get` gives what it gave when this was made.
  class Hold {
   public:
    explicit Hold(RegistryView& view) : view_(view) {
      view.held_.store(view.get().version, std::memory_order_relaxed);
      view.newest_ = &view.held_;
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { view_.newest_ = &view_.registry_.version_; }

   private:
    RegistryView& view_;
  };
  [[nodiscard]] Hold hold() { return Hold(*this); }

 private:
  const MethodRegistry& registry_;
  const std::atomic<std::uint64_t>* newest_;  // the registry's version, or held_
  std::atomic<std::uint64_t> held_{0};
  std::shared_ptr<const RegistrySnapshot> snapshot_;
};

/// service_not_found with the nearest known name.
[[nodiscard]] Error no_such_service(const RegistrySnapshot& snapshot, std::string_view service);
/// method_not_found with the nearest name; only public ones are suggested to the outside.
[[nodiscard]] Error no_such_method(const Generation& generation, std::string_view method, bool outside);
/// Why a call to a service that is not running must wait or fail: draining, unavailable, service_not_found.
[[nodiscard]] Error not_running(const ServiceEntry& entry);

}  // namespace p2p

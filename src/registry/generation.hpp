// Generation: what one loaded version of a service offers: its object and its methods, with the count of
// calls that run on it. A reload makes a new one; the old one serves its calls to the end and may be unloaded
// when the count is zero and every loop has been at its top once (service-sdk.md, section 11).
//
// Lifetime: the memory here is shared by registry snapshots; the object and the MethodInfo belong to the
//           service's library and may be touched only while a call pins the generation.
// Threads:  immutable but for the pins; each loop has a slot of its own there.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/method.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include "registry/call_gate.hpp"
#include "registry/method_override.hpp"
#include "registry/name_hash.hpp"
#include "telemetry/call_stats.hpp"

namespace p2p {

class Generation;

/// A method as the node knows it: where to call it, and what it says of itself, copied. What every call reads
/// comes first, so that it lies close together.
struct MethodEntry {
  Generation* generation = nullptr;
  const MethodInfo* info = nullptr;  ///< in the service's library
  MethodCode code;                   ///< functions there
  std::int64_t timeout_ns = 0;
  CallStats::MethodId stats = nullptr;
  Role role = Role::operator_;
  bool stream = false;
  bool threadsafe = false;  ///< runs on the loop where the call arrives, all others on the home loop alone
  std::shared_ptr<CallGate> gate;  ///< null without max_concurrency; generations of one object share it

  bool is_public = false, idempotent = false, broadcastable = false;
  std::int64_t cache_ttl_ns = 0, max_body = 0, max_concurrency = 0;
  std::string name, path, log_name;  ///< "ping", "system/ping", "Method.system.ping"
  std::string description, cache_scope, cache_tags;
  std::vector<std::string> parameters;
  std::vector<std::string> secrets;     ///< parameters that logs and audit show as ***
  std::vector<std::string> overridden;  ///< options of which the operator has the word
  Value params_schema, result_schema;
};

/// How many calls hold a generation, a counter for each loop.
class Pins {
 public:
  static constexpr unsigned slots = 64;
  void add(unsigned slot) noexcept {
    auto& n = counts_[slot].n;
    n.store(n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void drop(unsigned slot) noexcept {
    auto& n = counts_[slot].n;
    n.store(n.load(std::memory_order_relaxed) - 1, std::memory_order_release);
  }
  /// Zero means that nothing is in flight once no new call can come; before that it is a hint.
  [[nodiscard]] std::int64_t sum() const noexcept { return of_slots(0); }
  /// The same of all loops but the home loop, which has the first slot.
  [[nodiscard]] std::int64_t beside() const noexcept { return of_slots(1); }

 private:
  [[nodiscard]] std::int64_t of_slots(std::size_t first) const noexcept;
  struct alignas(64) Slot {
    std::atomic<std::int64_t> n{0};
  };
  std::array<Slot, slots> counts_;
};

class Generation {
 public:
  /// `methods` are those the object declared. Names that no path can have and those of the
  /// life cycle (start, stop, initialize, cleanup) are passed over; `rejected` gets them.
  Generation(std::string service, std::uint64_t number, BaseService* object,
             const std::vector<MethodInfo>& methods, CallStats& stats,
             std::vector<std::string>* rejected = nullptr, const MethodOverrides& overrides = {});

  [[nodiscard]] const std::string& service() const noexcept { return service_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] BaseService& object() const noexcept { return *object_; }
  [[nodiscard]] const MethodEntry* find(std::string_view method) const noexcept {
    const auto found = methods_.find(method);
    return found == methods_.end() ? nullptr : found->second.get();
  }
  /// In the order of their declaration.
  [[nodiscard]] const std::vector<const MethodEntry*>& methods() const noexcept { return ordered_; }
  /// What the operator's words loosen, for a warning.
  [[nodiscard]] const std::vector<std::string>& loosened() const noexcept { return loosened_; }
  /// Takes over the gates of `before`, which has the same object: a limit holds for both.
  void share_gates(const Generation& before);
  [[nodiscard]] Pins& pins() noexcept { return pins_; }

  /// While this is set, calls from now on go to the home loop, also of methods that are threadsafe. Those on
  /// other loops have ended once every loop has been at its top and `pins().beside()` is 0.
  void gather(bool at_home) noexcept { gathered_.store(at_home, std::memory_order_relaxed); }
  [[nodiscard]] bool gathered() const noexcept { return gathered_.load(std::memory_order_relaxed); }

 private:
  std::string service_;
  std::uint64_t number_;
  BaseService* object_;
  boost::unordered_flat_map<std::string, std::unique_ptr<MethodEntry>, NameHash, NameEqual> methods_;
  std::vector<const MethodEntry*> ordered_;
  std::vector<std::string> loosened_;
  Pins pins_;
  std::atomic<bool> gathered_{false};
};

using GenerationPtr = std::shared_ptr<Generation>;

}  // namespace p2p

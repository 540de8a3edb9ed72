// NodeCounters: what only the node as a whole sees happen, for /metrics.
//
// Threads: the loop's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "telemetry/histogram.hpp"

namespace p2p {

class NodeCounters {
 public:
  static constexpr std::size_t most_services = 1000;  ///< further ones share the label "_other"

  /// Service and outcome ("ok", "failed").
  using Reloads = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  /// A version of a service was taken, or not. The first that is taken is a load and no reload.
  void loaded(const std::string& service, bool taken) {
    if (taken && loaded_.size() < most_services && loaded_.insert(service).second) return;
    const bool known = loaded_.contains(service) || reloads_.size() < 2 * most_services;
    ++reloads_[{known ? service : "_other", taken ? "ok" : "failed"}];
  }
  /// The loop was kept for so long by one turn.
  void stalled(std::chrono::milliseconds time) { stalls_.add(std::chrono::duration<double>(time).count()); }

  [[nodiscard]] const Reloads& reloads() const noexcept { return reloads_; }
  [[nodiscard]] const Histogram& stalls() const noexcept { return stalls_; }

 private:
  std::set<std::string> loaded_;
  Reloads reloads_;
  Histogram stalls_{{0.1, 0.25, 0.5, 1, 2.5, 5, 10}};
};

}  // namespace p2p

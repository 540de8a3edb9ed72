// The measurements of p2p_simulation: each prints a row for one size of a cluster and keeps what broke a
// bound.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "testing/sim_cluster.hpp"

namespace p2p::gossip {

class SimulationChecks {
 public:
  /// Kills one node after the other in clusters that have settled.
  void detection(std::size_t n, std::uint64_t seeds, int kills, double reference_s, double loss);
  /// Kills many at once: no survivor may list one of them as alive after a minute.
  void mass_death(std::size_t n, double share);
  /// All join one seed at once.
  void join_storm(std::size_t n, std::uint64_t seeds, double bound_s);
  /// One joins a large cluster.
  void newcomer(std::size_t n);
  void idle(std::size_t n);
  void false_deaths(std::size_t n, double loss, double minutes);

  [[nodiscard]] const std::vector<std::string>& broken() const noexcept { return broken_; }

 private:
  void expect(bool holds, const std::string& sentence);

  std::vector<std::string> broken_;
};

}  // namespace p2p::gossip

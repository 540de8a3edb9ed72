// SimCluster: N simulated nodes that are to be one cluster, and what is asked of it again and again: do all
// see all, who noticed a death when, was anybody believed dead who was not, what does idling cost.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "testing/sim_network.hpp"

namespace p2p::gossip {

class SimCluster {
 public:
  enum class Start {
    joining,  ///< all ask node 0 at once, at time 0
    joined    ///< all know all from the beginning
  };
  SimCluster(std::size_t n, std::uint64_t seed, Start start, const SwimConfig& config = sim_config());

  SimNetwork net;

  /// Every running node has every running node as alive, and no other.
  [[nodiscard]] bool all_see_all();
  /// Seconds until they do; negative when they do not within `limit_s`.
  double settle(double limit_s);
  /// Seconds until each survivor calls the killed node failed, sorted; those who do not within `limit_s` are
  /// missing.
  [[nodiscard]] std::vector<double> kill(SimNetwork::Node victim, double limit_s = 60);

  [[nodiscard]] NodeState state_of(SimNetwork::Node where, SimNetwork::Node whom);
  /// How often a node that ran was called failed, or left, somewhere.
  [[nodiscard]] std::uint64_t false_deaths() const noexcept { return false_deaths_; }
  [[nodiscard]] std::uint64_t told(MemberEventKind kind) const;

  struct Rate {
    double packets_s = 0, bytes_s = 0;
  };
  /// Of UDP, per running node.
  [[nodiscard]] Rate idle_for(double span_s);

 private:
  void on_event(SimNetwork::Node where, const MemberEvent& event);

  std::map<std::string, SimNetwork::Node, std::less<>> by_name_;
  std::map<MemberEventKind, std::uint64_t> told_;
  std::uint64_t false_deaths_ = 0;
  std::string victim_;
  std::map<SimNetwork::Node, TimePoint> noticed_;  // the death of victim_
};

}  // namespace p2p::gossip

#include "testing/sim_cluster.hpp"

#include <algorithm>

namespace p2p::gossip {
namespace {

TimePoint microseconds(double seconds) { return static_cast<TimePoint>(seconds * seconds_us); }

}  // namespace

SimCluster::SimCluster(std::size_t n, std::uint64_t seed, Start start, const SwimConfig& config)
    : net(seed, swim_machines(config)) {
  net.observe(
      [this](SimNetwork::Node where, TimePoint, const MemberEvent& event) { on_event(where, event); });
  for (std::size_t i = 0; i < n; ++i) {
    std::string name = "n" + std::to_string(i);
    const SimNetwork::Node node = net.add(name);
    by_name_.emplace(std::move(name), node);
  }
  std::vector<NodeInfoPtr> all;
  for (SimNetwork::Node node = 0; node < n; ++node) all.push_back(net.info(node));
  for (SimNetwork::Node node = 0; node < n; ++node) {
    if (start == Start::joined) {
      net.core(node).assume(net.now(), all);
      net.poke(node);
    } else if (node > 0) {
      net.join(node, 0);
    }
  }
}

void SimCluster::on_event(SimNetwork::Node where, const MemberEvent& event) {
  ++told_[event.kind];
  if (event.kind != MemberEventKind::failed && event.kind != MemberEventKind::left) return;
  const SimNetwork::Node whom = by_name_.find(event.node->name)->second;
  if (event.kind == MemberEventKind::failed && net.runs(whom)) ++false_deaths_;
  if (event.node->name == victim_) noticed_.try_emplace(where, net.now());
}

std::uint64_t SimCluster::told(MemberEventKind kind) const {
  const auto found = told_.find(kind);
  return found == told_.end() ? 0 : found->second;
}

bool SimCluster::all_see_all() {
  std::size_t running = 0;
  for (SimNetwork::Node node = 0; node < net.size(); ++node)
    if (net.runs(node)) ++running;
  for (SimNetwork::Node node = 0; node < net.size(); ++node) {
    if (!net.runs(node)) continue;
    const NodeTable& members = net.core(node).members();
    if (members.count(NodeState::alive) != running || members.living() != running) return false;
  }
  return true;
}

double SimCluster::settle(double limit_s) {
  const TimePoint begin = net.now();
  if (!net.run_until([this] { return all_see_all(); }, microseconds(limit_s))) return -1;
  return static_cast<double>(net.now() - begin) / seconds_us;
}

std::vector<double> SimCluster::kill(SimNetwork::Node victim, double limit_s) {
  const TimePoint begin = net.now();
  victim_ = net.info(victim)->name;
  noticed_.clear();
  net.kill(victim);
  std::size_t survivors = 0;
  for (SimNetwork::Node node = 0; node < net.size(); ++node)
    if (net.runs(node)) ++survivors;
  (void)net.run_until([&] { return noticed_.size() == survivors; }, microseconds(limit_s));
  std::vector<double> after;
  for (const auto& [node, at] : noticed_) after.push_back(static_cast<double>(at - begin) / seconds_us);
  std::ranges::sort(after);
  return after;
}

NodeState SimCluster::state_of(SimNetwork::Node where, SimNetwork::Node whom) {
  const NodeTable& members = net.core(where).members();
  const NodeTable::Position at = members.find(net.info(whom)->name);
  return at == NodeTable::nowhere ? NodeState::dead : members[at].state;
}

SimCluster::Rate SimCluster::idle_for(double span_s) {
  const auto sum = [this] {
    SimTraffic all;
    for (SimNetwork::Node node = 0; node < net.size(); ++node) {
      all.packets += net.traffic(node).packets;
      all.bytes += net.traffic(node).bytes;
    }
    return all;
  };
  const SimTraffic before = sum();
  net.run_for(microseconds(span_s));
  const SimTraffic after = sum();
  const double node_seconds = span_s * static_cast<double>(net.size());
  return {static_cast<double>(after.packets - before.packets) / node_seconds,
          static_cast<double>(after.bytes - before.bytes) / node_seconds};
}

}  // namespace p2p::gossip

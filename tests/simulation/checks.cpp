#include "tests/simulation/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace p2p::gossip {
namespace {

using Start = SimCluster::Start;

double median(std::vector<double> numbers) {
  if (numbers.empty()) return -1;
  std::ranges::sort(numbers);
  return numbers[numbers.size() / 2];
}

double worst(const std::vector<double>& numbers) { return numbers.empty() ? -1 : std::ranges::max(numbers); }

/// Joined and at rest: with all known, somewhere in the rhythm of probes.
void settle_in(SimCluster& cluster, std::uint64_t seed) {
  cluster.net.run_for(5 * seconds_us + static_cast<TimePoint>(seed % 16) * 66'667);
}

}  // namespace

void SimulationChecks::expect(bool holds, const std::string& sentence) {
  if (holds) return;
  fmt::print("      BROKEN: {}\n", sentence);
  broken_.push_back(sentence);
}

void SimulationChecks::detection(std::size_t n, std::uint64_t seeds, int kills, double reference_s,
                                 double loss) {
  std::vector<double> first, middle, last;
  std::uint64_t false_deaths = 0, missing = 0, events = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SimCluster cluster(n, seed, Start::joined);
    cluster.net.weather.loss = loss;
    settle_in(cluster, seed);
    for (int kill = 0; kill < kills; ++kill) {
      const auto victim =
          static_cast<SimNetwork::Node>((seed * 7 + static_cast<std::uint64_t>(kill) * 13) % n);
      if (!cluster.net.runs(victim)) continue;
      const std::vector<double> noticed = cluster.kill(victim);
      missing += n - 1 - noticed.size();
      if (!noticed.empty()) {
        first.push_back(noticed.front());
        middle.push_back(median(noticed));
        last.push_back(noticed.back());
      }
      if (kill + 1 == kills) break;
      cluster.net.revive(victim);
      cluster.net.join(victim, (victim + 1) % static_cast<SimNetwork::Node>(n));
      expect(cluster.settle(60) >= 0, fmt::format("{} nodes: a revived node is known to all within 60 s", n));
      settle_in(cluster, seed + static_cast<std::uint64_t>(kill) * 5);
    }
    false_deaths += cluster.false_deaths();
    events += cluster.net.events();
  }
  fmt::print(
      "detection     {:6}  {:3.0f} % loss  first {:5.2f}  median {:5.2f}  last {:5.2f}  worst {:5.2f} s  "
      "({} kills, {} events)\n",
      n, loss * 100, median(first), median(middle), median(last), worst(last), middle.size(), events);
  expect(missing == 0, fmt::format("{} nodes: every survivor knows within 60 s ({} do not)", n, missing));
  expect(false_deaths == 0, fmt::format("{} nodes: {} false deaths", n, false_deaths));
  if (n >= 10'000) expect(worst(last) <= 20, fmt::format("{} nodes: the last survivor knows within 20 s", n));
  if (reference_s > 0)
    expect(std::abs(median(middle) - reference_s) <= 0.1 * reference_s,
           fmt::format("{} nodes: median {:.2f} s is within 10 % of {:.1f}", n, median(middle), reference_s));
}

void SimulationChecks::mass_death(std::size_t n, double share) {
  SimCluster cluster(n, 11, Start::joined);
  settle_in(cluster, 11);
  const auto killed = static_cast<SimNetwork::Node>(share * static_cast<double>(n));
  for (SimNetwork::Node node = 0; node < killed; ++node) cluster.net.kill(node);
  double took = -1;
  const TimePoint begin = cluster.net.now();
  const auto none_alive = [&] {
    for (auto where = killed; where < n; ++where)
      if (cluster.net.core(where).members().count(NodeState::alive) + killed > n) return false;
    return true;
  };
  if (cluster.net.run_until(none_alive, 60 * seconds_us, 100'000))
    took = static_cast<double>(cluster.net.now() - begin) / seconds_us;
  fmt::print("mass death    {:6}  {:3} killed  nobody lists one as alive after {:5.2f} s, {} false deaths\n",
             n, killed, took, cluster.false_deaths());
  expect(took >= 0, fmt::format("{} nodes, {} killed: known within 60 s", n, killed));
}

void SimulationChecks::join_storm(std::size_t n, std::uint64_t seeds, double bound_s) {
  std::vector<double> took;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const double settled = SimCluster(n, seed, Start::joining).settle(60);
    expect(settled >= 0, fmt::format("{} nodes that join at once see one another within 60 s", n));
    took.push_back(settled);
  }
  fmt::print("join storm    {:6}  all see all after {:5.2f} s (median), {:5.2f} s (worst)\n", n, median(took),
             worst(took));
  expect(median(took) <= bound_s, fmt::format("join storm of {}: all see all within {} s", n, bound_s));
}

void SimulationChecks::newcomer(std::size_t n) {
  SimCluster cluster(n, 21, Start::joined);
  settle_in(cluster, 21);
  std::size_t knows = 0;
  cluster.net.observe([&](SimNetwork::Node, TimePoint, const MemberEvent& event) {
    if (event.kind == MemberEventKind::joined && event.node->name == "newcomer") ++knows;
  });
  const SimNetwork::Node node = cluster.net.add("newcomer");
  const TimePoint begin = cluster.net.now();
  cluster.net.join(node, 0);
  const bool soon = cluster.net.run_until([&] { return knows * 100 >= n * 99; }, 2 * seconds_us);
  fmt::print("newcomer      {:6}  known to 99 % after {:5.2f} s\n", n,
             static_cast<double>(cluster.net.now() - begin) / seconds_us);
  expect(soon, fmt::format("a newcomer to {} is known to 99 % within 2 s", n));
}

void SimulationChecks::idle(std::size_t n) {
  SimCluster cluster(n, 31, Start::joined);
  cluster.net.run_for(20 * seconds_us);
  const SimCluster::Rate rate = cluster.idle_for(60);
  fmt::print("idle          {:6}  {:4.2f} packets/s  {:5.1f} B/s\n", n, rate.packets_s, rate.bytes_s);
  expect(rate.packets_s <= 2.1, fmt::format("{} idle nodes: at most 2.1 packets/s", n));
  expect(rate.bytes_s <= 300, fmt::format("{} idle nodes: at most 300 B/s", n));
}

void SimulationChecks::false_deaths(std::size_t n, double loss, double minutes) {
  SimCluster cluster(n, 41, Start::joined);
  cluster.net.weather.loss = loss;
  const SimCluster::Rate rate = cluster.idle_for(minutes * 60);
  fmt::print("false deaths  {:6}  {:3.0f} % loss  {} in {:.0f} min  {:4.2f} packets/s  suspected {} times\n",
             n, loss * 100, cluster.false_deaths(), minutes, rate.packets_s,
             cluster.told(MemberEventKind::suspected));
  expect(cluster.false_deaths() == 0, fmt::format("{} nodes with {} loss: no false death", n, loss));
}

}  // namespace p2p::gossip

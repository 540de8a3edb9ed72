// Stage: plays one scenario in a simulated network and checks what it expects. Every packet goes through
// Codec and Keyring.
//
//   nodes a b c                   started at once; b and c join a
//   set forget 2m                 before nodes; also reclaim
//   at 3s kill b                  no word to anybody. Times rise from line to line; without one: at the same
//   time at 3s start b                 again, or for the first time, and it joins the first node at 3s start
//   b2 named b        a node b2 that says its name is b at 3s leave b                 in order at 3s stop b
//   as SIGSTOP; `continue b` at 3s cut a b                 both ways; `cut a > b` one way; `cut packets a b`
//   leaves streams at 3s split a b               from all others; `heal` ends all cuts at 3s weather loss 10%
//   doubled 10% late 10% at 3s tag a zone=x            `zone=` removes it at 3s event a deploy v1       a
//   user event at 3s hint a b                a is told that its connection to b broke at 3s forget a b at a,
//   an operator has b forgotten at 3s hear a leave b 7        somebody tells a that b means to leave, at
//   Lamport time 7; `join` likewise at 3s hear a dead b 1 c       c says that b with incarnation 1 is dead;
//   `suspect` likewise
//
//   at 9s expect a sees b failed  alive suspect leaving left failed, or unknown
//   at 9s expect all see b alive  all that run, but b
//   at 9s expect all see all      that run, as alive, and nobody else
//   at 9s expect a sees b tag zone=x
//   at 9s expect a sees b incarnation 2      or more
//   at 9s expect a got deploy once           never, once, twice, often (at least once)
//   at 9s expect a told b failed never       joined updated suspected alive_again left forgotten conflict
//   by 9s expect ...              it becomes so until then
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "testing/serf_cluster.hpp"
#include "tests/scenarios/line.hpp"

namespace p2p::scenarios {

class Stage {
 public:
  explicit Stage(std::uint64_t seed) : seed_(seed) {}

  /// Throws a Complaint.
  void play(Line line);

 private:
  using Node = gossip::SerfCluster::Node;
  using Way = std::pair<Node, Node>;

  void set(Line& line);
  void start_all(Line& line);
  void run_to(const Line& line, gossip::TimePoint when);
  void act(Line& line);
  void start(Line& line);
  void cut(Line& line);
  void split(Line& line);
  void weather(Line& line);
  void tag(Line& line);
  void hear(Line& line);
  void apply_cuts();
  [[nodiscard]] gossip::SerfCluster& cluster(const Line& line);
  [[nodiscard]] Node node(Line& line);
  [[nodiscard]] Node running(Line& line);

  std::uint64_t seed_;
  gossip::SerfConfig config_ = gossip::sim_serf_config();
  std::unique_ptr<gossip::SerfCluster> cluster_;
  std::map<std::string, Node> nodes_;  // by the scenario's word for them
  std::set<Way> cut_, packets_cut_;
};

}  // namespace p2p::scenarios

// SerfCluster: simulated nodes with a SerfCore each, and a record of all that was notified anywhere.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "testing/serf_machine.hpp"
#include "testing/sim_network.hpp"

namespace p2p::gossip {

class SerfCluster {
 public:
  using Node = SimNetwork::Node;
  enum class Mode {
    messages,  ///< handed over as they are
    bytes      ///< through Codec and Keyring; queries about keys change the keyrings
  };
  struct Seen {
    Node where;
    TimePoint at;
    MemberEvent event;
  };

  SerfCluster(std::uint64_t seed, Mode mode, const SerfConfig& config = sim_serf_config());
  /// `n` nodes n0, n1 ... of which all but the first join the first at time 0.
  SerfCluster(std::size_t n, std::uint64_t seed, Mode mode, const SerfConfig& config = sim_serf_config());

  SimNetwork net;
  std::vector<Seen> seen;

  [[nodiscard]] SerfCore& serf(Node node);
  [[nodiscard]] SealedWire* wire() noexcept { return wire_; }  ///< null unless in bytes

  // To be called instead of the machine's, so that what it then wants is done.
  [[nodiscard]] Result<void> set_tags(Node node, const Tags& tags);
  [[nodiscard]] Result<LamportTime> user_event(Node node, std::string name, Bytes payload = {});
  /// As if a packet had come.
  void hear(Node node, const SerfMessage& message);

  /// Every running node has every running node, and no other, as alive to SWIM and to Serf.
  [[nodiscard]] bool all_see_all();
  /// Seconds until they do; negative when they do not within `limit_s`.
  double settle(double limit_s);
  void run(double seconds) { net.run_for(static_cast<TimePoint>(seconds * seconds_us)); }

  /// none: no record.
  [[nodiscard]] MemberStatus status(Node where, std::string_view whom);
  [[nodiscard]] std::string tag(Node where, std::string_view whom, std::string_view key);
  /// How often `where` was told so since the beginning.
  [[nodiscard]] std::size_t told(Node where, MemberEventKind kind, std::string_view whom) const;
  [[nodiscard]] std::size_t got(Node where, std::string_view event, std::string_view payload = {}) const;

 private:
  SerfCluster(std::uint64_t seed, std::unique_ptr<SealedWire> wire, const SerfConfig& config);

  SealedWire* wire_;  // the network owns it
};

}  // namespace p2p::gossip

// SerfMachine: a SerfCore at a node of a SimNetwork. Each start of a process has a tag `inst` of its own, as
// real ones have.
#pragma once

#include "gossip/serf_core.hpp"
#include "testing/sim_machine.hpp"

namespace p2p::gossip {

class SerfMachine final : public SimMachine {
 public:
  SerfMachine(const SerfConfig& config, NodeInfoPtr me, std::uint64_t seed, TimePoint now,
              KeyringControl* keys = nullptr)
      : serf(config, std::move(me), seed, now, keys) {}

  SerfCore serf;

  void on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts) override {
    serf.on_packet(now, from, parts);
  }
  void on_stream(TimePoint now, StreamId id, const Message& message) override {
    serf.on_stream(now, id, message);
  }
  void on_stream_failed(TimePoint now, StreamId id, Errc why) override {
    serf.on_stream_failed(now, id, why);
  }
  void on_timer(TimePoint now) override { serf.on_timer(now); }
  [[nodiscard]] TimePoint next_deadline() const override { return serf.next_deadline(); }
  [[nodiscard]] std::vector<Action> take_actions() override { return serf.take_actions(); }
  [[nodiscard]] SwimCore& swim() override { return serf.swim(); }
  void join(TimePoint now, const Endpoint& seed) override { serf.join(now, seed); }
  void leave(TimePoint now) override { serf.leave(now); }
};

/// Whose keys a node's queries about keys change; null for none.
using SimKeys = std::function<KeyringControl*(const NodeInfo& me)>;

[[nodiscard]] SimMachineFactory serf_machines(const SerfConfig& config, SimKeys keys = {});

/// The defaults, with sizes of the Codec.
[[nodiscard]] SerfConfig sim_serf_config();

}  // namespace p2p::gossip

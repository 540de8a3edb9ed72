// SimMachine: what a SimNetwork runs at each node: a SwimCore, or something of the same shape built upon one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "gossip/swim_core.hpp"

namespace p2p::gossip {

class SimMachine {
 public:
  SimMachine() = default;
  SimMachine(const SimMachine&) = delete;
  SimMachine& operator=(const SimMachine&) = delete;
  virtual ~SimMachine() = default;

  virtual void on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts) = 0;
  virtual void on_stream(TimePoint now, StreamId id, const Message& message) = 0;
  virtual void on_stream_failed(TimePoint now, StreamId id, Errc why) = 0;
  virtual void on_timer(TimePoint now) = 0;
  [[nodiscard]] virtual TimePoint next_deadline() const = 0;
  [[nodiscard]] virtual std::vector<Action> take_actions() = 0;
  [[nodiscard]] virtual SwimCore& swim() = 0;
  virtual void join(TimePoint now, const Endpoint& seed) { swim().join(now, seed); }
  virtual void leave(TimePoint now) { swim().leave(now); }
};

using SimMachineFactory =
    std::function<std::unique_ptr<SimMachine>(NodeInfoPtr me, std::uint64_t seed, TimePoint now)>;

/// Bare SwimCores.
[[nodiscard]] SimMachineFactory swim_machines(const SwimConfig& config);

/// The defaults, with sizes reckoned by message_size.
[[nodiscard]] SwimConfig sim_config();

}  // namespace p2p::gossip

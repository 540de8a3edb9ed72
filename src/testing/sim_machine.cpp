#include "testing/sim_machine.hpp"

#include <utility>

#include "testing/message_size.hpp"

namespace p2p::gossip {
namespace {

class SwimMachine final : public SimMachine {
 public:
  SwimMachine(const SwimConfig& config, NodeInfoPtr me, std::uint64_t seed, TimePoint now)
      : core_(config, std::move(me), seed, now) {}

  void on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts) override {
    core_.on_packet(now, from, parts);
  }
  void on_stream(TimePoint now, StreamId id, const Message& message) override {
    core_.on_stream(now, id, message);
  }
  void on_stream_failed(TimePoint now, StreamId id, Errc why) override {
    core_.on_stream_failed(now, id, why);
  }
  void on_timer(TimePoint now) override { core_.on_timer(now); }
  [[nodiscard]] TimePoint next_deadline() const override { return core_.next_deadline(); }
  [[nodiscard]] std::vector<Action> take_actions() override { return core_.take_actions(); }
  [[nodiscard]] SwimCore& swim() override { return core_; }

 private:
  SwimCore core_;
};

}  // namespace

SimMachineFactory swim_machines(const SwimConfig& config) {
  return [config](NodeInfoPtr me, std::uint64_t seed, TimePoint now) {
    return std::make_unique<SwimMachine>(config, std::move(me), seed, now);
  };
}

SwimConfig sim_config() {
  SwimConfig config;
  config.size_of = message_size;
  return config;
}

}  // namespace p2p::gossip

#include "testing/serf_machine.hpp"

#include <utility>

#include "gossip/codec.hpp"

namespace p2p::gossip {

SimMachineFactory serf_machines(const SerfConfig& config, SimKeys keys) {
  return [config, keys = std::move(keys), starts = std::uint64_t{0}](NodeInfoPtr me, std::uint64_t seed,
                                                                     TimePoint now) mutable {
    Bytes tags = encode_tags({{"inst", std::to_string(++starts)}}).value();
    KeyringControl* control = keys ? keys(*me) : nullptr;
    const NodeInfoPtr info = new NodeInfo(me->name, me->at, std::move(tags), me->versions);
    return std::make_unique<SerfMachine>(config, info, seed, now, control);
  };
}

SerfConfig sim_serf_config() {
  SerfConfig config;
  config.swim.size_of = encoded_size;
  return config;
}

}  // namespace p2p::gossip

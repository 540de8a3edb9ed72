// SerfConfig: the numbers of SerfCore, with what turning them costs.
#pragma once

#include "gossip/swim_config.hpp"

namespace p2p::gossip {

struct SerfConfig {
  SwimConfig swim;

  std::int64_t leave_intent_ms = 5'000;         ///< for telling the intent to leave, before the leave itself
  std::int64_t reconnect_interval_ms = 30'000;  ///< failed members are tried so often; lower: a partition
                                                ///< heals sooner by itself, for a connection each
  std::int64_t recent_intent_ms = 300'000;      ///< intents about unknown nodes are kept so long
  std::size_t recent_intents = 1'024;           ///< and so many
  std::size_t user_event_bytes = 512;           ///< of one's name and payload; gossip is for hints
  std::size_t past_event_bytes = 256 * 1024;    ///< of all that are kept, which each push/pull carries
  /// Whoever joins for the first time is told nothing of what happened before.
  bool ignore_old_events = true;
};

}  // namespace p2p::gossip

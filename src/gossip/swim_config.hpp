// SwimConfig: every number of the membership machine, with what turning it costs. The defaults are
// memberlist's for a LAN, but where a comment says so. All nodes of a cluster should have the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gossip/action.hpp"

namespace p2p::gossip {

struct SwimConfig {
  /// Bytes of a message on the wire, without encoding it: Codec's encoded_size. Must be set.
  std::size_t (*size_of)(const Message&) = nullptr;

  // Who is alive (gossip-wire 7)
  std::int64_t probe_interval_ms = 1'000;  ///< half of it: deaths seen twice as soon, idle cost doubled
  std::int64_t probe_timeout_ms = 500;     ///< below the network's worst round trip: needless indirect pings
  std::uint32_t indirect_checks = 3;       ///< more: a broken path is passed by more surely, one packet each
  bool tcp_ping = true;          ///< off: a network that drops only UDP makes members look dead, unexplained
  std::uint32_t max_score = 7;   ///< own ill health slows probes up to this much + 1 times; 0: never
  std::size_t max_relays = 256;  ///< indirect pings served at once; those above are not answered
  std::uint32_t hints_a_second = 10;  ///< probe_soon: more of them are dropped

  // How long an accused may take to answer (7.3)
  std::uint32_t suspicion_mult = 4;  ///< lower: a stalled node is dead sooner and more often wrongly
  std::uint32_t suspicion_max_mult = 6;
  /// Ours: without confirmation a suspicion lasts at most this long (but never below the minimum), so that
  /// a death is known everywhere within 60 s. Higher: slower in the worst case; lower: more false deaths.
  std::int64_t suspicion_max_ms = 40'000;

  // Dissemination (8)
  std::int64_t gossip_interval_ms = 200;  ///< half of it: news travels twice as fast and in more packets
  std::uint32_t gossip_nodes = 3;         ///< to how many each time
  std::uint32_t retransmit_mult = 4;      ///< with 2 a node misses one message in 50
  std::int64_t to_the_dead_ms = 30'000;   ///< how long a dead member is still told so, to refute it
  std::size_t packet_bytes = 1'400;       ///< of a datagram; above the path's MTU it is fragmented
  std::size_t seal_bytes = 29;            ///< of these for AES-GCM
  std::size_t queue_entries = 4'096;      ///< of each queue; above that the most often sent go first

  // Anti-entropy (9)
  std::int64_t push_pull_interval_ms =
      15'000;  ///< up to 32 members; stretched above. Lower: O(n) bytes more often
  std::int64_t stream_timeout_ms = 10'000;            ///< for a whole exchange
  std::int64_t extra_push_pulls_ms[2]{2'000, 6'000};  ///< ours: after a join, with a random member; storms of
                                                      ///< joins settle in half the time
  std::size_t max_members = 65'536;  ///< a table is 32 bytes a member; newcomers above that are not taken

  // The past
  std::int64_t reclaim_ms =
      30'000;  ///< ours: the name of a member dead so long may come back at another address
  std::int64_t forget_ms = 24 * 3'600'000;  ///< failed and left members are kept so long (memberlist: 30 s,
                                            ///< Serf above it: 24 h)

  // Leaving (6)
  std::int64_t leave_timeout_ms = 5'000;  ///< for telling it to enough others
  std::int64_t leave_linger_ms =
      1'000;  ///< then answers probes so long, so that nobody suspects it meanwhile
};

inline constexpr std::size_t max_meta_bytes = 512;
inline constexpr std::size_t max_name_bytes = 255;  ///< ours have 63, those of agents are host names
inline constexpr std::size_t max_parts = 255;       ///< of a compound

}  // namespace p2p::gossip

// The bounds of what gossip reads. Tighter than memberlist's own: a cluster of 10,000 nodes needs a tenth of
// them, and whoever holds the key may still be broken. Raising one costs memory for each hostile message.
#pragma once

#include <cstddef>

namespace p2p::gossip {

inline constexpr std::size_t name_limit = 255;           ///< bytes of a node's name
inline constexpr std::size_t meta_limit = 512;           ///< bytes of its tags, memberlist's own bound
inline constexpr std::size_t packet_limit = 64 * 1024;   ///< bytes of a datagram, before and after inflating
inline constexpr std::size_t part_limit = 255;           ///< messages of one datagram: the count is one byte
inline constexpr std::size_t stream_limit = 4 << 20;     ///< bytes of a stream's message; about 50,000 nodes
inline constexpr std::size_t nodes_limit = 65'536;       ///< records of one push/pull
inline constexpr std::size_t error_limit = 1024;         ///< bytes of an ErrorReply's text
inline constexpr std::size_t event_limit = 9 * 1024;     ///< bytes of a user event's name, and of its payload
inline constexpr std::size_t event_slots_limit = 4'096;  ///< of the ring in Serf's state; an agent has 512
inline constexpr std::size_t events_limit = 65'536;      ///< user events of one Serf state
inline constexpr std::size_t list_limit = 256;           ///< filters of a query, keys of an answer

}  // namespace p2p::gossip

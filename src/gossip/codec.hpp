// Codec: messages to bytes and back (docs/protocol/gossip.md, sections 2 to 5 and 9). Written is the plain
// form: no compression, no checksum, no label. Read is what agents send: checksum around compression around
// compound, each at most once and in this order. Encryption is the Keyring's, outside of all this.
//
// What is read is bounded by gossip/limits.hpp before anything is allocated. A message that breaks a bound or
// lacks sense is refused with the reason as text. Within a compound and a push/pull only the part that is
// wrong is left out: an old agent with one broken record must not keep a whole cluster from joining.
//
// Threads: any; there is no state.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "gossip/limits.hpp"
#include "gossip/message.hpp"

namespace p2p::gossip {

/// The first byte of each message.
enum class MessageType : std::uint8_t {
  ping = 0,
  indirect_ping = 1,
  ack = 2,
  suspect = 3,
  alive = 4,
  dead = 5,
  push_pull = 6,
  compound = 7,
  user = 8,
  compress = 9,
  encrypt = 10,
  nack = 11,
  has_crc = 12,
  error = 13,
  label = 244
};

// -- writing

/// One message as it stands in a datagram.
[[nodiscard]] Bytes encode(const Message& message);
/// One message as it stands on a stream. Only User differs: there it says its length.
[[nodiscard]] Bytes encode_stream(const Message& message);
/// A datagram of 1 to 255 parts, each of less than 64 KiB; several are a compound.
[[nodiscard]] Bytes encode_packet(std::span<const Message> parts);

/// The sizes of what the three would give, without making it.
[[nodiscard]] std::size_t encoded_size(const Message& message);
[[nodiscard]] std::size_t encoded_stream_size(const Message& message);
[[nodiscard]] std::size_t encoded_packet_size(std::span<const Message> parts);

inline constexpr std::size_t compound_overhead = 2;       ///< bytes of a compound
inline constexpr std::size_t compound_part_overhead = 2;  ///< bytes of each part of it

// -- reading

/// What was left out of something that is good otherwise; for counters.
struct LeftOut {
  std::uint32_t truncated = 0;  ///< parts of a compound that the datagram ended before
  std::uint32_t refused = 0;    ///< parts, or nodes of a push/pull, that make no sense
};

/// The messages of one datagram, at least one.
[[nodiscard]] Result<std::vector<Message>> decode_packet(std::string_view datagram,
                                                         LeftOut* left_out = nullptr);
/// The one message of a stream, which has come whole (gossip/stream_framer.hpp) and has been opened. `limit`
/// bounds what it inflates to. What follows the message is ignored.
[[nodiscard]] Result<Message> decode_stream(std::string_view whole, std::size_t limit = stream_limit,
                                            LeftOut* left_out = nullptr);

}  // namespace p2p::gossip

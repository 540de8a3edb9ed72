// Action: what the gossip machines want done. They decide, the driver does: it owns sockets, keys, clock and
// threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "gossip/message.hpp"

namespace p2p::gossip {

using TimePoint =
    std::int64_t;  ///< microseconds of a clock that only goes forward; the driver's or the simulator's
using StreamId = std::uint64_t;  ///< who opened the stream chose it; never 0

/// Streams that others open have this bit in the id the driver gives them, those of OpenStream have not.
inline constexpr StreamId incoming_stream = StreamId{1} << 63;

inline constexpr TimePoint milliseconds_us = 1'000;
inline constexpr TimePoint seconds_us = 1'000'000;

/// One datagram. Several parts are a compound.
struct SendPacket {
  Endpoint to;
  std::vector<Message> parts;
};

/// Connect, send `first`, and give back the one answer (on_stream) or why there is none (on_stream_failed),
/// by `deadline`.
struct OpenStream {
  StreamId id = 0;
  Endpoint to;
  Message first;
  TimePoint deadline = 0;
};

/// Answer the stream that came in, then close it.
struct Reply {
  StreamId id = 0;
  Message message;
};

/// Close the stream that came in without a word.
struct Close {
  StreamId id = 0;
};

enum class MemberEventKind : std::uint8_t {
  joined,       ///< alive, and was unknown, dead or left before
  updated,      ///< other tags or another address; or it is about to leave, or is not after all
  suspected,    ///< somebody could not reach it
  alive_again,  ///< it has refuted that
  failed,
  left,
  forgotten,  ///< the record is gone
  user_event,
  conflict  ///< its name is in use at another address
};

struct MemberEvent {
  MemberEventKind kind = MemberEventKind::joined;
  NodeInfoPtr node;               ///< null for user_event
  std::uint32_t incarnation = 0;  ///< of the record
  Endpoint other;                 ///< conflict: where the second holder of the name is
  std::uint64_t ltime = 0;        ///< user_event: its Lamport time
  std::string name;               ///< user_event
  Bytes payload;                  ///< user_event; conflict: the meta of the second holder
};

struct Notify {
  MemberEvent event;
};

/// How a join ended. Without `error` the seed's members are in the table.
struct JoinResult {
  Endpoint seed;
  std::optional<Errc> error;
  std::string why;  ///< for people, when there is an error and more to say
};

/// A leave is over: enough others know, or the time for telling them is up. The machine does nothing more of
/// its own accord.
struct LeaveDone {};

using Action = std::variant<SendPacket, OpenStream, Reply, Close, Notify, JoinResult, LeaveDone>;

}  // namespace p2p::gossip

// SerfMessage: what Serf's nodes say to one another inside memberlist's User messages
// (docs/protocol/gossip.md, section 10), to bytes and back. Lamport times order what clocks cannot.
//
// Read under the bounds of gossip/limits.hpp; unknown types are an error, unknown keys are stepped over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "gossip/node_info.hpp"

namespace p2p::gossip {

using LamportTime = std::uint64_t;

/// The node goes on purpose: when it falls silent it has left, not failed.
struct LeaveIntent {
  LamportTime ltime = 0;
  std::string node;
  bool prune = false;  ///< forget it altogether
};

struct JoinIntent {
  LamportTime ltime = 0;
  std::string node;
};

struct UserEvent {
  LamportTime ltime = 0;
  std::string name;
  Bytes payload;
  bool coalesce = false;  ///< of several with this name the last will do
};

/// The user events of one Lamport time, in Serf's state.
struct PastEvents {
  struct Event {
    std::string name;
    Bytes payload;
  };
  LamportTime ltime = 0;
  std::vector<Event> events;
};

/// What a push/pull carries for Serf.
struct SerfState {
  LamportTime ltime = 0, event_ltime = 0, query_ltime = 0;
  std::vector<std::pair<std::string, LamportTime>> status_ltimes;  ///< of each member's last intent
  std::vector<std::string> left_members;
  /// Those there are: on the wire they stand in a ring of 512, at their time, among nils.
  std::vector<PastEvents> events;
};

struct Query {
  LamportTime ltime = 0;
  std::uint32_t id = 0;
  Endpoint from;  ///< where answers go
  std::string source_node;
  std::vector<Bytes> filters;
  std::uint32_t flags = 0;
  std::uint8_t relay_factor = 0;
  std::int64_t timeout_ns = 0;
  std::string name;
  Bytes payload;
};
inline constexpr std::uint32_t query_wants_ack = 1;
inline constexpr std::uint32_t query_not_rebroadcast = 2;

struct QueryResponse {
  LamportTime ltime = 0;
  std::uint32_t id = 0;
  std::string from;
  std::uint32_t flags = 0;  ///< 1: says only that the query has come
  Bytes payload;
};

/// Who holds a disputed name, as the answering node sees it.
struct ConflictResponse {
  std::string name;
  Endpoint at;
  std::vector<std::pair<std::string, std::string>> tags;
  std::int64_t status = 0;
  ProtocolVersions versions{};
};

struct KeyRequest {
  Bytes key;
};

struct KeyResponse {
  bool result = false;
  std::string message;
  std::vector<std::string> keys;  ///< base64
  std::string primary_key;
};

/// Please send `message` on: a Serf message of its own, with its type byte.
struct Relay {
  Endpoint to;
  std::string node;
  Bytes message;
};

using SerfMessage = std::variant<LeaveIntent, JoinIntent, SerfState, UserEvent, Query, QueryResponse,
                                 ConflictResponse, KeyRequest, KeyResponse, Relay>;

/// The body of a User message, or the user state of a PushPull.
[[nodiscard]] Bytes encode_serf(const SerfMessage& message);
[[nodiscard]] std::size_t encoded_serf_size(const SerfMessage& message);
[[nodiscard]] Result<SerfMessage> decode_serf(std::string_view body);

/// The first byte of each.
enum class SerfType : std::uint8_t {
  leave = 0,
  join = 1,
  push_pull = 2,
  user_event = 3,
  query = 4,
  query_response = 5,
  conflict_response = 6,
  key_request = 7,
  key_response = 8,
  relay = 9
};

inline constexpr std::size_t event_ring = 512;  ///< slots for past events that an agent keeps and sends

}  // namespace p2p::gossip

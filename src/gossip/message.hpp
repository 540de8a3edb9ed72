// Message: what nodes say to one another, decoded (docs/protocol/gossip.md, section 3). Envelopes (compound,
// compression, checksum, encryption) are the Codec's and Keyring's; nothing behind them ever sees one.
//
// Field names are those of the wire in our spelling. An absent field of the wire is an empty or zero one
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gossip/node_info.hpp"

namespace p2p::gossip {

/// Are you there? `node` is who is meant: whoever has another name does not answer.
struct Ping {
  std::uint32_t seq = 0;
  std::string node;
  std::optional<Endpoint> source;  ///< where the answer goes; not said: where the packet came from
  std::string source_node;
};

/// Please ping `target` for me.
struct IndirectPing {
  std::uint32_t seq = 0;
  Endpoint target;
  std::string node;
  bool nack = false;  ///< tell me too when it does not answer
  std::optional<Endpoint> source;
  std::string source_node;
};

struct Ack {
  std::uint32_t seq = 0;
  std::optional<Bytes> payload;  ///< a network coordinate, or nil
};

/// The target of an IndirectPing has not answered, but the relay has.
struct Nack {
  std::uint32_t seq = 0;
};

struct Suspect {
  std::uint32_t incarnation = 0;
  std::string node;
  std::string from;
};

/// From the node itself: it leaves.
struct Dead {
  std::uint32_t incarnation = 0;
  std::string node;
  std::string from;
};

struct Alive {
  std::uint32_t incarnation = 0;
  NodeInfoPtr info;  ///< never null
};

enum class NodeState : std::uint8_t { alive = 0, suspect = 1, dead = 2, left = 3 };  // numbers of the wire

struct PushNode {
  NodeInfoPtr info;  ///< never null
  std::uint32_t incarnation = 0;
  NodeState state = NodeState::alive;
};

/// All that a node knows: anti-entropy over a stream.
struct PushPull {
  bool join = false;
  std::vector<PushNode> nodes;
  Bytes user_state;  ///< Serf's, or empty
};

/// Something memberlist only carries: a Serf message, beginning with its type byte.
struct User {
  Bytes body;
};

/// Answer on a stream: what was asked could not be understood.
struct ErrorReply {
  std::string error;
};

using Message = std::variant<Ping, IndirectPing, Ack, Nack, Suspect, Dead, Alive, PushPull, User, ErrorReply>;

}  // namespace p2p::gossip

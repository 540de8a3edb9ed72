// How one message is read, for the codec alone: the bodies, without envelopes.
#pragma once

#include "gossip/codec.hpp"
#include "gossip/msgpack.hpp"

namespace p2p::gossip {

/// What stands before the nodes of a push/pull.
struct PushPullHeader {
  std::uint64_t nodes = 0;
  std::uint64_t user_state_size = 0;
  bool join = false;
};
[[nodiscard]] PushPullHeader read_push_pull_header(MsgpackReader& in);
/// The length of a User on a stream.
[[nodiscard]] std::uint64_t read_user_size(MsgpackReader& in);

/// A message of a datagram, its type byte first.
[[nodiscard]] Result<Message> read_packet_message(std::string_view bytes);
/// A message of a stream, its type byte first.
[[nodiscard]] Result<Message> read_stream_message(std::string_view bytes, LeftOut& left_out);

}  // namespace p2p::gossip

#include "gossip/message_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gossip/msgpack_endpoint.hpp"
#include "gossip/node_record.hpp"

namespace p2p::gossip {
namespace {

std::string_view name(MsgpackReader& in) { return in.raw(name_limit); }

// Where the answer to a ping goes.
struct Source {
  std::string_view address, node;
  std::uint16_t port = 0;

  bool read(MsgpackReader& in, std::string_view key) {
    if (key == "SourceAddr")
      address = in.raw();
    else if (key == "SourcePort")
      port = in.number_of<std::uint16_t>();
    else if (key == "SourceNode")
      node = name(in);
    else
      return false;
    return true;
  }
  [[nodiscard]] std::optional<Endpoint> at(MsgpackReader& in) const {
    if (address.empty()) return std::nullopt;
    return endpoint_or_refuse(in, address, port);
  }
};

Ping read_ping(MsgpackReader& in) {
  Ping ping;
  Source source;
  read_fields(in, [&](std::string_view key) {
    if (key == "SeqNo")
      ping.seq = in.number_of<std::uint32_t>();
    else if (key == "Node")
      ping.node = name(in);
    else
      return source.read(in, key);
    return true;
  });
  ping.source = source.at(in);
  ping.source_node = source.node;
  return ping;
}

IndirectPing read_indirect_ping(MsgpackReader& in) {
  IndirectPing ping;
  Source source;
  std::string_view target;
  std::uint16_t port = 0;
  read_fields(in, [&](std::string_view key) {
    if (key == "SeqNo")
      ping.seq = in.number_of<std::uint32_t>();
    else if (key == "Target")
      target = in.raw();
    else if (key == "Port")
      port = in.number_of<std::uint16_t>();
    else if (key == "Node")
      ping.node = name(in);
    else if (key == "Nack")
      ping.nack = in.boolean();
    else
      return source.read(in, key);
    return true;
  });
  ping.target = endpoint_or_refuse(in, target, port);
  ping.source = source.at(in);
  ping.source_node = source.node;
  return ping;
}

Ack read_ack(MsgpackReader& in) {
  Ack ack;
  read_fields(in, [&](std::string_view key) {
    if (key == "SeqNo")
      ack.seq = in.number_of<std::uint32_t>();
    else if (key == "Payload")
      ack.payload = in.raw_or_nil();
    else
      return false;
    return true;
  });
  return ack;
}

Nack read_nack(MsgpackReader& in) {
  Nack nack;
  read_fields(in, [&](std::string_view key) {
    if (key != "SeqNo") return false;
    nack.seq = in.number_of<std::uint32_t>();
    return true;
  });
  return nack;
}

// Suspect and Dead have the same body.
template <class Accusation>
Accusation read_accusation(MsgpackReader& in) {
  Accusation what;
  read_fields(in, [&](std::string_view key) {
    if (key == "Incarnation")
      what.incarnation = in.number_of<std::uint32_t>();
    else if (key == "Node")
      what.node = name(in);
    else if (key == "From")
      what.from = name(in);
    else
      return false;
    return true;
  });
  return what;
}

Alive read_alive(MsgpackReader& in) {
  NodeRecord record;
  read_fields(in, [&](std::string_view key) { return key != "State" && record.read(in, key, "Node"); });
  if (const auto why = record.complaint(); !why.empty()) in.refuse(why);
  if (!in.ok()) return {};
  return {.incarnation = static_cast<std::uint32_t>(record.incarnation), .info = record.info()};
}

// The least a node that makes sense takes: six keys and what they hold. For reserving memory only.
constexpr std::size_t smallest_node = 32;

PushPull read_push_pull(MsgpackReader& in, LeftOut& left_out) {
  const PushPullHeader header = read_push_pull_header(in);
  PushPull state;
  state.join = header.join;
  if (!in.ok()) return state;
  state.nodes.reserve(std::min<std::size_t>(header.nodes, in.rest().size() / smallest_node));
  for (std::uint64_t i = 0; i < header.nodes && in.ok(); ++i) {
    NodeRecord record;
    read_fields(in, [&](std::string_view key) { return record.read(in, key, "Name"); });
    if (!record.complaint().empty()) {
      ++left_out.refused;
      continue;
    }
    state.nodes.push_back({.info = record.info(),
                           .incarnation = static_cast<std::uint32_t>(record.incarnation),
                           .state = static_cast<NodeState>(record.state)});
  }
  state.user_state = in.bytes(header.user_state_size);
  return state;
}

User read_user_on_stream(MsgpackReader& in) {
  const std::uint64_t size = read_user_size(in);
  return {.body = Bytes(in.bytes(size))};
}

ErrorReply read_error(MsgpackReader& in) {
  ErrorReply reply;
  read_fields(in, [&](std::string_view key) {
    if (key != "Error") return false;
    reply.error = in.raw().substr(0, error_limit);
    return true;
  });
  return reply;
}

Result<Message> finish(const MsgpackReader& in, std::string_view what, Message message) {
  if (!in.ok()) return fail(Errc::parse_error, fmt::format("{}: {}", what, in.why()));
  return message;
}

Result<Message> no_message(std::string_view where, char type) {
  return fail(Errc::parse_error,
              fmt::format("{} holds no message of type {}", where, static_cast<unsigned char>(type)));
}

}  // namespace

PushPullHeader read_push_pull_header(MsgpackReader& in) {
  PushPullHeader header;
  read_fields(in, [&](std::string_view key) {
    if (key == "Nodes")
      header.nodes = in.number(nodes_limit);
    else if (key == "UserStateLen")
      header.user_state_size = in.number();
    else if (key == "Join")
      header.join = in.boolean();
    else
      return false;
    return true;
  });
  return header;
}

std::uint64_t read_user_size(MsgpackReader& in) {
  std::uint64_t size = 0;
  read_fields(in, [&](std::string_view key) {
    if (key != "UserMsgLen") return false;
    size = in.number();
    return true;
  });
  return size;
}

Result<Message> read_packet_message(std::string_view bytes) {
  if (bytes.empty()) return fail(Errc::parse_error, "an empty message");
  MsgpackReader in(bytes.substr(1));
  // No default: the types of envelopes and streams, and those nobody knows, come out below.
  switch (static_cast<MessageType>(bytes.front())) {
    case MessageType::ping: return finish(in, "ping", read_ping(in));
    case MessageType::indirect_ping: return finish(in, "indirectPing", read_indirect_ping(in));
    case MessageType::ack: return finish(in, "ack", read_ack(in));
    case MessageType::nack: return finish(in, "nack", read_nack(in));
    case MessageType::suspect: return finish(in, "suspect", read_accusation<Suspect>(in));
    case MessageType::alive: return finish(in, "alive", read_alive(in));
    case MessageType::dead: return finish(in, "dead", read_accusation<Dead>(in));
    case MessageType::user: return User{.body = Bytes(bytes.substr(1))};
    case MessageType::push_pull:
    case MessageType::compound:
    case MessageType::compress:
    case MessageType::encrypt:
    case MessageType::has_crc:
    case MessageType::error:
    case MessageType::label: break;
  }
  return no_message("a datagram", bytes.front());
}

Result<Message> read_stream_message(std::string_view bytes, LeftOut& left_out) {
  if (bytes.empty()) return fail(Errc::parse_error, "an empty stream");
  MsgpackReader in(bytes.substr(1));
  switch (static_cast<MessageType>(bytes.front())) {
    case MessageType::ping: return finish(in, "ping", read_ping(in));
    case MessageType::ack: return finish(in, "ack", read_ack(in));
    case MessageType::push_pull: return finish(in, "pushPull", read_push_pull(in, left_out));
    case MessageType::user: return finish(in, "user", read_user_on_stream(in));
    case MessageType::error: return finish(in, "err", read_error(in));
    case MessageType::indirect_ping:
    case MessageType::suspect:
    case MessageType::alive:
    case MessageType::dead:
    case MessageType::compound:
    case MessageType::compress:
    case MessageType::encrypt:
    case MessageType::nack:
    case MessageType::has_crc:
    case MessageType::label: break;
  }
  return no_message("a stream", bytes.front());
}

}  // namespace p2p::gossip

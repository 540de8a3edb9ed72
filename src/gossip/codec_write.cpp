#include <cassert>

#include "gossip/codec.hpp"
#include "gossip/msgpack_endpoint.hpp"

namespace p2p::gossip {
namespace {

void put_type(MsgpackWriter& out, MessageType type) { out.put_byte(static_cast<unsigned>(type)); }

// Where the answer goes: three keys, each left out when it says nothing.
struct Source {
  const std::optional<Endpoint>& at;
  const std::string& node;

  [[nodiscard]] std::uint16_t port() const { return at ? at->port : std::uint16_t{0}; }
  [[nodiscard]] std::size_t keys() const {
    return (at ? 1U : 0U) + (port() != 0 ? 1U : 0U) + (node.empty() ? 0U : 1U);
  }
  void write(MsgpackWriter& out) const {
    if (at) write_address(out.key("SourceAddr"), *at);
    if (!node.empty()) out.key("SourceNode").raw(node);
    if (port() != 0) out.key("SourcePort").number(port());
  }
};

void write_versions(MsgpackWriter& out, const ProtocolVersions& versions) {
  out.key("Vsn").raw({reinterpret_cast<const char*>(versions.data()), versions.size()});
}

void write(MsgpackWriter& out, const Ping& ping) {
  const Source source{ping.source, ping.source_node};
  put_type(out, MessageType::ping);
  out.map(2 + source.keys());
  out.key("Node").raw(ping.node);
  out.key("SeqNo").number(ping.seq);
  source.write(out);
}

void write(MsgpackWriter& out, const IndirectPing& ping) {
  const Source source{ping.source, ping.source_node};
  put_type(out, MessageType::indirect_ping);
  out.map(5 + source.keys());
  out.key("Nack").boolean(ping.nack);
  out.key("Node").raw(ping.node);
  out.key("Port").number(ping.target.port);
  out.key("SeqNo").number(ping.seq);
  source.write(out);
  write_address(out.key("Target"), ping.target);
}

void write(MsgpackWriter& out, const Ack& ack) {
  put_type(out, MessageType::ack);
  out.map(2);
  out.key("Payload");
  ack.payload ? out.raw(*ack.payload) : out.nil();
  out.key("SeqNo").number(ack.seq);
}

void write(MsgpackWriter& out, const Nack& nack) {
  put_type(out, MessageType::nack);
  out.map(1);
  out.key("SeqNo").number(nack.seq);
}

// Suspect and Dead have the same body.
template <class Accusation>
void write_accusation(MsgpackWriter& out, MessageType type, const Accusation& what) {
  put_type(out, type);
  out.map(3);
  out.key("From").raw(what.from);
  out.key("Incarnation").number(what.incarnation);
  out.key("Node").raw(what.node);
}
void write(MsgpackWriter& out, const Suspect& suspect) {
  write_accusation(out, MessageType::suspect, suspect);
}
void write(MsgpackWriter& out, const Dead& dead) { write_accusation(out, MessageType::dead, dead); }

void write(MsgpackWriter& out, const Alive& alive) {
  put_type(out, MessageType::alive);
  out.map(6);
  write_address(out.key("Addr"), alive.info->at);
  out.key("Incarnation").number(alive.incarnation);
  out.key("Meta").raw_or_nil(alive.info->meta);
  out.key("Node").raw(alive.info->name);
  out.key("Port").number(alive.info->at.port);
  write_versions(out, alive.info->versions);
}

void write_node(MsgpackWriter& out, const PushNode& node) {
  out.map(7);
  write_address(out.key("Addr"), node.info->at);
  out.key("Incarnation").number(node.incarnation);
  out.key("Meta").raw_or_nil(node.info->meta);
  out.key("Name").raw(node.info->name);
  out.key("Port").number(node.info->at.port);
  out.key("State").number(static_cast<unsigned>(node.state));
  write_versions(out, node.info->versions);
}

void write(MsgpackWriter& out, const PushPull& state) {
  put_type(out, MessageType::push_pull);
  out.map(3);
  out.key("Join").boolean(state.join);
  out.key("Nodes").number(state.nodes.size());
  out.key("UserStateLen").number(state.user_state.size());
  for (const PushNode& node : state.nodes) write_node(out, node);
  out.put(state.user_state);
}

void write(MsgpackWriter& out, const User& user) {
  put_type(out, MessageType::user);
  out.put(user.body);
}

void write(MsgpackWriter& out, const ErrorReply& reply) {
  put_type(out, MessageType::error);
  out.map(1);
  out.key("Error").raw(reply.error);
}

void write_message(MsgpackWriter& out, const Message& message) {
  std::visit([&](const auto& what) { write(out, what); }, message);
}

void write_on_stream(MsgpackWriter& out, const Message& message) {
  const auto* user = std::get_if<User>(&message);
  if (user == nullptr) return write_message(out, message);
  put_type(out, MessageType::user);
  out.map(1);
  out.key("UserMsgLen").number(user->body.size());
  out.put(user->body);
}

void put_16(MsgpackWriter& out, std::size_t number) {
  out.put_byte(static_cast<unsigned>(number >> 8));
  out.put_byte(static_cast<unsigned>(number & 0xff));
}

}  // namespace

std::size_t encoded_size(const Message& message) {
  MsgpackWriter counter;
  write_message(counter, message);
  return counter.size();
}

std::size_t encoded_stream_size(const Message& message) {
  MsgpackWriter counter;
  write_on_stream(counter, message);
  return counter.size();
}

std::size_t encoded_packet_size(std::span<const Message> parts) {
  std::size_t size = parts.size() > 1 ? compound_overhead + parts.size() * compound_part_overhead : 0;
  for (const Message& part : parts) size += encoded_size(part);
  return size;
}

Bytes encode(const Message& message) {
  Bytes bytes;
  bytes.reserve(encoded_size(message));
  MsgpackWriter out(bytes);
  write_message(out, message);
  return bytes;
}

Bytes encode_stream(const Message& message) {
  Bytes bytes;
  bytes.reserve(encoded_stream_size(message));
  MsgpackWriter out(bytes);
  write_on_stream(out, message);
  return bytes;
}

Bytes encode_packet(std::span<const Message> parts) {
  assert(!parts.empty() && parts.size() <= part_limit);
  if (parts.size() == 1) return encode(parts.front());
  Bytes bytes;
  bytes.reserve(encoded_packet_size(parts));
  MsgpackWriter out(bytes);
  put_type(out, MessageType::compound);
  out.put_byte(static_cast<unsigned>(parts.size()));
  for (const Message& part : parts) {
    const std::size_t size = encoded_size(part);
    assert(size <= 0xffff);
    put_16(out, size);
  }
  for (const Message& part : parts) write_message(out, part);
  return bytes;
}

}  // namespace p2p::gossip

#include <array>
#include <cassert>

#include "gossip/msgpack_endpoint.hpp"
#include "gossip/serf_message.hpp"

namespace p2p::gossip {
namespace {

// Writes the type, and opens the map.
void begin(MsgpackWriter& out, SerfType type, std::size_t keys) {
  out.put_byte(static_cast<unsigned>(type));
  out.map(keys);
}

// A list that an agent has as nil until something is in it.
template <class List>
void write_list_or_nil(MsgpackWriter& out, const List& list) {
  if (list.empty()) return out.nil();
  out.array(list.size());
  for (const auto& one : list) out.raw(one);
}

void write(MsgpackWriter& out, const LeaveIntent& leave) {
  begin(out, SerfType::leave, 3);
  out.key("LTime").number(leave.ltime);
  out.key("Node").raw(leave.node);
  out.key("Prune").boolean(leave.prune);
}

void write(MsgpackWriter& out, const JoinIntent& join) {
  begin(out, SerfType::join, 2);
  out.key("LTime").number(join.ltime);
  out.key("Node").raw(join.node);
}

void write(MsgpackWriter& out, const UserEvent& event) {
  begin(out, SerfType::user_event, 4);
  out.key("CC").boolean(event.coalesce);
  out.key("LTime").number(event.ltime);
  out.key("Name").raw(event.name);
  out.key("Payload").raw_or_nil(event.payload);
}

void write(MsgpackWriter& out, const PastEvents& past) {
  out.map(2);
  out.key("Events").array(past.events.size());
  for (const PastEvents::Event& event : past.events) {
    out.map(2);
    out.key("Name").raw(event.name);
    out.key("Payload").raw_or_nil(event.payload);
  }
  out.key("LTime").number(past.ltime);
}

void write_ring(MsgpackWriter& out, const std::vector<PastEvents>& events) {
  std::array<const PastEvents*, event_ring> ring{};
  for (const PastEvents& past : events) {
    auto& slot = ring[past.ltime % event_ring];
    if (slot == nullptr || slot->ltime <= past.ltime)
      slot = &past;  // the older one has rolled out of the ring
  }
  out.array(ring.size());
  for (const PastEvents* past : ring) past != nullptr ? write(out, *past) : out.nil();
}

void write(MsgpackWriter& out, const SerfState& state) {
  begin(out, SerfType::push_pull, 6);
  out.key("EventLTime").number(state.event_ltime);
  write_ring(out.key("Events"), state.events);
  out.key("LTime").number(state.ltime);
  out.key("LeftMembers").array(state.left_members.size());
  for (const std::string& member : state.left_members) out.raw(member);
  out.key("QueryLTime").number(state.query_ltime);
  out.key("StatusLTimes").map(state.status_ltimes.size());
  for (const auto& [member, ltime] : state.status_ltimes) out.key(member).number(ltime);
}

void write(MsgpackWriter& out, const Query& query) {
  begin(out, SerfType::query, 11);
  write_address(out.key("Addr"), query.from);
  write_list_or_nil(out.key("Filters"), query.filters);
  out.key("Flags").number(query.flags);
  out.key("ID").number(query.id);
  out.key("LTime").number(query.ltime);
  out.key("Name").raw(query.name);
  out.key("Payload").raw_or_nil(query.payload);
  out.key("Port").number(query.from.port);
  out.key("RelayFactor").number(query.relay_factor);
  out.key("SourceNode").raw(query.source_node);
  out.key("Timeout").integer(query.timeout_ns);
}

void write(MsgpackWriter& out, const QueryResponse& response) {
  begin(out, SerfType::query_response, 5);
  out.key("Flags").number(response.flags);
  out.key("From").raw(response.from);
  out.key("ID").number(response.id);
  out.key("LTime").number(response.ltime);
  out.key("Payload").raw_or_nil(response.payload);
}

void write(MsgpackWriter& out, const ConflictResponse& member) {
  begin(out, SerfType::conflict_response, 11);
  write_address(out.key("Addr"), member.at);
  out.key("DelegateCur").number(member.versions[5]);
  out.key("DelegateMax").number(member.versions[4]);
  out.key("DelegateMin").number(member.versions[3]);
  out.key("Name").raw(member.name);
  out.key("Port").number(member.at.port);
  out.key("ProtocolCur").number(member.versions[2]);
  out.key("ProtocolMax").number(member.versions[1]);
  out.key("ProtocolMin").number(member.versions[0]);
  out.key("Status").integer(member.status);
  out.key("Tags").map(member.tags.size());
  for (const auto& [key, value] : member.tags) out.key(key).raw(value);
}

void write(MsgpackWriter& out, const KeyRequest& request) {
  begin(out, SerfType::key_request, 1);
  out.key("Key").raw_or_nil(request.key);
}

void write(MsgpackWriter& out, const KeyResponse& response) {
  begin(out, SerfType::key_response, 4);
  write_list_or_nil(out.key("Keys"), response.keys);
  out.key("Message").raw(response.message);
  out.key("PrimaryKey").raw(response.primary_key);
  out.key("Result").boolean(response.result);
}

void write(MsgpackWriter& out, const Relay& relay) {
  begin(out, SerfType::relay, 2);
  out.key("DestAddr").map(3);
  write_address(out.key("IP"), relay.to);
  out.key("Port").number(relay.to.port);
  out.key("Zone").raw("");
  out.key("DestName").raw(relay.node);
  out.put(relay.message);
}

void write_any(MsgpackWriter& out, const SerfMessage& message) {
  std::visit([&](const auto& what) { write(out, what); }, message);
}

}  // namespace

std::size_t encoded_serf_size(const SerfMessage& message) {
  MsgpackWriter counter;
  write_any(counter, message);
  return counter.size();
}

Bytes encode_serf(const SerfMessage& message) {
  Bytes bytes;
  bytes.reserve(encoded_serf_size(message));
  MsgpackWriter out(bytes);
  write_any(out, message);
  return bytes;
}

}  // namespace p2p::gossip

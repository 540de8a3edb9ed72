#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gossip/limits.hpp"
#include "gossip/msgpack_endpoint.hpp"
#include "gossip/serf_message.hpp"

namespace p2p::gossip {
namespace {

std::string_view name(MsgpackReader& in) { return in.raw(name_limit); }

LeaveIntent read_leave(MsgpackReader& in) {
  LeaveIntent leave;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime")
      leave.ltime = in.number();
    else if (key == "Node")
      leave.node = name(in);
    else if (key == "Prune")
      leave.prune = in.boolean();
    else
      return false;
    return true;
  });
  return leave;
}

JoinIntent read_join(MsgpackReader& in) {
  LeaveIntent same = read_leave(in);
  return {.ltime = same.ltime, .node = std::move(same.node)};
}

UserEvent read_user_event(MsgpackReader& in) {
  UserEvent event;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime")
      event.ltime = in.number();
    else if (key == "Name")
      event.name = in.raw(event_limit);
    else if (key == "Payload")
      event.payload = in.raw(event_limit);
    else if (key == "CC")
      event.coalesce = in.boolean();
    else
      return false;
    return true;
  });
  return event;
}

// The events of a state; `room` is how many more it may have.
PastEvents read_past_events(MsgpackReader& in, std::size_t& room) {
  PastEvents past;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime") {
      past.ltime = in.number();
    } else if (key == "Events") {
      past.events.clear();
      for (auto left = in.array(room); left > 0 && in.ok(); --left, --room) {
        UserEvent event = read_user_event(in);
        past.events.push_back({.name = std::move(event.name), .payload = std::move(event.payload)});
      }
    } else {
      return false;
    }
    return true;
  });
  return past;
}

std::vector<PastEvents> read_ring(MsgpackReader& in) {
  std::vector<PastEvents> events;
  std::size_t room = events_limit;
  for (auto left = in.array(event_slots_limit); left > 0 && in.ok(); --left) {
    if (in.next() == MsgpackHead::Kind::nil)
      in.skip();
    else
      events.push_back(read_past_events(in, room));
  }
  return events;
}

SerfState read_state(MsgpackReader& in) {
  SerfState state;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime") {
      state.ltime = in.number();
    } else if (key == "StatusLTimes") {
      state.status_ltimes.clear();
      for (auto left = in.map(nodes_limit); left > 0 && in.ok(); --left) {
        const std::string_view member = name(in);
        state.status_ltimes.emplace_back(member, in.number());
      }
    } else if (key == "LeftMembers") {
      state.left_members.clear();
      for (auto left = in.array(nodes_limit); left > 0 && in.ok(); --left)
        state.left_members.emplace_back(name(in));
    } else if (key == "EventLTime") {
      state.event_ltime = in.number();
    } else if (key == "Events") {
      state.events = read_ring(in);
    } else if (key == "QueryLTime") {
      state.query_ltime = in.number();
    } else {
      return false;
    }
    return true;
  });
  return state;
}

template <class Text>
std::vector<Text> read_list(MsgpackReader& in) {
  std::vector<Text> list;
  for (auto left = in.array(list_limit); left > 0 && in.ok(); --left) list.emplace_back(in.raw());
  return list;
}

Query read_query(MsgpackReader& in) {
  Query query;
  std::string_view address;
  std::uint16_t port = 0;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime")
      query.ltime = in.number();
    else if (key == "ID")
      query.id = in.number_of<std::uint32_t>();
    else if (key == "Addr")
      address = in.raw();
    else if (key == "Port")
      port = in.number_of<std::uint16_t>();
    else if (key == "SourceNode")
      query.source_node = name(in);
    else if (key == "Filters")
      query.filters = read_list<Bytes>(in);
    else if (key == "Flags")
      query.flags = in.number_of<std::uint32_t>();
    else if (key == "RelayFactor")
      query.relay_factor = in.number_of<std::uint8_t>();
    else if (key == "Timeout")
      query.timeout_ns = in.integer();
    else if (key == "Name")
      query.name = in.raw();
    else if (key == "Payload")
      query.payload = in.raw();
    else
      return false;
    return true;
  });
  query.from = endpoint_or_refuse(in, address, port);
  return query;
}

QueryResponse read_query_response(MsgpackReader& in) {
  QueryResponse response;
  read_fields(in, [&](std::string_view key) {
    if (key == "LTime")
      response.ltime = in.number();
    else if (key == "ID")
      response.id = in.number_of<std::uint32_t>();
    else if (key == "From")
      response.from = name(in);
    else if (key == "Flags")
      response.flags = in.number_of<std::uint32_t>();
    else if (key == "Payload")
      response.payload = in.raw();
    else
      return false;
    return true;
  });
  return response;
}

// The place of a member's version in NodeInfo's list; its size when `key` is none.
std::size_t version_place(std::string_view key) {
  constexpr std::array<std::string_view, 6> keys{"ProtocolMin", "ProtocolMax", "ProtocolCur",
                                                 "DelegateMin", "DelegateMax", "DelegateCur"};
  return static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin());
}

ConflictResponse read_conflict_response(MsgpackReader& in) {
  ConflictResponse member;
  std::string_view address;
  std::uint16_t port = 0;
  read_fields(in, [&](std::string_view key) {
    if (key == "Name") {
      member.name = name(in);
    } else if (key == "Addr") {
      address = in.raw();
    } else if (key == "Port") {
      port = in.number_of<std::uint16_t>();
    } else if (key == "Status") {
      member.status = in.integer();
    } else if (key == "Tags") {
      member.tags.clear();
      for (auto left = in.map(list_limit); left > 0 && in.ok(); --left) {
        const std::string_view tag = in.raw(meta_limit);
        member.tags.emplace_back(tag, in.raw(meta_limit));
      }
    } else if (const std::size_t place = version_place(key); place < member.versions.size()) {
      member.versions[place] = in.number_of<std::uint8_t>();
    } else {
      return false;
    }
    return true;
  });
  member.at = endpoint_or_refuse(in, address, port);
  return member;
}

KeyRequest read_key_request(MsgpackReader& in) {
  KeyRequest request;
  read_fields(in, [&](std::string_view key) {
    if (key != "Key") return false;
    request.key = in.raw(name_limit);
    return true;
  });
  return request;
}

KeyResponse read_key_response(MsgpackReader& in) {
  KeyResponse response;
  read_fields(in, [&](std::string_view key) {
    if (key == "Result")
      response.result = in.boolean();
    else if (key == "Message")
      response.message = in.raw();
    else if (key == "Keys")
      response.keys = read_list<std::string>(in);
    else if (key == "PrimaryKey")
      response.primary_key = in.raw();
    else
      return false;
    return true;
  });
  return response;
}

Endpoint read_destination(MsgpackReader& in) {
  std::string_view address;
  std::uint16_t port = 0;
  read_fields(in, [&](std::string_view key) {
    if (key == "IP")
      address = in.raw();
    else if (key == "Port")
      port = in.number_of<std::uint16_t>();
    else
      return false;  // Zone: link-local addresses are nobody's destination
    return true;
  });
  return endpoint_or_refuse(in, address, port);
}

Relay read_relay(MsgpackReader& in) {
  Relay relay;
  bool has_destination = false;
  read_fields(in, [&](std::string_view key) {
    if (key == "DestAddr") {
      relay.to = read_destination(in);
      has_destination = true;
    } else if (key == "DestName") {
      relay.node = name(in);
    } else {
      return false;
    }
    return true;
  });
  if (!has_destination) in.refuse("it does not say where to");
  relay.message = in.bytes(in.rest().size());
  return relay;
}

Result<SerfMessage> finish(const MsgpackReader& in, std::string_view what, SerfMessage message) {
  if (!in.ok()) return fail(Errc::parse_error, fmt::format("serf {}: {}", what, in.why()));
  return message;
}

}  // namespace

Result<SerfMessage> decode_serf(std::string_view body) {
  if (body.empty()) return fail(Errc::parse_error, "an empty message of serf");
  MsgpackReader in(body.substr(1));
  switch (static_cast<SerfType>(body.front())) {
    case SerfType::leave: return finish(in, "leave", read_leave(in));
    case SerfType::join: return finish(in, "join", read_join(in));
    case SerfType::push_pull: return finish(in, "pushPull", read_state(in));
    case SerfType::user_event: return finish(in, "userEvent", read_user_event(in));
    case SerfType::query: return finish(in, "query", read_query(in));
    case SerfType::query_response: return finish(in, "queryResponse", read_query_response(in));
    case SerfType::conflict_response: return finish(in, "conflictResponse", read_conflict_response(in));
    case SerfType::key_request: return finish(in, "keyRequest", read_key_request(in));
    case SerfType::key_response: return finish(in, "keyResponse", read_key_response(in));
    case SerfType::relay: return finish(in, "relay", read_relay(in));
  }
  return fail(Errc::parse_error,
              fmt::format("serf has no message of type {}", static_cast<unsigned char>(body.front())));
}

}  // namespace p2p::gossip

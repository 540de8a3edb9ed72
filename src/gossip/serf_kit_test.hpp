// One SerfCore named "me" at 10.0.0.1, and a test that plays all the others.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gossip/codec.hpp"
#include "gossip/serf_core.hpp"

namespace p2p::gossip {

struct SerfTest : testing::Test {
  static Endpoint place(std::uint8_t last) {
    Endpoint at;
    at.address = {10, 0, 0, last};
    at.port = 7946;
    return at;
  }
  static NodeInfoPtr node(std::string name, std::uint8_t last, const Tags& tags = {}) {
    return new NodeInfo(std::move(name), place(last), encode_tags(tags).value());
  }

  explicit SerfTest(KeyringControl* keys = nullptr) : serf(config(), node("me", 1), 42, 0, keys) { act(); }
  static SerfConfig config() {
    SerfConfig numbers;
    numbers.swim.size_of = encoded_size;
    return numbers;
  }

  void hear(std::vector<Message> parts) {
    serf.on_packet(now, place(2), parts);
    act();
  }
  void hear(const SerfMessage& message) {
    std::vector<Message> parts;
    parts.emplace_back(User{encode_serf(message)});
    hear(std::move(parts));
  }
  void know(std::string name, std::uint8_t last, std::uint32_t incarnation = 1, const Tags& tags = {}) {
    hear(std::vector<Message>{Alive{incarnation, node(std::move(name), last, tags)}});
  }
  void dies(const std::string& name) { hear(std::vector<Message>{Dead{1, name, "other"}}); }
  /// A push/pull somebody else began.
  void hear_state(SerfState state, std::vector<PushNode> nodes = {}) {
    PushPull all{false, std::move(nodes), encode_serf(std::move(state))};
    serf.on_stream(now, incoming_stream | ++streams_in, all);
    act();
  }
  /// A join of ours that is answered with this.
  void join_to(SerfState state, std::vector<PushNode> nodes = {}) {
    serf.join(now, place(9));
    act();
    ASSERT_FALSE(streams.empty());
    PushPull all{true, std::move(nodes), encode_serf(std::move(state))};
    serf.on_stream(now, streams.back().id, all);
    act();
  }
  void pass(TimePoint span) {
    const TimePoint end = now + span;
    while (serf.next_deadline() <= end) {
      now = std::max(now, serf.next_deadline());
      serf.on_timer(now);
      ++wakes;
      act();
    }
    now = end;
  }

  void act() {
    for (Action& action : serf.take_actions()) {
      if (auto* packet = std::get_if<SendPacket>(&action)) packets.push_back(std::move(*packet));
      if (auto* stream = std::get_if<OpenStream>(&action)) streams.push_back(std::move(*stream));
      if (auto* reply = std::get_if<Reply>(&action)) replies.push_back(std::move(*reply));
      if (auto* notify = std::get_if<Notify>(&action)) events.push_back(std::move(notify->event));
      if (auto* result = std::get_if<JoinResult>(&action)) joins.push_back(std::move(*result));
      if (std::holds_alternative<LeaveDone>(action)) left = true;
    }
  }

  MemberStatus status(std::string_view name) {
    const Record* record = serf.swim().record(name);
    return record == nullptr ? MemberStatus::none : status_of(*record);
  }
  [[nodiscard]] std::ptrdiff_t told(MemberEventKind kind, std::string_view name) const {
    return std::ranges::count_if(events, [&](const MemberEvent& event) {
      return event.kind == kind && (event.node == nullptr ? event.name : event.node->name) == name;
    });
  }
  /// Serf's messages of one kind in packets so far, with where they went.
  template <class Kind>
  [[nodiscard]] std::vector<std::pair<Endpoint, Kind>> said() const {
    std::vector<std::pair<Endpoint, Kind>> found;
    for (const SendPacket& packet : packets)
      for (const Message& part : packet.parts)
        if (const auto* user = std::get_if<User>(&part))
          if (const auto message = decode_serf(user->body))
            if (const auto* kind = std::get_if<Kind>(&*message)) found.emplace_back(packet.to, *kind);
    return found;
  }
  /// What this node would push.
  [[nodiscard]] SerfState state() {
    serf.on_stream(now, incoming_stream | ++streams_in, PushPull{});
    act();
    const auto& sent = std::get<PushPull>(replies.back().message);
    return std::get<SerfState>(decode_serf(sent.user_state).value());
  }

  SerfCore serf;
  TimePoint now = 1'000'000;
  StreamId streams_in = 0;
  std::vector<SendPacket> packets;
  std::vector<OpenStream> streams;
  std::vector<Reply> replies;
  std::vector<MemberEvent> events;
  std::vector<JoinResult> joins;
  bool left = false;
  std::size_t wakes = 0;  // of timers
};

}  // namespace p2p::gossip

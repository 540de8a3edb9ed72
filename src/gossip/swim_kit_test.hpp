// One SwimCore named "me" at 10.0.0.1, and a test that plays all the others.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gossip/swim_core.hpp"
#include "testing/message_size.hpp"

namespace p2p::gossip {

inline Endpoint place(std::uint8_t last, std::uint16_t port = 7946) {
  Endpoint at;
  at.address = {10, 0, 0, last};
  at.port = port;
  return at;
}

inline NodeInfoPtr node(std::string name, std::uint8_t last, Bytes meta = {},
                        ProtocolVersions versions = our_versions) {
  return new NodeInfo(std::move(name), place(last), std::move(meta), versions);
}

struct SwimTest : testing::Test {
  SwimTest() { config.size_of = message_size; }

  /// To be called when a test has its own settings or delegate; else hear() and the like do.
  void start(SwimDelegate* delegate = nullptr) {
    swim = std::make_unique<SwimCore>(config, node("me", 1), 42, now, delegate);
    act();
  }
  SwimCore& core() {
    if (swim == nullptr) start();
    return *swim;
  }

  void hear(std::vector<Message> parts, const Endpoint& from = place(2)) {
    core().on_packet(now, from, parts);
    act();
  }
  void know(std::string name, std::uint8_t last, std::uint32_t incarnation = 1, Bytes meta = {}) {
    hear({Alive{incarnation, node(std::move(name), last, std::move(meta))}});
  }
  void answer_stream(StreamId id, Message message) {
    core().on_stream(now, id, message);
    act();
  }

  /// Runs the core's timers for so long.
  void pass(TimePoint span) {
    const TimePoint end = now + span;
    while (core().next_deadline() <= end) {
      now = std::max(now, core().next_deadline());
      core().on_timer(now);
      act();
    }
    now = end;
  }
  void act() {
    for (Action& action : swim->take_actions()) {
      if (auto* packet = std::get_if<SendPacket>(&action)) packets.push_back(std::move(*packet));
      if (auto* stream = std::get_if<OpenStream>(&action)) streams.push_back(std::move(*stream));
      if (auto* reply = std::get_if<Reply>(&action)) replies.push_back(std::move(*reply));
      if (auto* close = std::get_if<Close>(&action)) closed.push_back(close->id);
      if (auto* notify = std::get_if<Notify>(&action)) events.push_back(std::move(notify->event));
      if (auto* result = std::get_if<JoinResult>(&action)) joins.push_back(std::move(*result));
      if (std::holds_alternative<LeaveDone>(action)) left = true;
    }
  }
  void forget_what_was_said() {
    packets.clear();
    streams.clear();
    replies.clear();
    events.clear();
  }

  const Record& record(const std::string& name) { return *core().record(name); }
  NodeState state(const std::string& name) { return record(name).state; }
  [[nodiscard]] bool happened(MemberEventKind kind, const std::string& name) const {
    return std::ranges::any_of(
        events, [&](const MemberEvent& event) { return event.kind == kind && event.node->name == name; });
  }

  /// What was said, of one kind, since forget_what_was_said.
  template <class Kind>
  std::vector<std::pair<Endpoint, Kind>> said() const {
    std::vector<std::pair<Endpoint, Kind>> found;
    for (const SendPacket& packet : packets)
      for (const Message& part : packet.parts)
        if (const auto* kind = std::get_if<Kind>(&part)) found.emplace_back(packet.to, *kind);
    return found;
  }
  /// Lets gossip tell it, and looks whether it did.
  template <class Kind, class Is>
  bool tells(Is is) {
    pass(400 * milliseconds_us);
    return std::ranges::any_of(said<Kind>(), [&](const auto& one) { return is(one.second); });
  }

  SwimConfig config;
  TimePoint now = 1'000'000;
  std::unique_ptr<SwimCore> swim;
  std::vector<SendPacket> packets;
  std::vector<OpenStream> streams;
  std::vector<Reply> replies;
  std::vector<StreamId> closed;
  std::vector<MemberEvent> events;
  std::vector<JoinResult> joins;
  bool left = false;
};

}  // namespace p2p::gossip

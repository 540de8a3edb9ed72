// SerfCore: what Serf adds to the membership machine (docs/protocol/gossip.md, section 10): who meant to
// leave and who failed, tags, user events, and the queries that agents send. Same shape as the SwimCore below
// it: told what came in and what time it is, it says what to do; take_actions() after each call.
//
// A peer may lie, sealed with the right key. What it says of times is believed within bounds (LamportClock);
// everything kept is bounded (SerfConfig); answers and relayed messages go to members' addresses only; that
// somebody has left is not believed of a member that SWIM holds alive, but told to it, so that it objects.
//
// Lifetime: what the constructor is handed, the keys, outlives it.
// Threads:  none; the driver's.
// Does not: ask queries, judge conflicts of names (the driver, by the tag `inst`), evaluate tag filters.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "gossip/event_window.hpp"
#include "gossip/keyring_control.hpp"
#include "gossip/lamport_clock.hpp"
#include "gossip/member.hpp"
#include "gossip/query_window.hpp"
#include "gossip/recent_intents.hpp"
#include "gossip/serf_config.hpp"
#include "gossip/swim_core.hpp"

namespace p2p::gossip {

class SerfCore final : private SwimDelegate {
 public:
  /// As of SwimCore; `me->meta` are the tags of the start (encode_tags). Without `keys`, queries about keys
  /// are refused.
  SerfCore(SerfConfig config, NodeInfoPtr me, std::uint64_t seed, TimePoint now,
           KeyringControl* keys = nullptr);

  void on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts);
  void on_stream(TimePoint now, StreamId id, const Message& message);
  void on_stream_failed(TimePoint now, StreamId id, Errc why);
  void on_timer(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const noexcept;
  [[nodiscard]] std::vector<Action> take_actions();

  /// Ends in a JoinResult.
  void join(TimePoint now, const Endpoint& seed);
  /// Tells the intent, then leaves as SwimCore does, then ends in LeaveDone: 11 s at most.
  void leave(TimePoint now);
  /// A hint: its connection broke.
  void probe_soon(TimePoint now, const std::string& node) { swim_.probe_soon(now, node); }
  /// Has everybody forget a member that is gone. node_not_found; conflict for one that lives.
  [[nodiscard]] Result<void> forget(TimePoint now, const std::string& node);

  /// too_large above 512 bytes; nothing has changed then.
  [[nodiscard]] Result<void> set_tags(TimePoint now, const Tags& tags);
  /// Delivered on every node, this one too, once or not at all: a hint, no command. Another node may say the
  /// same at the same Lamport time; the two are one then. too_large above 512 bytes of name and payload,
  /// invalid_params without a name, draining while leaving.
  [[nodiscard]] Result<LamportTime> user_event(TimePoint now, std::string name, Bytes payload, bool coalesce);

  // What is known. Not const: tags are decoded when somebody wants to see them, and kept.
  [[nodiscard]] std::vector<Member> members(TimePoint now);
  [[nodiscard]] std::optional<Member> member(TimePoint now, std::string_view name);
  [[nodiscard]] const NodeInfoPtr& me() const noexcept { return swim_.me(); }

  /// The machine below, to look at; calls that do something go through here.
  [[nodiscard]] SwimCore& swim() noexcept { return swim_; }
  [[nodiscard]] LamportTime intent_time() const noexcept { return intent_clock_.time(); }
  [[nodiscard]] LamportTime event_time() const noexcept { return event_clock_.time(); }
  [[nodiscard]] LamportTime query_time() const noexcept { return query_clock_.time(); }

 private:
  enum class Source : std::uint8_t { gossip, state };  // what comes with a push/pull is not told on

  // SwimDelegate
  void on_user(TimePoint now, const Bytes& body) override;
  Bytes local_state(bool join) override;
  void merge_remote_state(TimePoint now, const Bytes& state, bool join) override;
  MemberEventKind on_member_change(TimePoint now, MemberEventKind kind, Record& record) override;
  void on_join_result(TimePoint now, const JoinResult& result) override;

  void settle(TimePoint now);
  BroadcastQueue::Ticket tell(TimePoint now, Tier tier, const SerfMessage& message);
  void notify(MemberEventKind kind, const Record& record);

  // Intents: serf_core_intents.cpp
  void take(TimePoint now, const LeaveIntent& intent);
  void take(TimePoint now, const JoinIntent& intent);
  [[nodiscard]] bool believe(TimePoint now, const LeaveIntent& intent);
  [[nodiscard]] bool believe(TimePoint now, const JoinIntent& intent);
  void believe_left(TimePoint now, const LeaveIntent& claim);
  void mean_to_leave(Record& record, LamportTime ltime);
  void prune(const Record& record);
  void announce_join(TimePoint now);
  void joined(TimePoint now, Record& record);
  void go_on_leaving(TimePoint now);
  void forget_pruned(TimePoint now);

  // Events
  void take(TimePoint now, const UserEvent& event, LamportTime horizon, Source source);
  void replay(TimePoint now, std::vector<PastEvents> past, LamportTime horizon);

  // Queries: serf_core_queries.cpp
  void take(TimePoint now, const Query& query);
  void take(const Relay& relay);
  [[nodiscard]] bool is_meant(const Query& query) const;
  [[nodiscard]] std::optional<Bytes> answer_to(const Query& query);
  [[nodiscard]] std::optional<Bytes> conflict_answer(std::string_view name);
  [[nodiscard]] Bytes key_answer(const Query& query);
  void respond(const Query& query, std::uint32_t flags, Bytes payload);
  [[nodiscard]] bool is_member_at(std::string_view name, const Endpoint& at);
  void send(const Endpoint& to, Bytes serf_message);

  void reconnect(TimePoint now);
  [[nodiscard]] Member view(TimePoint now, const Record& record);
  [[nodiscard]] std::shared_ptr<const Tags> tags_of(const NodeInfoPtr& info);

  struct DecodedTags {
    NodeInfoPtr of;
    std::shared_ptr<const Tags> tags;
  };

  const SerfConfig config_;
  const TimePoint begun_;
  KeyringControl* keys_;
  LamportClock intent_clock_ = intent_clock();
  LamportClock event_clock_ = event_clock();
  LamportClock query_clock_ = event_clock();
  RecentIntents recent_;
  EventWindow events_;
  QueryWindow queries_;
  SwimCore swim_;
  std::vector<Action> actions_;
  boost::unordered_flat_map<std::string, DecodedTags> tags_;  // only of those that were looked at

  std::vector<std::string> to_prune_;  // members on their way out, to be forgotten once they are gone
  std::vector<std::string> pruned_;    // they are

  bool answers_us_ = false;                           // the stream that is being read
  bool joined_ = false;                               // once at least
  std::vector<Endpoint> reconnecting_, reconnected_;  // joins the driver has not asked for; ended ones
  TimePoint next_reconnect_;

  bool leaving_ = false;
  BroadcastQueue::Ticket leave_ticket_ = 0;
  TimePoint leave_intent_until_ = never;
};

/// Serf's word on a record, also on one it has not been told of.
[[nodiscard]] MemberStatus status_of(const Record& record) noexcept;

}  // namespace p2p::gossip

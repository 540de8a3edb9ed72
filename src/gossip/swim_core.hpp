// SwimCore: the membership machine: SWIM as memberlist speaks it, with Lifeguard (docs/protocol/gossip.md,
// sections 5-9). It is told what came in and what time it is, and says what to do; take_actions() after each
// call. It holds together who is a member (Membership), who is asked (Prober), what is told (Dissemination),
// and itself exchanges whole states with others.
//
// Lifetime:  what the constructor is handed, the delegate, outlives it.
// Threads:   none; the driver's.
// Bounds:    records, queues, relays, hints: SwimConfig. How many exchanges are served at once is the
// driver's. Does not:  know Serf (SwimDelegate), open sockets, encode.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "gossip/membership.hpp"
#include "gossip/prober.hpp"
#include "gossip/swim_delegate.hpp"

namespace p2p::gossip {

enum class LeavePhase : std::uint8_t { none, telling, lingering, done };

class SwimCore final : private MembershipListener, private ProbeListener {
 public:
  /// `me->at` is where others reach this node. Every node of a cluster has its own `seed`.
  SwimCore(SwimConfig config, NodeInfoPtr me, std::uint64_t seed, TimePoint now,
           SwimDelegate* delegate = nullptr);

  void on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts);
  /// The answer to an OpenStream, or what came first on a stream with an incoming id.
  void on_stream(TimePoint now, StreamId id, const Message& message);
  void on_stream_failed(TimePoint now, StreamId id, Errc why);
  void on_timer(TimePoint now);
  /// When on_timer is due if nothing comes before; asked anew after each call. `never` after LeaveDone.
  [[nodiscard]] TimePoint next_deadline() const noexcept;

  /// Ends in a JoinResult.
  void join(TimePoint now, const Endpoint& seed);
  /// At most 512 bytes; the caller has checked that, and knows what made it too long.
  void set_meta(TimePoint now, Bytes meta);
  /// A hint: its connection broke.
  void probe_soon(TimePoint now, const std::string& node);
  /// Ends in LeaveDone.
  void leave(TimePoint now);
  /// Takes the record out at once, as if a day had passed.
  void forget(TimePoint now, std::string_view node);

  /// For who builds on this, also from within the delegate: tell everybody, and whether that is still going
  /// on.
  BroadcastQueue::Ticket broadcast(TimePoint now, Tier tier, Bytes serf_message);
  [[nodiscard]] bool waiting(Tier tier, BroadcastQueue::Ticket ticket) const noexcept {
    return dissemination_.waiting(tier, ticket);
  }
  void notify(MemberEvent event) { actions_.emplace_back(Notify{std::move(event)}); }

  [[nodiscard]] std::vector<Action> take_actions() { return std::exchange(actions_, {}); }

  [[nodiscard]] const NodeTable& members() const noexcept { return membership_.table(); }
  /// To change what Serf keeps in the record of `name`; null when there is none. Good until the next call.
  [[nodiscard]] Record* record(std::string_view name) noexcept;
  [[nodiscard]] const NodeInfoPtr& me() const noexcept { return membership_.me(); }
  [[nodiscard]] std::uint32_t incarnation() const noexcept { return membership_.incarnation(); }
  [[nodiscard]] std::uint32_t health_score() const noexcept { return awareness_.score(); }
  [[nodiscard]] LeavePhase leave_phase() const noexcept { return leave_phase_; }
  [[nodiscard]] const Dissemination& rumours() const noexcept { return dissemination_; }
  [[nodiscard]] Dice& dice() noexcept { return dice_; }
  /// Six or more: this node is cut off, or the others are.
  [[nodiscard]] std::uint32_t probes_failed_of_last_ten() const noexcept {
    return prober_.failed_of_last_ten();
  }

  /// For simulations: these are members, alive, known to everybody without a word.
  void assume(TimePoint now, std::span<const NodeInfoPtr> members);

 private:
  struct Opened {
    std::uint32_t ping = 0;  ///< sequence number of a ping, or 0: a push/pull
    bool join = false;
    Endpoint to;
  };

  void on_change(TimePoint now, MemberEventKind kind, Record& record) override;
  void on_conflict(TimePoint now, const Record& record, const NodeInfo& info) override;
  void send(const Endpoint& to, std::vector<Message> parts) override;
  void ping_by_stream(const Endpoint& to, Ping ping, TimePoint deadline) override;
  void accuse(TimePoint now, const std::string& node, std::uint32_t incarnation) override;
  void on_round_end(TimePoint now) override { membership_.reap(now); }

  void take_news(TimePoint now, const Message& part);
  void answer(TimePoint now, const Endpoint& from, const Message& part);
  void settle(TimePoint now);

  void arm_gossip(TimePoint now) noexcept;
  void gossip(TimePoint now);
  [[nodiscard]] bool hears_gossip(TimePoint now, const Record& record) const noexcept;

  // push/pull: swim_core_streams.cpp
  void on_answer(TimePoint now, const Opened& opened, const Message& answer);
  void on_request(TimePoint now, StreamId id, const Message& request);
  void open_exchange(TimePoint now, const Endpoint& to, bool join);
  [[nodiscard]] Message state(bool join);
  [[nodiscard]] bool merge(TimePoint now, const PushPull& theirs);
  void joined(TimePoint now, const Opened& opened, std::optional<Errc> error, std::string why);
  [[nodiscard]] bool has_living_member_at(const Endpoint& at) const;
  void exchange_again(TimePoint now);
  void exchange_with_random(TimePoint now);
  void plan_exchange(TimePoint now, double share);
  void exchange_when_due(TimePoint now);
  void go_on_leaving(TimePoint now);

  const SwimConfig config_;
  SwimDelegate no_delegate_;
  SwimDelegate& delegate_;
  Dice dice_;
  Awareness awareness_;
  Dissemination dissemination_;
  Membership membership_;
  Prober prober_;
  std::vector<Action> actions_;

  const TimePoint gossip_phase_;
  TimePoint next_gossip_ = never;  // while there is something to tell
  bool nobody_listens_ = false;    // nor will, before a member changes

  TimePoint next_exchange_ = never;
  std::array<TimePoint, 2> extra_exchanges_{never, never};
  Endpoint last_seed_;  // with which a join succeeded
  StreamId last_stream_ = 0;
  boost::unordered_flat_map<StreamId, Opened> opened_;

  LeavePhase leave_phase_ = LeavePhase::none;
  TimePoint leave_until_ = never;  // of the phase
  TimePoint next_conflict_ = 0;    // conflicts before that are not reported
};

}  // namespace p2p::gossip

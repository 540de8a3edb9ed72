#include "gossip/swim_core.hpp"

#include <algorithm>
#include <utility>

namespace p2p::gossip {
namespace {

TimePoint share_of(Dice& dice, std::int64_t interval_ms) {
  return static_cast<TimePoint>(dice.fraction() * static_cast<double>(interval_ms * milliseconds_us));
}

}  // namespace

SwimCore::SwimCore(SwimConfig config, NodeInfoPtr me, std::uint64_t seed, TimePoint now,
                   SwimDelegate* delegate)
    : config_(config),
      delegate_(delegate != nullptr ? *delegate : no_delegate_),
      dice_(seed),
      awareness_(config_.max_score),
      dissemination_(config_),
      membership_(config_, std::move(me), dice_, awareness_, dissemination_, *this, now),
      prober_(config_, membership_.me(), membership_.table(), awareness_, dice_, *this, now),
      gossip_phase_(now + share_of(dice_, config_.gossip_interval_ms)) {
  plan_exchange(now, dice_.fraction());
  settle(now);
}

void SwimCore::on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts) {
  // News first: the answer to a ping then already refutes the accusation that came with it.
  for (const Message& part : parts) take_news(now, part);
  for (const Message& part : parts) answer(now, from, part);
  settle(now);
}

void SwimCore::take_news(TimePoint now, const Message& part) {
  if (const auto* said = std::get_if<Alive>(&part)) return membership_.alive(now, *said);
  if (const auto* said = std::get_if<Suspect>(&part)) return membership_.suspect(now, *said);
  if (const auto* said = std::get_if<Dead>(&part)) return membership_.dead(now, *said);
  if (const auto* said = std::get_if<User>(&part)) return delegate_.on_user(now, said->body);
}

void SwimCore::answer(TimePoint now, const Endpoint& from, const Message& part) {
  if (const auto* ack = std::get_if<Ack>(&part)) return prober_.on_ack(now, ack->seq);
  if (const auto* nack = std::get_if<Nack>(&part)) return prober_.on_nack(nack->seq);
  if (const auto* wish = std::get_if<IndirectPing>(&part))
    return prober_.relay(now, *wish, wish->source.value_or(from));
  const auto* ping = std::get_if<Ping>(&part);
  if (ping == nullptr || (!ping->node.empty() && ping->node != me()->name)) return;
  std::vector<Message> parts;
  parts.emplace_back(Ack{ping->seq, std::nullopt});
  send(ping->source.value_or(from), std::move(parts));
}

void SwimCore::on_timer(TimePoint now) {
  if (leave_phase_ == LeavePhase::done) return;
  membership_.on_timer(now);
  prober_.on_timer(now);
  if (now >= next_gossip_) gossip(now);
  exchange_when_due(now);
  settle(now);
}

TimePoint SwimCore::next_deadline() const noexcept {
  if (leave_phase_ == LeavePhase::done) return never;
  return std::min({membership_.next_deadline(), prober_.next_deadline(), next_gossip_, next_exchange_,
                   extra_exchanges_[0], extra_exchanges_[1], leave_until_});
}

/// After each call.
void SwimCore::settle(TimePoint now) {
  go_on_leaving(now);
  arm_gossip(now);
}

/// Gossip ticks only while there is something to tell and somebody to hear it.
void SwimCore::arm_gossip(TimePoint now) noexcept {
  if (dissemination_.empty() || nobody_listens_) {
    next_gossip_ = never;
  } else if (next_gossip_ == never) {
    const TimePoint interval = config_.gossip_interval_ms * milliseconds_us;
    const TimePoint past = now - gossip_phase_;
    next_gossip_ = past < 0 ? gossip_phase_ : gossip_phase_ + (past / interval + 1) * interval;
  }
}

bool SwimCore::hears_gossip(TimePoint now, const Record& record) const noexcept {
  if (membership_.is_me(record)) return false;
  if (record.state == NodeState::dead)  // if it is not, it hears of its death and refutes it
    return membership_.ms_since(now, record.changed_ms) <= config_.to_the_dead_ms;
  return record.state != NodeState::left;
}

void SwimCore::gossip(TimePoint now) {
  const auto listeners = members().pick(dice_, config_.gossip_nodes,
                                        [&](const Record& record) { return hears_gossip(now, record); });
  nobody_listens_ = listeners.empty();
  for (const NodeTable::Position at : listeners) {
    std::vector<Message> parts;
    dissemination_.top_up(parts, members().living());
    if (parts.empty()) break;
    actions_.emplace_back(SendPacket{members()[at].info->at, std::move(parts)});
  }
  const TimePoint interval = config_.gossip_interval_ms * milliseconds_us;
  next_gossip_ += ((now - next_gossip_) / interval + 1) * interval;
}

void SwimCore::send(const Endpoint& to, std::vector<Message> parts) {
  dissemination_.top_up(parts, members().living());
  actions_.emplace_back(SendPacket{to, std::move(parts)});
}

void SwimCore::accuse(TimePoint now, const std::string& node, std::uint32_t incarnation) {
  membership_.suspect(now, Suspect{incarnation, node, me()->name});
}

void SwimCore::on_change(TimePoint now, MemberEventKind kind, Record& record) {
  nobody_listens_ = false;
  MemberEvent event;
  event.kind = delegate_.on_member_change(now, kind, record);
  event.node = record.info;
  event.incarnation = record.incarnation;
  notify(std::move(event));
}

void SwimCore::on_conflict(TimePoint now, const Record& record, const NodeInfo& info) {
  if (now < next_conflict_) return;  // gossip repeats it many times a second
  next_conflict_ = now + seconds_us;
  MemberEvent event;
  event.kind = MemberEventKind::conflict;
  event.node = record.info;
  event.incarnation = record.incarnation;
  event.other = info.at;
  event.payload = info.meta;
  notify(std::move(event));
}

void SwimCore::set_meta(TimePoint now, Bytes meta) {
  membership_.set_meta(now, std::move(meta));
  settle(now);
}

void SwimCore::probe_soon(TimePoint now, const std::string& node) {
  prober_.soon(now, node);
  settle(now);
}

void SwimCore::forget(TimePoint now, std::string_view node) {
  membership_.forget(now, node);
  settle(now);
}

BroadcastQueue::Ticket SwimCore::broadcast(TimePoint now, Tier tier, Bytes serf_message) {
  const BroadcastQueue::Ticket ticket = dissemination_.tell(tier, std::move(serf_message));
  arm_gossip(now);
  return ticket;
}

Record* SwimCore::record(std::string_view name) noexcept {
  const NodeTable::Position at = members().find(name);
  return at == NodeTable::nowhere ? nullptr : &membership_.table().at(at);
}

void SwimCore::assume(TimePoint now, std::span<const NodeInfoPtr> members) {
  membership_.assume(now, members);
  nobody_listens_ = false;
  plan_exchange(now, dice_.fraction());
  settle(now);
}

void SwimCore::leave(TimePoint now) {
  if (leave_phase_ != LeavePhase::none) return;
  membership_.leave(now);
  leave_phase_ = LeavePhase::telling;
  leave_until_ = now + config_.leave_timeout_ms * milliseconds_us;
  settle(now);
}

void SwimCore::go_on_leaving(TimePoint now) {
  const bool over = now >= leave_until_ || members().living() == 0;  // or nobody is there to be told
  if (leave_phase_ == LeavePhase::telling && (over || !dissemination_.waiting_about(me()->name))) {
    leave_phase_ = LeavePhase::lingering;
    leave_until_ = now + config_.leave_linger_ms * milliseconds_us;
    if (members().living() > 0) return;
  }
  if (leave_phase_ != LeavePhase::lingering || (now < leave_until_ && members().living() > 0)) return;
  leave_phase_ = LeavePhase::done;
  leave_until_ = never;
  actions_.emplace_back(LeaveDone{});
}

}  // namespace p2p::gossip

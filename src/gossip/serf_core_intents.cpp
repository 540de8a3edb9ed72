// The part of SerfCore that knows what members mean to do: intents to join and to leave, by gossip and by
// push/pull, and its own.
#include <algorithm>
#include <string_view>
#include <utility>

#include "gossip/serf_core.hpp"

namespace p2p::gossip {
namespace {

std::uint32_t narrow(LamportTime ltime) {
  return static_cast<std::uint32_t>(ltime);
}  // intent_clock's ceiling

}  // namespace

void SerfCore::take(TimePoint now, const LeaveIntent& intent) {
  if (intent_clock_.witness(intent.ltime) && believe(now, intent)) (void)tell(now, Tier::intents, intent);
}

void SerfCore::take(TimePoint now, const JoinIntent& intent) {
  if (intent_clock_.witness(intent.ltime) && believe(now, intent)) (void)tell(now, Tier::intents, intent);
}

/// True when others should hear of it too.
bool SerfCore::believe(TimePoint now, const LeaveIntent& intent) {
  Record* record = swim_.record(intent.node);
  if (record == nullptr) return recent_.add({intent.node, IntentKind::leave, intent.ltime, now});
  if (intent.ltime <= record->status_ltime) return false;
  if (record->info == swim_.me() && !leaving_) {
    announce_join(now);  // that is a mistake, or was said of this node's former life
    return false;
  }
  mean_to_leave(*record, intent.ltime);
  if (intent.prune) prune(*record);
  return true;
}

bool SerfCore::believe(TimePoint now, const JoinIntent& intent) {
  Record* record = swim_.record(intent.node);
  if (record == nullptr) return recent_.add({intent.node, IntentKind::join, intent.ltime, now});
  if (intent.ltime <= record->status_ltime) return false;
  record->status_ltime = narrow(intent.ltime);
  if (status_of(*record) != MemberStatus::leaving || (record->info == swim_.me() && leaving_)) return true;
  record->status = MemberStatus::alive;
  std::erase(to_prune_, intent.node);
  notify(MemberEventKind::updated, *record);
  return true;
}

void SerfCore::mean_to_leave(Record& record, LamportTime ltime) {
  record.status_ltime = narrow(ltime);
  const MemberStatus before = status_of(record);
  if (before == MemberStatus::alive) {
    record.status = MemberStatus::leaving;
    notify(MemberEventKind::updated, record);
  } else if (before == MemberStatus::failed) {
    record.status = MemberStatus::left;
    notify(MemberEventKind::left, record);
  }
}

/// Another's state says that a member has left. Of one that answers that is not believed: it has come back,
/// or that is a lie, and unlike a gossiped intent nobody would hear of it to object.
void SerfCore::believe_left(TimePoint now, const LeaveIntent& claim) {
  Record* record = swim_.record(claim.node);
  if (record == nullptr) {
    (void)recent_.add({claim.node, IntentKind::leave, claim.ltime, now});
  } else if (record->info == swim_.me()) {
    if (!leaving_ && claim.ltime > record->status_ltime) announce_join(now);
  } else if ((record->state == NodeState::suspect && claim.ltime > record->status_ltime) ||
             (record->state == NodeState::dead && claim.ltime >= record->status_ltime)) {
    mean_to_leave(*record, claim.ltime);
  }
}

void SerfCore::prune(const Record& record) {
  const std::string& node = record.info->name;
  if (record.gone()) return pruned_.push_back(node);
  const bool known = std::ranges::find(to_prune_, node) != to_prune_.end();
  if (!known && to_prune_.size() < config_.recent_intents) to_prune_.push_back(node);
}

void SerfCore::forget_pruned(TimePoint now) {
  for (const std::string& node : std::exchange(pruned_, {})) swim_.forget(now, node);
}

/// To be called with SWIM's `joined`: whatever was meant before, it is here now.
void SerfCore::joined(TimePoint now, Record& record) {
  record.status = MemberStatus::alive;
  std::erase(to_prune_, record.info->name);
  const auto intent = recent_.take(now, record.info->name);
  if (!intent || intent->ltime <= record.status_ltime) return;
  record.status_ltime = narrow(intent->ltime);
  if (intent->kind == IntentKind::leave) record.status = MemberStatus::leaving;
}

void SerfCore::announce_join(TimePoint now) {
  if (leaving_) return;
  const JoinIntent intent{intent_clock_.tick(), swim_.me()->name};
  swim_.record(intent.node)->status_ltime = narrow(intent.ltime);
  (void)tell(now, Tier::intents, intent);
}

Result<void> SerfCore::forget(TimePoint now, const std::string& node) {
  const Record* record = swim_.record(node);
  if (record == nullptr) return fail(Errc::node_not_found, "no member \"" + node + "\"");
  if (!record->gone())
    return fail(Errc::conflict, "\"" + node + "\" is alive; only who is gone is forgotten");
  (void)tell(now, Tier::intents, LeaveIntent{intent_clock_.tick(), node, true});
  pruned_.push_back(node);
  settle(now);
  return {};
}

void SerfCore::leave(TimePoint now) {
  if (leaving_) return;
  leaving_ = true;
  const LeaveIntent intent{intent_clock_.tick(), swim_.me()->name, false};
  mean_to_leave(*swim_.record(intent.node), intent.ltime);
  leave_ticket_ = tell(now, Tier::intents, intent);
  leave_intent_until_ = now + config_.leave_intent_ms * milliseconds_us;
  settle(now);
}

void SerfCore::go_on_leaving(TimePoint now) {
  if (leave_intent_until_ == never) return;
  const bool alone = swim_.members().living() <= 1;
  if (!alone && now < leave_intent_until_ && swim_.waiting(Tier::intents, leave_ticket_)) return;
  leave_intent_until_ = never;
  swim_.leave(now);
}

}  // namespace p2p::gossip

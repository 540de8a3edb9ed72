// The part of SerfCore that goes with push/pulls: clocks, everybody's status, past events.
#include <algorithm>
#include <limits>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

#include "gossip/serf_core.hpp"

namespace p2p::gossip {
namespace {

/// A state says what time it is; the last that was stamped is one before.
LamportTime before(LamportTime time) { return time == 0 ? 0 : time - 1; }

}  // namespace

Bytes SerfCore::local_state(bool) {
  SerfState state;
  state.ltime = intent_clock_.time();
  state.event_ltime = event_clock_.time();
  state.query_ltime = query_clock_.time();
  state.status_ltimes.reserve(swim_.members().size());
  for (const Record& record : swim_.members().records()) {
    const MemberStatus status = status_of(record);
    // Times stand for joins unless the member is listed as left, which one that is leaving cannot be.
    const LamportTime ltime =
        status == MemberStatus::leaving ? before(record.status_ltime) : record.status_ltime;
    state.status_ltimes.emplace_back(record.info->name, ltime);
    if (status == MemberStatus::left) state.left_members.push_back(record.info->name);
  }
  state.events = events_.past();
  return encode_serf(state);
}

void SerfCore::merge_remote_state(TimePoint now, const Bytes& body, bool join) {
  Result<SerfMessage> message = decode_serf(body);
  auto* state = message ? std::get_if<SerfState>(&*message) : nullptr;
  if (state == nullptr) return;
  const LamportTime horizon = intent_clock_.horizon(), events_horizon = event_clock_.horizon();
  intent_clock_.witness(before(state->ltime), horizon);
  event_clock_.witness(before(state->event_ltime), events_horizon);
  query_clock_.witness(before(state->query_ltime));

  boost::unordered_flat_map<std::string_view, LamportTime> times;
  for (const auto& [node, ltime] : state->status_ltimes)
    if (intent_clock_.witness(ltime, horizon)) times.insert_or_assign(node, ltime);
  for (const std::string& node : state->left_members) {
    const auto time = times.find(node);
    if (time == times.end()) continue;
    believe_left(now, LeaveIntent{time->second, node, false});
    times.erase(time);
  }
  const bool will_announce = join && answers_us_;
  if (const auto mine = times.find(swim_.me()->name); mine != times.end()) {
    // Something later than our last word is said of us and has not come here: that we leave, or have left.
    if (!will_announce && mine->second > swim_.record(mine->first)->status_ltime) announce_join(now);
    times.erase(mine);
  }
  for (const auto& [node, ltime] : times) (void)believe(now, JoinIntent{ltime, std::string(node)});

  if (join && answers_us_ && !joined_ && config_.ignore_old_events)
    events_.ignore_before(std::min(state->event_ltime, event_clock_.time()));
  replay(now, std::move(state->events), events_horizon);
}

void SerfCore::replay(TimePoint now, std::vector<PastEvents> past, LamportTime horizon) {
  std::ranges::sort(past, {}, &PastEvents::ltime);
  for (PastEvents& time : past)
    for (PastEvents::Event& event : time.events)
      take(now, UserEvent{time.ltime, std::move(event.name), std::move(event.payload), false}, horizon,
           Source::state);
}

}  // namespace p2p::gossip

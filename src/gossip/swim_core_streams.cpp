// The part of SwimCore that speaks over streams: whole states pushed and pulled, pings where datagrams fail.
#include <algorithm>
#include <cmath>
#include <utility>

#include "gossip/swim_core.hpp"

namespace p2p::gossip {

void SwimCore::join(TimePoint now, const Endpoint& seed) {
  open_exchange(now, seed, true);
  settle(now);
}

void SwimCore::open_exchange(TimePoint now, const Endpoint& to, bool join) {
  opened_.emplace(++last_stream_, Opened{0, join, to});
  const TimePoint deadline = now + config_.stream_timeout_ms * milliseconds_us;
  actions_.emplace_back(OpenStream{last_stream_, to, state(join), deadline});
}

void SwimCore::ping_by_stream(const Endpoint& to, Ping ping, TimePoint deadline) {
  opened_.emplace(++last_stream_, Opened{ping.seq, false, to});
  actions_.emplace_back(OpenStream{last_stream_, to, std::move(ping), deadline});
}

Message SwimCore::state(bool join) { return PushPull{join, membership_.all(), delegate_.local_state(join)}; }

bool SwimCore::merge(TimePoint now, const PushPull& theirs) {
  if (theirs.nodes.size() > config_.max_members || !membership_.understands(theirs.nodes)) return false;
  membership_.merge(now, theirs.nodes);
  if (!theirs.user_state.empty()) delegate_.merge_remote_state(now, theirs.user_state, theirs.join);
  return true;
}

void SwimCore::on_stream(TimePoint now, StreamId id, const Message& message) {
  if (id >= incoming_stream) {
    on_request(now, id, message);
  } else if (const auto found = opened_.find(id); found != opened_.end()) {
    const Opened opened = found->second;
    opened_.erase(found);
    on_answer(now, opened, message);
  }
  settle(now);
}

void SwimCore::on_answer(TimePoint now, const Opened& opened, const Message& answer) {
  if (opened.ping != 0) {
    if (const auto* ack = std::get_if<Ack>(&answer); ack != nullptr && ack->seq == opened.ping)
      prober_.on_stream_ack(ack->seq);
    return;
  }
  if (const auto* theirs = std::get_if<PushPull>(&answer))
    return merge(now, *theirs) ? joined(now, opened, {}, {})
                               : joined(now, opened, Errc::conflict, "its members speak other versions");
  const auto* refusal = std::get_if<ErrorReply>(&answer);
  joined(now, opened, Errc::node_unreachable, refusal != nullptr ? refusal->error : "no answer to a join");
}

void SwimCore::on_stream_failed(TimePoint now, StreamId id, Errc why) {
  if (const auto found = opened_.find(id); found != opened_.end()) {
    const Opened opened = found->second;
    opened_.erase(found);
    if (opened.ping == 0) joined(now, opened, why, {});
  }
  settle(now);
}

void SwimCore::joined(TimePoint now, const Opened& opened, std::optional<Errc> error, std::string why) {
  if (!opened.join) return;
  if (!error) {
    last_seed_ = opened.to;
    for (std::size_t i = 0; i < extra_exchanges_.size(); ++i)
      extra_exchanges_[i] = now + config_.extra_push_pulls_ms[i] * milliseconds_us;
  }
  JoinResult result{opened.to, error, std::move(why)};
  delegate_.on_join_result(now, result);
  actions_.emplace_back(std::move(result));
}

void SwimCore::on_request(TimePoint now, StreamId id, const Message& request) {
  if (const auto* theirs = std::get_if<PushPull>(&request)) {
    actions_.emplace_back(Reply{id, state(theirs->join)});  // ours as it was before theirs came
    (void)merge(now, *theirs);
  } else if (const auto* ping = std::get_if<Ping>(&request); ping != nullptr && ping->node == me()->name) {
    actions_.emplace_back(Reply{id, Ack{ping->seq, std::nullopt}});
  } else if (const auto* user = std::get_if<User>(&request)) {
    delegate_.on_user(now, user->body);
    actions_.emplace_back(Close{id});
  } else {
    actions_.emplace_back(Close{id});
  }
}

void SwimCore::plan_exchange(TimePoint now, double share) {
  const std::size_t n = members().size();
  const double stretch = n <= 32 ? 1 : std::ceil(std::log2(static_cast<double>(n)) - 5) + 1;
  next_exchange_ =
      now + static_cast<TimePoint>(share * stretch *
                                   static_cast<double>(config_.push_pull_interval_ms * milliseconds_us));
}

bool SwimCore::has_living_member_at(const Endpoint& at) const {
  return std::ranges::any_of(members().records(), [&](const Record& record) {
    return record.state == NodeState::alive && record.info->at == at;
  });
}

/// Two sides that held one another for dead learn of that by the join, and refute it each among themselves.
/// So the refutations still have to be exchanged, and only with the seed can they be.
void SwimCore::exchange_again(TimePoint now) {
  if (has_living_member_at(last_seed_))
    exchange_with_random(now);
  else
    open_exchange(now, last_seed_, false);
}

void SwimCore::exchange_with_random(TimePoint now) {
  const auto with = members().pick(dice_, 1, [&](const Record& record) {
    return record.state == NodeState::alive && !membership_.is_me(record);
  });
  if (!with.empty()) open_exchange(now, members()[with.front()].info->at, false);
}

void SwimCore::exchange_when_due(TimePoint now) {
  for (TimePoint& extra : extra_exchanges_) {
    if (now < extra) continue;
    extra = never;
    exchange_again(now);
  }
  if (now < next_exchange_) return;
  plan_exchange(now, 1);
  exchange_with_random(now);
}

}  // namespace p2p::gossip

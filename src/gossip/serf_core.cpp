#include "gossip/serf_core.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace p2p::gossip {

MemberStatus status_of(const Record& record) noexcept {
  if (record.status != MemberStatus::none) return record.status;
  switch (record.state) {
    case NodeState::alive:
    case NodeState::suspect: return MemberStatus::alive;
    case NodeState::dead: return MemberStatus::failed;
    case NodeState::left: return MemberStatus::left;
  }
  return MemberStatus::failed;
}

SerfCore::SerfCore(SerfConfig config, NodeInfoPtr me, std::uint64_t seed, TimePoint now, KeyringControl* keys)
    : config_(config),
      begun_(now),
      keys_(keys),
      recent_(config_.recent_intents, config_.recent_intent_ms),
      events_(config_.past_event_bytes),
      swim_(config_.swim, std::move(me), seed, now, this),
      next_reconnect_(now + static_cast<TimePoint>((1 + swim_.dice().fraction()) / 2 *
                                                   static_cast<double>(config_.reconnect_interval_ms) *
                                                   milliseconds_us)) {
  swim_.record(swim_.me()->name)->status = MemberStatus::alive;
}

void SerfCore::on_packet(TimePoint now, const Endpoint& from, std::span<const Message> parts) {
  swim_.on_packet(now, from, parts);
  settle(now);
}

void SerfCore::on_stream(TimePoint now, StreamId id, const Message& message) {
  answers_us_ = id < incoming_stream;
  swim_.on_stream(now, id, message);
  settle(now);
}

void SerfCore::on_stream_failed(TimePoint now, StreamId id, Errc why) {
  swim_.on_stream_failed(now, id, why);
  settle(now);
}

void SerfCore::on_timer(TimePoint now) {
  swim_.on_timer(now);
  if (now >= next_reconnect_) reconnect(now);
  settle(now);
}

TimePoint SerfCore::next_deadline() const noexcept {
  if (swim_.leave_phase() == LeavePhase::done) return never;
  return std::min({swim_.next_deadline(), next_reconnect_, leave_intent_until_});
}

void SerfCore::settle(TimePoint now) {
  forget_pruned(now);
  go_on_leaving(now);
}

std::vector<Action> SerfCore::take_actions() {
  std::vector<Action> actions = swim_.take_actions();
  std::ranges::move(actions_, std::back_inserter(actions));
  actions_.clear();
  std::erase_if(actions, [this](const Action& action) {
    const auto* result = std::get_if<JoinResult>(&action);
    if (result == nullptr) return false;
    const auto ours = std::ranges::find(reconnected_, result->seed);
    if (ours == reconnected_.end()) return false;
    reconnected_.erase(ours);
    return true;
  });
  return actions;
}

void SerfCore::join(TimePoint now, const Endpoint& seed) {
  std::erase(reconnecting_, seed);  // if we happen to try that too: its result is now the driver's
  swim_.join(now, seed);
  settle(now);
}

Result<void> SerfCore::set_tags(TimePoint now, const Tags& tags) {
  Result<Bytes> meta = encode_tags(tags);
  if (!meta) return fail(std::move(meta.error()));
  if (*meta != swim_.me()->meta) swim_.set_meta(now, std::move(*meta));
  settle(now);
  return {};
}

/// Room for one message of Serf in a packet, with its type and the overhead of a compound of one.
BroadcastQueue::Ticket SerfCore::tell(TimePoint now, Tier tier, const SerfMessage& message) {
  constexpr std::size_t around = 1 + 2 + 2;
  const std::size_t room = config_.swim.packet_bytes - config_.swim.seal_bytes - around;
  if (encoded_serf_size(message) > room) return 0;  // it would wait for ever; push/pulls carry events too
  return swim_.broadcast(now, tier, encode_serf(message));
}

void SerfCore::notify(MemberEventKind kind, const Record& record) {
  MemberEvent event;
  event.kind = kind;
  event.node = record.info;
  event.incarnation = record.incarnation;
  swim_.notify(std::move(event));
}

void SerfCore::on_user(TimePoint now, const Bytes& body) {
  const Result<SerfMessage> message = decode_serf(body);
  if (!message) return;
  if (const auto* leave = std::get_if<LeaveIntent>(&*message)) return take(now, *leave);
  if (const auto* join = std::get_if<JoinIntent>(&*message)) return take(now, *join);
  if (const auto* event = std::get_if<UserEvent>(&*message))
    return take(now, *event, event_clock_.horizon(), Source::gossip);
  if (const auto* query = std::get_if<Query>(&*message)) return take(now, *query);
  if (const auto* relay = std::get_if<Relay>(&*message)) return take(*relay);
  // The others answer queries, and we ask none.
}

MemberEventKind SerfCore::on_member_change(TimePoint now, MemberEventKind kind, Record& record) {
  switch (kind) {
    case MemberEventKind::joined: joined(now, record); break;
    case MemberEventKind::alive_again:  // who still defends itself stays; if not, SWIM will hear so from it
      record.status = MemberStatus::alive;
      break;
    case MemberEventKind::failed:
      if (status_of(record) == MemberStatus::leaving) kind = MemberEventKind::left;
      record.status = kind == MemberEventKind::left ? MemberStatus::left : MemberStatus::failed;
      break;
    case MemberEventKind::left: record.status = MemberStatus::left; break;
    case MemberEventKind::forgotten: tags_.erase(record.info->name); break;
    case MemberEventKind::updated:
    case MemberEventKind::suspected:
    case MemberEventKind::user_event:
    case MemberEventKind::conflict: break;
  }
  if (record.gone() && std::erase(to_prune_, record.info->name) > 0) pruned_.push_back(record.info->name);
  return kind;
}

void SerfCore::on_join_result(TimePoint now, const JoinResult& result) {
  if (const auto ours = std::ranges::find(reconnecting_, result.seed); ours != reconnecting_.end()) {
    reconnecting_.erase(ours);
    reconnected_.push_back(result.seed);
  } else if (!result.error) {
    joined_ = true;
    announce_join(now);
  }
}

/// Now and then, the more often the more are missing, one that failed is asked whether it is back: after a
/// partition nobody else asks for the other side.
void SerfCore::reconnect(TimePoint now) {
  const TimePoint interval = config_.reconnect_interval_ms * milliseconds_us;
  next_reconnect_ += ((now - next_reconnect_) / interval + 1) * interval;
  if (leaving_ || swim_.members().count(NodeState::dead) == 0) return;
  std::uint32_t failed = 0, living = 0;
  const Record* chosen = nullptr;
  for (const Record& record : swim_.members().records()) {
    living += record.gone() ? 0 : 1;
    if (status_of(record) != MemberStatus::failed) continue;
    if (swim_.dice().below(++failed) == 0) chosen = &record;
  }
  if (chosen == nullptr || swim_.dice().fraction() * living > failed) return;
  const Endpoint to = chosen->info->at;
  if (std::ranges::find(reconnecting_, to) != reconnecting_.end()) return;
  reconnecting_.push_back(to);
  swim_.join(now, to);
}

Result<LamportTime> SerfCore::user_event(TimePoint now, std::string name, Bytes payload, bool coalesce) {
  if (name.empty()) return fail(Errc::invalid_params, "a user event needs a name");
  if (leaving_) return fail(Errc::draining, "this node is leaving the cluster");
  if (const std::size_t size = name.size() + payload.size(); size > config_.user_event_bytes)
    return fail(Errc::too_large,
                fmt::format("user event \"{}\" has {} bytes with its payload, {} more than fit",
                            name.substr(0, 64), size, size - config_.user_event_bytes));
  const LamportTime ltime = event_clock_.tick();
  take(now, UserEvent{ltime, std::move(name), std::move(payload), coalesce}, event_clock_.horizon(),
       Source::gossip);
  settle(now);
  return ltime;
}

void SerfCore::take(TimePoint now, const UserEvent& event, LamportTime horizon, Source source) {
  if (!event_clock_.witness(event.ltime, horizon) || !events_.add(event, event_clock_.time())) return;
  MemberEvent happened;
  happened.kind = MemberEventKind::user_event;
  happened.ltime = event.ltime;
  happened.name = event.name;
  happened.payload = event.payload;
  swim_.notify(std::move(happened));
  if (source == Source::gossip) (void)tell(now, Tier::events, event);
}

Member SerfCore::view(TimePoint now, const Record& record) {
  const auto now_ms = static_cast<std::uint32_t>((now - begun_) / milliseconds_us);
  const std::uint32_t ago_ms = now_ms - record.changed_ms;
  return {.info = record.info,
          .tags = tags_of(record.info),
          .state = record.state,
          .status = status_of(record),
          .incarnation = record.incarnation,
          .changed = now - TimePoint{ago_ms} * milliseconds_us};
}

std::shared_ptr<const Tags> SerfCore::tags_of(const NodeInfoPtr& info) {
  DecodedTags& decoded = tags_[info->name];
  if (decoded.of != info) {
    const bool same = decoded.of != nullptr && decoded.of->meta == info->meta;
    decoded.of = info;
    if (!same) decoded.tags = std::make_shared<const Tags>(decode_tags(info->meta).value_or(Tags{}));
  }
  return decoded.tags;
}

std::vector<Member> SerfCore::members(TimePoint now) {
  std::vector<Member> all;
  all.reserve(swim_.members().size());
  for (const Record& record : swim_.members().records()) all.push_back(view(now, record));
  return all;
}

std::optional<Member> SerfCore::member(TimePoint now, std::string_view name) {
  const Record* record = swim_.record(name);
  if (record == nullptr) return std::nullopt;
  return view(now, *record);
}

}  // namespace p2p::gossip

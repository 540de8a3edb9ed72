// GossipThread: what comes in, what is done, what is shown. gossip_joining.cpp has the way into the cluster.
#include "cluster/impl/gossip_thread.hpp"

#include <algorithm>
#include <utility>

#include "gossip/codec.hpp"
#include "gossip/tags.hpp"

namespace p2p {
namespace {

using gossip::milliseconds_us;
using gossip::seconds_us;
using gossip::TimePoint;

constexpr TimePoint between_views = 50 * milliseconds_us;  // when changes come in crowds
constexpr TimePoint between_tags = 1 * seconds_us;         // each change travels to every node
constexpr TimePoint well_again = 3 * seconds_us;           // so long without a complaint
constexpr TimePoint between_complaints = 60 * seconds_us;  // about one source
constexpr std::size_t sources_remembered = 1'024;
constexpr TimePoint late =
    50 * milliseconds_us;  // then what waits in the socket is heard before timers accuse

MemberStatus status_of(const gossip::Member& member) {
  if (member.status == gossip::MemberStatus::left) return MemberStatus::left;
  switch (member.state) {
    case gossip::NodeState::alive: return MemberStatus::alive;
    case gossip::NodeState::suspect: return MemberStatus::suspected;
    case gossip::NodeState::dead: return MemberStatus::dead;
    case gossip::NodeState::left: return MemberStatus::left;
  }
  return MemberStatus::dead;
}

gossip::NodeInfoPtr made(const GossipSettings& settings) {
  gossip::Bytes meta = gossip::encode_tags(with_own_tags(settings.tags, {}, false)).value_or(gossip::Bytes());
  return gossip::NodeInfoPtr(new gossip::NodeInfo(settings.node_id, settings.advertise, std::move(meta)));
}

gossip::SerfConfig sized(gossip::SerfConfig config) {
  config.swim.size_of = &gossip::encoded_size;
  return config;
}

}  // namespace

gossip::Tags with_own_tags(gossip::Tags tags, std::string_view illness, bool draining) {
  if (!illness.empty()) tags["deg"] = illness;
  if (draining) tags["drain"] = "1";
  return tags;
}

GossipThread::GossipThread(GossipSurroundings around, Loop& loop, GossipSettings settings,
                           gossip::Keyring keys, std::unique_ptr<UdpSocket> udp)
    : around_(around),
      loop_(loop),
      settings_(std::move(settings)),
      keys_(std::move(keys)),
      udp_(std::move(udp)),
      streams_(loop, *this),
      core_(sized(settings_.config), made(settings_), around_.random.next(), now(), &key_control_),
      joiner_(settings_.seeds, settings_.remembered, around_.random.next(), now()),
      begun_(now()) {}

TimePoint GossipThread::now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(around_.clock.now().time_since_epoch())
      .count();
}

void GossipThread::begin() {
  udp_->receive(loop_, [this](const Endpoint& from, std::string_view bytes) { on_datagram(from, bytes); });
  look_after_oneself();
  join_when_due();
  act();
  publish();
}

// ---------------------------------------------------------------- what comes in

void GossipThread::complain(const Endpoint& from, std::string_view what, Tally& counter) {
  ++counter;
  const std::string source = from.address_text();
  const TimePoint at = now();
  if (const auto told = complained_.find(source);
      told != complained_.end() && at - told->second < between_complaints)
    return;
  if (complained_.size() >= sources_remembered) complained_.clear();
  complained_[source] = at;
  around_.log.warn("Gossip", "{}: {}; further ones within a minute are only counted", from.text(), what);
}

void GossipThread::on_datagram(const Endpoint& from, std::string_view sealed) {
  ++around_.counters.packets_in;
  around_.counters.bytes_in += sealed.size();
  const Result<gossip::Bytes> plain = keys_.open(sealed);
  if (!plain) {
    if (plain.error().code() == Errc::conflict)
      ++around_.counters.replayed;
    else
      complain(from, "a datagram that is not sealed with a key of this cluster", around_.counters.unsealed);
    return;
  }
  const Result<std::vector<gossip::Message>> parts = gossip::decode_packet(*plain);
  if (!parts) return complain(from, parts.error().message(), around_.counters.malformed);
  if (rival_ && is_rivals_answer(from, *parts)) return;
  core_.on_packet(now(), from, *parts);
  act();
}

void GossipThread::take(UniqueFd socket, const Endpoint& from, std::string read) {
  ++around_.counters.streams_in;
  const auto before = streams_.turned_away();
  streams_.take(std::move(socket), from, std::move(read));
  around_.counters.turned_away += streams_.turned_away() - before;
}

void GossipThread::on_frame(gossip::StreamId id, std::string frame) {
  const bool incoming = (id & gossip::incoming_stream) != 0;
  const Result<gossip::Bytes> plain = keys_.open_frame(frame);
  Result<gossip::Message> message = plain ? gossip::decode_stream(*plain) : fail(plain.error());
  if (!message) {
    ++(plain ? around_.counters.malformed : around_.counters.unsealed);
    if (incoming) return streams_.close(id);
    core_.on_stream_failed(now(), id, Errc::parse_error);
  } else {
    core_.on_stream(now(), id, *message);
  }
  act();
}

void GossipThread::on_stream_failed(gossip::StreamId id, const Error& why) {
  core_.on_stream_failed(now(), id, why.code());
  act();
}

// ---------------------------------------------------------------- what is to be done

void GossipThread::act() {
  if (std::exchange(acting_, true)) return;
  for (auto actions = core_.take_actions(); !actions.empty(); actions = core_.take_actions())
    for (const gossip::Action& action : actions) std::visit([this](const auto& one) { act(one); }, action);
  acting_ = false;
  arm();
}

void GossipThread::act(const gossip::SendPacket& packet) {
  const gossip::Bytes sealed = keys_.seal(gossip::encode_packet(packet.parts));
  if (!udp_->send(packet.to, sealed)) {
    ++around_.counters.not_sent;
    return;
  }
  ++around_.counters.packets_out;
  around_.counters.bytes_out += sealed.size();
}

void GossipThread::act(const gossip::OpenStream& stream) {
  ++around_.counters.streams_out;
  streams_.open(stream.id, stream.to, keys_.seal_frame(gossip::encode_stream(stream.first)),
                instant(stream.deadline));
}

void GossipThread::act(const gossip::Reply& reply) {
  streams_.reply(reply.id, keys_.seal_frame(gossip::encode_stream(reply.message)));
}

void GossipThread::act(const gossip::Notify& notify) {
  if (notify.event.kind == gossip::MemberEventKind::conflict) rival_seen(notify.event);
  if (notify.event.kind == gossip::MemberEventKind::suspected) ++around_.counters.suspicions;
  log_event(notify.event);
  events_.push_back(notify.event);
  changed();
}

void GossipThread::act(const gossip::LeaveDone&) {
  around_.main.post([&listener = around_.listener] { listener.left(); });
}

/// One timer for everything, moved when something is due earlier than it.
void GossipThread::arm() {
  TimePoint due = std::min(core_.next_deadline(), joiner_.next_deadline());
  if (due == gossip::never) return;
  due = std::max(due, now());
  if (timer_ != 0 && armed_for_ <= due) return;
  if (timer_ != 0) loop_.cancel(timer_);
  armed_for_ = due;
  timer_ = loop_.post_at(instant(due), [this] { on_timer(); });
}

void GossipThread::on_timer() {
  timer_ = 0;
  if (now() - armed_for_ > late) udp_->read_now();
  join_when_due();
  core_.on_timer(now());
  act();
}

// ---------------------------------------------------------------- the main loop's wishes

void GossipThread::set_tags(gossip::Tags tags) {
  settings_.tags = std::move(tags);
  tell_tags();
}

void GossipThread::set_draining(bool draining) {
  if (std::exchange(draining_, draining) != draining) tell_tags();
}

void GossipThread::probe_soon(const std::string& node) {
  core_.probe_soon(now(), node);
  act();
}

void GossipThread::forget(const std::string& node, std::move_only_function<void(Result<void>)> done) {
  Result<void> forgotten = core_.forget(now(), node);
  act();
  around_.main.post(
      [done = std::move(done), forgotten = std::move(forgotten)]() mutable { done(std::move(forgotten)); });
}

void GossipThread::user_event(std::string name, std::string payload) {
  if (auto told = core_.user_event(now(), std::move(name), std::move(payload), false); !told)
    around_.log.warn("Gossip", "an event is not told: {}", told.error().message());
  act();
}

void GossipThread::leave() {
  leaving_ = true;
  core_.leave(now());
  act();
}

// ---------------------------------------------------------------- what others see

/// Ill at once, well after three seconds without a complaint.
void GossipThread::look_after_oneself() {
  const std::string illness = settings_.illness ? settings_.illness() : std::string();
  const TimePoint at = now();
  if (!illness.empty()) well_since_ = at;
  if (illness != illness_ && (!illness.empty() || at - well_since_ >= well_again)) {
    illness_ = illness;
    if (illness.empty())
      around_.log.info("Gossip", "this node is well again");
    else
      around_.log.warn(
          "Gossip",
          "this node is degraded: {}; others are told, and send it no calls they can place elsewhere",
          illness);
    tell_tags();
  }
  remember_when_due();
  loop_.post_at(around_.clock.now() + settings_.look_after, [this] { look_after_oneself(); });
}

void GossipThread::tell_tags() {
  const TimePoint at = now(), due = tags_told_ + between_tags;
  if (tags_told_ != 0 && at < due) {
    if (!std::exchange(tags_planned_, true))
      loop_.post_at(instant(due), [this] {
        tags_planned_ = false;
        tell_tags();
      });
    return;
  }
  tags_told_ = at;
  if (auto told = core_.set_tags(at, with_own_tags(settings_.tags, illness_, draining_)); !told)
    around_.log.error("Gossip", "tags: {}", told.error().message());
  act();
  changed();
}

void GossipThread::log_event(const gossip::MemberEvent& event) {
  using Kind = gossip::MemberEventKind;
  Log& log = around_.log;
  const std::string who = event.node ? event.node->name + " (" + event.node->at.text() + ')' : std::string();
  switch (event.kind) {
    case Kind::joined: return log.info("Gossip", "{} has joined", who);
    case Kind::updated: return log.debug("Gossip", "{} says something new of itself", who);
    case Kind::suspected: return log.info("Gossip", "{} is suspected: somebody cannot reach it", who);
    case Kind::alive_again: return log.info("Gossip", "{} is alive after all", who);
    case Kind::failed: return log.warn("Gossip", "{} is dead", who);
    case Kind::left: return log.info("Gossip", "{} has left", who);
    case Kind::forgotten: return log.info("Gossip", "{} is forgotten", who);
    case Kind::user_event: return log.debug("Gossip", "event {}", event.name);
    case Kind::conflict:
      return log.warn("Gossip", "two nodes are called {}: {} and {}", event.node->name, event.node->at.text(),
                      event.other.text());
  }
}

/// Soon, and not for each of many changes.
void GossipThread::changed() {
  if (std::exchange(publish_planned_, true)) return;
  const TimePoint due = std::max(now(), published_ + between_views);
  loop_.post_at(instant(due), [this] { publish(); });
}

void GossipThread::publish() {
  publish_planned_ = false;
  published_ = now();
  std::vector<ClusterMember> members;
  for (const gossip::Member& one : core_.members(published_)) {
    ClusterMember& member = members.emplace_back();
    member.id = one.info->name;
    member.at = one.info->at;
    member.tags = *one.tags;
    member.status = status_of(one);
    member.incarnation = one.incarnation;
    member.since = instant(one.changed);
    member.self = one.info->name == settings_.node_id;
  }
  auto view = std::make_shared<ClusterView>(std::move(members));
  view->joined = joiner_.joined() || joiner_.alone();
  view->join_status = joiner_.status();
  view->detached = core_.swim().probes_failed_of_last_ten() >= 6;
  view->health_score = core_.swim().health_score();
  const ClusterViewPtr shown = std::move(view);
  around_.view.set(shown);
  around_.main.post([&listener = around_.listener, shown, events = std::exchange(events_, {})] {
    listener.cluster_changed(shown, events);
  });
}

}  // namespace p2p

// GossipThread: the way into the cluster, and who else goes by this node's name.
#include <algorithm>
#include <utility>

#include "cluster/impl/gossip_thread.hpp"
#include "gossip/codec.hpp"
#include "gossip/tags.hpp"
#include "net/host_port.hpp"

namespace p2p {
namespace {

using gossip::milliseconds_us;
using gossip::seconds_us;
using gossip::TimePoint;

constexpr std::uint16_t usual_port = 8001;
constexpr TimePoint between_memories = 60 * seconds_us;
constexpr std::size_t most_remembered = 32;
constexpr TimePoint newcomer_for = 30 * seconds_us;  // then whoever comes under our name is the newcomer
constexpr int rival_asked = 3;
constexpr std::chrono::milliseconds rival_answers{500};
constexpr std::uint32_t rival_seq = 0xf000'0000;  // SwimCore counts from 1

std::string started(std::string_view meta) {
  const Result<gossip::Tags> tags = gossip::decode_tags(meta);
  if (!tags) return {};
  const auto inst = tags->find("inst");
  return inst == tags->end() ? std::string() : inst->second;
}

/// Base 36 grows with its length.
bool later(const std::string& one, const std::string& other) {
  const auto time = [](const std::string& inst) { return inst.substr(0, inst.find('-')); };
  const std::string a = time(one), b = time(other);
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace

void GossipThread::join_when_due() {
  if (leaving_) return;
  for (const std::string& seed :
       joiner_.asked(now(), [this](const std::string& at) { return is_living_member(at); }))
    ask(seed);
  if (joiner_.line_due(now())) around_.log.info("Gossip", "waiting for {}", joiner_.status());
}

/// Names are asked for anew each time: a coordinator may have moved.
void GossipThread::ask(const std::string& seed) {
  const bool taken = loop_.run_blocking([this, seed] {
    Result<Endpoint> at = resolve(seed, usual_port);
    loop_.post([this, seed, at = std::move(at)] { resolved(seed, at); });
  });
  if (!taken) joiner_.failed(seed, "too much is being looked up");
}

void GossipThread::resolved(const std::string& seed, const Result<Endpoint>& at) {
  if (!at) {
    joiner_.failed(seed, at.error().message());
    return changed();
  }
  places_[seed] = *at;
  if (*at == settings_.advertise || *at == settings_.listen)
    return joiner_.failed(seed, "is this node itself");
  core_.join(now(), *at);
  act();
}

void GossipThread::act(const gossip::JoinResult& result) {
  for (const auto& [seed, at] : places_) {
    if (at != result.seed) continue;
    if (!result.error) {
      joiner_.answered(seed);
    } else {
      const bool refused = *result.error == Errc::node_unreachable && result.why.empty();
      joiner_.failed(seed, refused              ? "cannot be reached"
                           : result.why.empty() ? std::string(errc_name(*result.error))
                                                : result.why);
    }
  }
  if (joiner_.joined() && !std::exchange(was_joined_, true))
    around_.log.info("Gossip", "joined by {}: {} members", result.seed.text(), core_.swim().members().size());
  changed();
}

bool GossipThread::is_living_member(const std::string& seed) {
  const auto place = places_.find(seed);
  if (place == places_.end()) return false;
  return std::ranges::any_of(core_.members(now()), [&](const gossip::Member& member) {
    return member.info->at == place->second && member.state == gossip::NodeState::alive &&
           member.info->name != settings_.node_id;
  });
}

void GossipThread::remember_when_due() {
  if (!settings_.remember || now() - remembered_at_ < between_memories) return;
  std::vector<std::string> living;
  for (const gossip::Member& member : core_.members(now()))
    if (member.state == gossip::NodeState::alive && member.info->name != settings_.node_id &&
        living.size() < most_remembered)
      living.push_back(member.info->at.text());
  if (living.empty()) return;
  remembered_at_ = now();
  settings_.remember(living);
}

// ---------------------------------------------------------------- two of one name

/// Somebody is told of under our name at another address. The later start gives way, once the other has
/// answered; of an agent, which does not say when it started, whoever has just come.
void GossipThread::rival_seen(const gossip::MemberEvent& conflict) {
  if (!conflict.node || conflict.node->name != settings_.node_id || rival_ || leaving_) return;
  const std::string theirs = started(conflict.payload), ours = started(core_.me()->meta);
  const bool newcomer = theirs.empty() ? now() - begun_ < newcomer_for : later(ours, theirs);
  if (!newcomer) return;
  rival_ = Rival{conflict.other, rival_seq, 0};
  ask_rival();
}

void GossipThread::ask_rival() {
  if (!rival_) return;
  if (rival_->asked++ == rival_asked)
    return rival_.reset();  // an old address of ours: the record will be reclaimed
  gossip::Ping ping;
  ping.seq = ++rival_->seq;
  ping.node = settings_.node_id;
  act(gossip::SendPacket{rival_->at, {ping}});
  loop_.post_at(around_.clock.now() + rival_answers, [this] { ask_rival(); });
}

bool GossipThread::is_rivals_answer(const Endpoint& from, const std::vector<gossip::Message>& parts) {
  const bool his = from == rival_->at && std::ranges::any_of(parts, [&](const gossip::Message& part) {
                     const auto* ack = std::get_if<gossip::Ack>(&part);
                     return ack != nullptr && ack->seq > rival_seq && ack->seq <= rival_->seq;
                   });
  if (!his) return false;
  around_.main.post([&listener = around_.listener, at = rival_->at] { listener.id_in_use(at); });
  rival_.reset();
  return true;
}

}  // namespace p2p

#include "testing/serf_cluster.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace p2p::gossip {
namespace {

/// The keyring of whichever node is at that address: those of a SimNetwork end in their number.
SimKeys keys_of(SealedWire* wire) {
  if (wire == nullptr) return {};
  auto controls = std::make_shared<std::map<SimNetwork::Node, KeyringInMemory>>();
  return [wire, controls](const NodeInfo& me) -> KeyringControl* {
    const auto& at = me.at.address;
    const SimNetwork::Node node = SimNetwork::Node{at[1]} << 16 | SimNetwork::Node{at[2]} << 8 | at[3];
    return &controls->try_emplace(node, wire->keyring(node)).first->second;
  };
}

}  // namespace

SerfCluster::SerfCluster(std::uint64_t seed, Mode mode, const SerfConfig& config)
    : SerfCluster(seed, mode == Mode::bytes ? std::make_unique<SealedWire>(seed) : nullptr, config) {}

SerfCluster::SerfCluster(std::uint64_t seed, std::unique_ptr<SealedWire> wire, const SerfConfig& config)
    : net(seed, serf_machines(config, keys_of(wire.get()))), wire_(wire.get()) {
  if (wire != nullptr) net.use(std::move(wire));
  net.observe(
      [this](Node where, TimePoint now, const MemberEvent& event) { seen.push_back({where, now, event}); });
}

SerfCluster::SerfCluster(std::size_t n, std::uint64_t seed, Mode mode, const SerfConfig& config)
    : SerfCluster(seed, mode, config) {
  for (std::size_t i = 0; i < n; ++i) {
    const Node node = net.add("n" + std::to_string(i));
    if (node > 0) net.join(node, 0);
  }
}

SerfCore& SerfCluster::serf(Node node) { return static_cast<SerfMachine&>(net.machine(node)).serf; }

Result<void> SerfCluster::set_tags(Node node, const Tags& tags) {
  Result<void> done = serf(node).set_tags(net.now(), tags);
  net.poke(node);
  return done;
}

Result<LamportTime> SerfCluster::user_event(Node node, std::string name, Bytes payload) {
  Result<LamportTime> told = serf(node).user_event(net.now(), std::move(name), std::move(payload), false);
  net.poke(node);
  return told;
}

void SerfCluster::hear(Node node, const SerfMessage& message) {
  std::vector<Message> parts;
  parts.emplace_back(User{encode_serf(message)});
  net.machine(node).on_packet(net.now(), Endpoint{}, parts);
  net.poke(node);
}

bool SerfCluster::all_see_all() {
  std::size_t running = 0;
  for (Node node = 0; node < net.size(); ++node) running += net.runs(node) ? 1U : 0U;
  for (Node node = 0; node < net.size(); ++node) {
    if (!net.runs(node)) continue;
    const auto is_well = [](const Record& record) {
      return record.state == NodeState::alive && status_of(record) == MemberStatus::alive;
    };
    const NodeTable& members = serf(node).swim().members();
    if (members.living() != running) return false;
    if (std::cmp_not_equal(std::ranges::count_if(members.records(), is_well), running)) return false;
  }
  return true;
}

double SerfCluster::settle(double limit_s) {
  const TimePoint begin = net.now();
  const auto limit = static_cast<TimePoint>(limit_s * seconds_us);
  if (!net.run_until([this] { return all_see_all(); }, limit)) return -1;
  return static_cast<double>(net.now() - begin) / seconds_us;
}

MemberStatus SerfCluster::status(Node where, std::string_view whom) {
  const Record* record = serf(where).swim().record(whom);
  return record == nullptr ? MemberStatus::none : status_of(*record);
}

std::string SerfCluster::tag(Node where, std::string_view whom, std::string_view key) {
  const std::optional<Member> member = serf(where).member(net.now(), whom);
  if (!member) return {};
  const auto found = member->tags->find(key);
  return found == member->tags->end() ? std::string() : found->second;
}

std::size_t SerfCluster::told(Node where, MemberEventKind kind, std::string_view whom) const {
  return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const Seen& one) {
    return one.where == where && one.event.kind == kind && one.event.node != nullptr &&
           one.event.node->name == whom;
  }));
}

std::size_t SerfCluster::got(Node where, std::string_view event, std::string_view payload) const {
  return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const Seen& one) {
    return one.where == where && one.event.kind == MemberEventKind::user_event && one.event.name == event &&
           one.event.payload == payload;
  }));
}

}  // namespace p2p::gossip

#include "gossip/membership.hpp"

#include <algorithm>

namespace p2p::gossip {

Membership::Membership(const SwimConfig& config, NodeInfoPtr me, Dice& dice, Awareness& awareness,
                       Dissemination& dissemination, MembershipListener& listener, TimePoint now)
    : config_(config),
      me_(std::move(me)),
      dice_(dice),
      awareness_(awareness),
      dissemination_(dissemination),
      listener_(listener),
      begun_(now) {
  const Position at = table_.insert(me_, dice_);
  table_.at(at).incarnation = incarnation_;
  table_.set_state(at, NodeState::alive, stamp(now));
  announce_me();
}

/// What of `info` can be taken into the table; null for nothing.
NodeInfoPtr Membership::accepted(const NodeInfoPtr& info) const {
  if (info == nullptr || info->name.empty() || info->name.size() > max_name_bytes) return nullptr;
  const ProtocolVersions& v = info->versions;
  if (info->meta.size() > max_meta_bytes || v[0] == 0 || v[1] == 0 || v[0] > v[1]) return nullptr;
  if (info->at.port != 0) return info;
  Endpoint at = info->at;  // an old way to say "the port that all use"
  at.port = me_->at.port;
  return new NodeInfo(info->name, at, info->meta, info->versions);
}

bool Membership::may_move(TimePoint now, const Record& record) const noexcept {
  if (record.state == NodeState::left) return true;
  return record.state == NodeState::dead && config_.reclaim_ms > 0 &&
         ms_since(now, record.changed_ms) > config_.reclaim_ms;
}

void Membership::alive(TimePoint now, const Alive& said) {
  const NodeInfoPtr info = accepted(said.info);
  if (info == nullptr || (leaving_ && info->name == me_->name)) return;
  Position at = table_.find(info->name);
  const bool unknown = at == NodeTable::nowhere;
  if (unknown) {
    if (table_.size() >= config_.max_members) return;
    at = table_.insert(info, dice_);
  }
  const Record& known = table_[at];
  const bool moves = info->at != known.info->at;
  if (moves && !may_move(now, known)) {
    listener_.on_conflict(now, known, *info);
  } else if (is_me(known)) {
    const bool same = info->meta == me_->meta && info->versions == me_->versions;
    if (said.incarnation > incarnation_ || (said.incarnation == incarnation_ && !same))
      refute(said.incarnation);
  } else if (unknown || moves || said.incarnation > known.incarnation) {
    believe_alive(now, at, Alive{said.incarnation, info});
  }
}

void Membership::believe_alive(TimePoint now, Position at, const Alive& said) {
  acquit(said.info->name);
  dissemination_.tell_about(said.info->name, said);
  Record& record = table_.at(at);
  const NodeState before = record.state;
  const bool same = record.info->says_the_same(*said.info);
  if (!same) record.info = said.info;  // else the one we have: it may be shared
  record.incarnation = said.incarnation;
  table_.set_state(at, NodeState::alive, stamp(now));
  if (before == NodeState::dead || before == NodeState::left)
    return listener_.on_change(now, MemberEventKind::joined, record);
  if (before == NodeState::suspect) listener_.on_change(now, MemberEventKind::alive_again, record);
  if (!same) listener_.on_change(now, MemberEventKind::updated, record);
}

void Membership::suspect(TimePoint now, const Suspect& said) {
  const Position at = table_.find(said.node);
  if (at == NodeTable::nowhere || said.incarnation < table_[at].incarnation) return;
  if (const auto running = suspicions_.find(said.node); running != suspicions_.end()) {
    const TimePoint before = running->second.deadline();
    if (!running->second.confirm(said.from)) return;
    deadlines_.erase({before, said.node});
    deadlines_.emplace(running->second.deadline(), said.node);
    return dissemination_.tell_about(said.node, said);
  }
  Record& record = table_.at(at);
  if (record.state != NodeState::alive) return;
  if (is_me(record)) return refute(said.incarnation);
  dissemination_.tell_about(said.node, said);
  record.incarnation = said.incarnation;
  accuse(now, said.node, said.from);
  table_.set_state(at, NodeState::suspect, stamp(now));
  listener_.on_change(now, MemberEventKind::suspected, record);
}

void Membership::dead(TimePoint now, const Dead& said) {
  const Position at = table_.find(said.node);
  if (at == NodeTable::nowhere || said.incarnation < table_[at].incarnation) return;
  acquit(said.node);
  Record& record = table_.at(at);
  if (record.gone()) return;
  if (is_me(record) && !leaving_) return refute(said.incarnation);
  dissemination_.tell_about(said.node, said);
  record.incarnation = said.incarnation;
  const bool left = said.from == said.node;
  table_.set_state(at, left ? NodeState::left : NodeState::dead, stamp(now));
  listener_.on_change(now, left ? MemberEventKind::left : MemberEventKind::failed, record);
}

void Membership::merge(TimePoint now, std::span<const PushNode> theirs) {
  for (const PushNode& node : theirs) {
    if (node.info == nullptr) continue;
    const std::string& name = node.info->name;
    switch (node.state) {
      case NodeState::alive: alive(now, Alive{node.incarnation, node.info}); break;
      case NodeState::left: dead(now, Dead{node.incarnation, name, name}); break;
      case NodeState::suspect:
      case NodeState::dead: suspect(now, Suspect{node.incarnation, name, me_->name}); break;
    }
  }
}

bool Membership::understands(std::span<const PushNode> theirs) const {
  ProtocolVersions common{0, 255, 0, 0, 255, 0};  // lowest and highest that all speak
  const auto narrow = [&](const ProtocolVersions& v) {
    for (const std::size_t of : {0U, 3U}) {
      common[of] = std::max(common[of], v[of]);
      common[of + 1] = std::min(common[of + 1], v[of + 1]);
    }
  };
  const auto speaks = [&](const ProtocolVersions& v) {
    return v[2] >= common[0] && v[2] <= common[1] && v[5] >= common[3] && v[5] <= common[4];
  };
  const auto living = [&](const auto& node) {
    return node.state == NodeState::alive && node.info != nullptr;
  };
  const auto everybody = [&](const auto& check) {
    return std::ranges::all_of(theirs, [&](auto& n) { return !living(n) || check(n.info->versions); }) &&
           std::ranges::all_of(table_.records(),
                               [&](auto& n) { return !living(n) || check(n.info->versions); });
  };
  (void)everybody([&](const ProtocolVersions& v) { return narrow(v), true; });
  return everybody(speaks);
}

std::vector<PushNode> Membership::all() const {
  std::vector<PushNode> nodes;
  nodes.reserve(table_.size());
  for (const Record& record : table_.records())
    nodes.push_back({record.info, record.incarnation, record.state});
  return nodes;
}

void Membership::refute(std::uint32_t accused_incarnation) {
  const std::uint32_t above = std::max(incarnation_, accused_incarnation);
  if (above == UINT32_MAX) return;  // no number is left above that one; only a forger says it
  incarnation_ = above + 1;
  awareness_.worse(1);
  table_.at(table_.find(me_->name)).incarnation = incarnation_;
  announce_me();
}

void Membership::announce_me() { dissemination_.tell_about(me_->name, Alive{incarnation_, me_}); }

void Membership::set_meta(TimePoint now, Bytes meta) {
  if (leaving_ || meta.size() > max_meta_bytes || incarnation_ == UINT32_MAX) return;
  Record& record = table_.at(table_.find(me_->name));
  me_ = new NodeInfo(me_->name, me_->at, std::move(meta), me_->versions);
  record.info = me_;
  record.incarnation = ++incarnation_;
  announce_me();
  listener_.on_change(now, MemberEventKind::updated, record);
}

void Membership::leave(TimePoint now) {
  leaving_ = true;
  dead(now, Dead{incarnation_, me_->name, me_->name});
}

void Membership::reap(TimePoint now) {
  std::vector<Record> forgotten;
  table_.forget_if([&](const Record& record) {
    if (!record.gone() || is_me(record) || ms_since(now, record.changed_ms) <= config_.forget_ms)
      return false;
    forgotten.push_back(record);
    return true;
  });
  for (Record& record : forgotten) listener_.on_change(now, MemberEventKind::forgotten, record);
}

void Membership::forget(TimePoint now, std::string_view name) {
  const Position at = table_.find(name);
  if (at == NodeTable::nowhere || is_me(table_[at])) return;
  acquit(name);
  Record last = table_[at];
  table_.erase(at);
  listener_.on_change(now, MemberEventKind::forgotten, last);
}

void Membership::assume(TimePoint now, std::span<const NodeInfoPtr> members) {
  table_.reserve(members.size() + table_.size());
  for (const NodeInfoPtr& info : members) {
    if (table_.find(info->name) != NodeTable::nowhere) continue;
    const Position at = table_.insert(info, dice_);
    table_.at(at).incarnation = 1;
    table_.set_state(at, NodeState::alive, stamp(now));
  }
}

void Membership::accuse(TimePoint now, const std::string& node, std::string accuser) {
  Suspicion suspicion(Suspicion::Terms::of(config_, table_.living()), std::move(accuser), now);
  deadlines_.emplace(suspicion.deadline(), node);
  suspicions_.emplace(node, std::move(suspicion));
}

void Membership::acquit(std::string_view node) {
  if (suspicions_.empty()) return;
  const auto running = suspicions_.find(std::string(node));
  if (running == suspicions_.end()) return;
  deadlines_.erase({running->second.deadline(), running->first});
  suspicions_.erase(running);
}

void Membership::on_timer(TimePoint now) {
  while (next_deadline() <= now) {
    const std::string node = deadlines_.begin()->second;
    const std::uint32_t incarnation = table_[table_.find(node)].incarnation;
    dead(now, Dead{incarnation, node, me_->name});
  }
}

}  // namespace p2p::gossip

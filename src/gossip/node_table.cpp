#include "gossip/node_table.hpp"

#include <bit>
#include <functional>
#include <numeric>
#include <utility>

namespace p2p::gossip {

std::size_t NodeTable::slot_of(std::string_view name) const noexcept {
  return std::hash<std::string_view>{}(name) & (slots_.size() - 1);
}

NodeTable::Position NodeTable::find(std::string_view name) const noexcept {
  if (slots_.empty()) return nowhere;
  for (std::size_t slot = slot_of(name);; slot = (slot + 1) & (slots_.size() - 1))
    if (const Position at = slots_[slot]; at == nowhere || records_[at].info->name == name) return at;
}

void NodeTable::index(Position at) noexcept {
  std::size_t slot = slot_of(records_[at].info->name);
  while (slots_[slot] != nowhere) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = at;
}

void NodeTable::rebuild_index() {
  std::ranges::fill(slots_, nowhere);
  for (Position at = 0; at < records_.size(); ++at) index(at);
}

void NodeTable::reserve(std::size_t records) {
  records_.reserve(records);
  const std::size_t slots = std::bit_ceil(records + records / 2 + 1);
  if (slots <= slots_.size()) return;
  slots_.resize(slots);
  rebuild_index();
}

void NodeTable::make_room() {
  // By a quarter, not by two: in a simulation the unused half would be gigabytes.
  if (records_.size() == records_.capacity()) records_.reserve(records_.size() + records_.size() / 4 + 8);
  if ((records_.size() + 1) * 3 > slots_.size() * 2) reserve(records_.size() + 1);
}

NodeTable::Position NodeTable::insert(NodeInfoPtr info, Dice& dice) {
  make_room();
  const auto last = static_cast<Position>(records_.size());
  records_.push_back(Record{std::move(info)});
  ++counts_[static_cast<std::size_t>(NodeState::dead)];
  const Position at = dice.below(last + 1);
  if (at != last) {  // what stood there moves to the end
    std::size_t slot = slot_of(records_[at].info->name);
    while (slots_[slot] != at) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = last;
    std::swap(records_[at], records_[last]);
  }
  index(at);
  return at;
}

void NodeTable::set_state(Position at, NodeState state, std::uint32_t now_ms) noexcept {
  Record& record = records_[at];
  if (record.state == state) return;
  --counts_[static_cast<std::size_t>(record.state)];
  ++counts_[static_cast<std::size_t>(state)];
  record.state = state;
  record.changed_ms = now_ms;
}

void NodeTable::erase(Position at) {
  --counts_[static_cast<std::size_t>(records_[at].state)];
  std::swap(records_[at], records_.back());
  records_.pop_back();
  rebuild_index();
}

void NodeTable::shuffle(Dice& dice) {
  for (auto left = static_cast<Position>(records_.size()); left > 1; --left)
    std::swap(records_[left - 1], records_[dice.below(left)]);
  rebuild_index();
}

std::vector<NodeTable::Position> NodeTable::all_shuffled(Dice& dice) const {
  std::vector<Position> all(records_.size());
  std::iota(all.begin(), all.end(), Position{0});
  for (auto left = static_cast<Position>(all.size()); left > 1; --left)
    std::swap(all[left - 1], all[dice.below(left)]);
  return all;
}

}  // namespace p2p::gossip

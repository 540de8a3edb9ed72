// NodeTable: the record of each node ever heard of and not yet forgotten, this one among them. The records
// stand in the order in which they will be probed, and an index of positions finds them by name. Nothing else
// is kept per record: 24 bytes and less than 8 of index, since a simulation of 10,000 nodes holds 10^8 of
// them.
//
// Invariants: names are unique; a Position is good until the next insert, erase, shuffle or forget_if.
// Does not:   decide who is alive (Membership).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gossip/dice.hpp"
#include "gossip/message.hpp"

namespace p2p::gossip {

/// Serf's word on a member, which knows of intents: SerfCore's field.
enum class MemberStatus : std::uint8_t { none, alive, leaving, left, failed };

struct Record {
  NodeInfoPtr info;
  std::uint32_t incarnation = 0;
  std::uint32_t changed_ms = 0;    ///< when `state` did, since the machine's start; wraps after 49 days, so
                                   ///< only differences below that mean anything
  std::uint32_t status_ltime = 0;  ///< SerfCore's: the Lamport time of `status`
  MemberStatus status = MemberStatus::none;
  NodeState state = NodeState::dead;

  [[nodiscard]] bool gone() const noexcept { return state == NodeState::dead || state == NodeState::left; }
};
static_assert(sizeof(Record) == 24);

class NodeTable {
 public:
  using Position = std::uint32_t;
  static constexpr Position nowhere = ~Position{0};

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] std::span<const Record> records() const noexcept { return records_; }
  [[nodiscard]] const Record& operator[](Position at) const noexcept { return records_[at]; }
  /// To change anything but the name and the state.
  [[nodiscard]] Record& at(Position at) noexcept { return records_[at]; }

  [[nodiscard]] std::size_t count(NodeState state) const noexcept {
    return counts_[static_cast<std::size_t>(state)];
  }
  /// Alive and suspect ones.
  [[nodiscard]] std::size_t living() const noexcept {
    return count(NodeState::alive) + count(NodeState::suspect);
  }

  /// Where the record of `name` stands, or nowhere.
  [[nodiscard]] Position find(std::string_view name) const noexcept;

  void reserve(std::size_t records);
  /// A new record, dead with incarnation 0, somewhere in the order. Its name must not be known.
  Position insert(NodeInfoPtr info, Dice& dice);
  void set_state(Position at, NodeState state, std::uint32_t now_ms) noexcept;
  void erase(Position at);
  void shuffle(Dice& dice);

  /// Takes out what `is_old` says; it sees each record once.
  template <class IsOld>
  void forget_if(IsOld is_old) {
    const std::size_t removed = std::erase_if(records_, [&](const Record& record) {
      if (!is_old(record)) return false;
      --counts_[static_cast<std::size_t>(record.state)];
      return true;
    });
    if (removed > 0) rebuild_index();
  }

  /// Up to `wanted` different records that `fits`. In a large table it gives up after 3n attempts.
  template <class Fits>
  [[nodiscard]] std::vector<Position> pick(Dice& dice, std::size_t wanted, Fits fits) const {
    std::vector<Position> picked;
    const auto n = static_cast<std::uint32_t>(size());
    if (n < 3 * wanted) {
      picked = all_shuffled(dice);
      std::erase_if(picked, [&](Position at) { return !fits(records_[at]); });
      picked.resize(std::min(picked.size(), wanted));
      return picked;
    }
    for (std::size_t attempts = 3 * size(); attempts > 0 && picked.size() < wanted; --attempts) {
      const Position at = dice.below(n);
      if (fits(records_[at]) && std::ranges::find(picked, at) == picked.end()) picked.push_back(at);
    }
    return picked;
  }

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<Position> all_shuffled(Dice& dice) const;
  void index(Position at) noexcept;
  void make_room();
  void rebuild_index();

  std::vector<Record> records_;
  std::vector<Position> slots_;  // open addressing; a power of two, at most two thirds full
  std::array<std::size_t, 4> counts_{};
};

}  // namespace p2p::gossip

// Membership: what this node believes of each member, itself among them, and how a message changes that
// (gossip-wire 6). A higher incarnation wins; only the node itself raises its own. The first to accuse is not
// believed: the accused has time to answer (Suspicion).
//
// Does not: send. What others should hear goes into the Dissemination, what the node should know to the
// MembershipListener.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "gossip/awareness.hpp"
#include "gossip/dissemination.hpp"
#include "gossip/node_table.hpp"
#include "gossip/suspicion.hpp"

namespace p2p::gossip {

class MembershipListener {
 public:
  /// `record` is as it is now; it may be changed but for name and state, members may not be added meanwhile.
  virtual void on_change(TimePoint now, MemberEventKind kind, Record& record) = 0;
  /// `info` claims the name of `record` for another address.
  virtual void on_conflict(TimePoint now, const Record& record, const NodeInfo& info) = 0;

 protected:
  ~MembershipListener() = default;
};

inline constexpr TimePoint never = INT64_MAX;

class Membership {
 public:
  /// What is handed in outlives it. Begins with `me` as the only member, alive with incarnation 1.
  Membership(const SwimConfig& config, NodeInfoPtr me, Dice& dice, Awareness& awareness,
             Dissemination& dissemination, MembershipListener& listener, TimePoint now);
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  void alive(TimePoint now, const Alive& said);
  void suspect(TimePoint now, const Suspect& said);
  void dead(TimePoint now, const Dead& said);
  /// All that another knows. Nobody is believed to be dead for that: suspects have time to answer.
  void merge(TimePoint now, std::span<const PushNode> theirs);
  /// Whether their living members and ours understand one another's protocol versions.
  [[nodiscard]] bool understands(std::span<const PushNode> theirs) const;
  [[nodiscard]] std::vector<PushNode> all() const;

  void set_meta(TimePoint now, Bytes meta);
  void leave(TimePoint now);
  [[nodiscard]] bool leaving() const noexcept { return leaving_; }

  /// Forgets who has been gone for long enough.
  void reap(TimePoint now);
  void forget(TimePoint now, std::string_view name);
  /// Members taken as alive without a word to anybody: a cluster that a simulation did not want to join.
  void assume(TimePoint now, std::span<const NodeInfoPtr> members);

  void on_timer(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const noexcept {
    return deadlines_.empty() ? never : deadlines_.begin()->first;
  }

  [[nodiscard]] const NodeInfoPtr& me() const noexcept { return me_; }  ///< the very one in the table
  [[nodiscard]] std::uint32_t incarnation() const noexcept { return incarnation_; }
  [[nodiscard]] NodeTable& table() noexcept { return table_; }
  [[nodiscard]] const NodeTable& table() const noexcept { return table_; }
  [[nodiscard]] bool is_me(const Record& record) const noexcept { return record.info == me_; }
  /// Since the state of a member changed.
  [[nodiscard]] std::int64_t ms_since(TimePoint now, std::uint32_t changed_ms) const noexcept {
    return static_cast<std::uint32_t>(stamp(now) - changed_ms);
  }

 private:
  using Position = NodeTable::Position;

  [[nodiscard]] std::uint32_t stamp(TimePoint now) const noexcept {
    return static_cast<std::uint32_t>((now - begun_) / milliseconds_us);
  }
  [[nodiscard]] NodeInfoPtr accepted(const NodeInfoPtr& info) const;
  [[nodiscard]] bool may_move(TimePoint now, const Record& record) const noexcept;
  void believe_alive(TimePoint now, Position at, const Alive& said);
  void refute(std::uint32_t accused_incarnation);
  void announce_me();
  void accuse(TimePoint now, const std::string& node, std::string accuser);
  void acquit(std::string_view node);

  const SwimConfig& config_;
  NodeInfoPtr me_;
  Dice& dice_;
  Awareness& awareness_;
  Dissemination& dissemination_;
  MembershipListener& listener_;
  const TimePoint begun_;
  std::uint32_t incarnation_ = 1;
  bool leaving_ = false;

  NodeTable table_;
  boost::unordered_flat_map<std::string, Suspicion> suspicions_;
  std::set<std::pair<TimePoint, std::string>> deadlines_;  // of suspicions_
};

}  // namespace p2p::gossip

// Prober: asks one member after the other whether it is there (gossip-wire 7.1), and asks for others that
// cannot get through themselves (7.2). One probe runs at a time. Whoever does not answer it, nor others on
// its behalf, nor a stream, is accused.
//
// Does not: know what becomes of an accusation (Membership), tags, or services.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gossip/awareness.hpp"
#include "gossip/node_table.hpp"
#include "gossip/swim_config.hpp"

namespace p2p::gossip {

class ProbeListener {
 public:
  /// The packet may be topped up.
  virtual void send(const Endpoint& to, std::vector<Message> parts) = 0;
  /// The answer goes to on_stream_ack.
  virtual void ping_by_stream(const Endpoint& to, Ping ping, TimePoint deadline) = 0;
  virtual void accuse(TimePoint now, const std::string& node, std::uint32_t incarnation) = 0;
  /// All have been probed: time to forget old records. The Prober shuffles the rest.
  virtual void on_round_end(TimePoint now) = 0;

 protected:
  ~ProbeListener() = default;
};

class Prober {
 public:
  /// What is handed in outlives it; `me` is the pointer in the table, also after it has changed.
  Prober(const SwimConfig& config, const NodeInfoPtr& me, NodeTable& table, Awareness& awareness, Dice& dice,
         ProbeListener& listener, TimePoint now);

  void on_ack(TimePoint now, std::uint32_t seq);
  void on_nack(std::uint32_t seq);
  void on_stream_ack(std::uint32_t seq);
  /// Somebody wants a target pinged; `requester` gets the answer.
  void relay(TimePoint now, const IndirectPing& wish, const Endpoint& requester);
  /// A hint that `node` may be gone: it is probed at once, or after the probe that runs.
  void soon(TimePoint now, const std::string& node);

  void on_timer(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const noexcept;

  /// Of the last ten probes (or of all, when there were fewer).
  [[nodiscard]] std::uint32_t failed_of_last_ten() const noexcept;

 private:
  struct Probe {
    NodeInfoPtr target;
    std::uint32_t incarnation = 0, seq = 0;
    TimePoint ask_others = 0, end = 0;
    bool asked = false, stream_answered = false;
    std::int32_t nacks_expected = 0, nacks = 0;
  };
  struct Relay {
    std::uint32_t seq = 0, asked_seq = 0;
    Endpoint requester;
    bool nack = false;
    TimePoint end = 0;
  };

  void on_tick(TimePoint now);
  void begin_next(TimePoint now);
  [[nodiscard]] NodeTable::Position next_target(TimePoint now);
  void begin(TimePoint now, NodeTable::Position target);
  void ask_others(Probe& probe);
  void end_unanswered(TimePoint now, const Probe& probe);
  void ended(TimePoint now, bool answered);
  void end_relays(TimePoint now);
  [[nodiscard]] bool hint_fits(const std::string& node) const;
  [[nodiscard]] bool begin_hinted(TimePoint now);
  [[nodiscard]] Ping ping(std::uint32_t seq, const std::string& node) const;

  const SwimConfig& config_;
  const NodeInfoPtr& me_;
  NodeTable& table_;
  Awareness& awareness_;
  Dice& dice_;
  ProbeListener& listener_;

  std::uint32_t last_seq_ = 0;
  std::uint32_t cursor_ = 0;
  TimePoint next_tick_;
  bool missed_tick_ = false;
  std::optional<Probe> probe_;
  std::vector<Relay> relays_;  // by time
  std::vector<std::string> hints_;
  TimePoint hints_since_ = 0;  // the second in which hints_taken_ counts
  std::uint32_t hints_taken_ = 0;
  std::uint32_t history_ = 0;  // a bit for each of the last ten probes, 1 = failed
};

}  // namespace p2p::gossip

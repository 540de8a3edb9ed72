#include "gossip/prober.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace p2p::gossip {
namespace {

bool can_be_stream_pinged(const NodeInfo& node) { return node.versions[1] >= 3; }
bool sends_nacks(const NodeInfo& node) { return node.versions[1] >= 4; }

}  // namespace

Prober::Prober(const SwimConfig& config, const NodeInfoPtr& me, NodeTable& table, Awareness& awareness,
               Dice& dice, ProbeListener& listener, TimePoint now)
    : config_(config),
      me_(me),
      table_(table),
      awareness_(awareness),
      dice_(dice),
      listener_(listener),
      next_tick_(now +
                 static_cast<TimePoint>(dice.fraction() * static_cast<double>(config.probe_interval_ms) *
                                        milliseconds_us)) {}

Ping Prober::ping(std::uint32_t seq, const std::string& node) const {
  return {seq, node, me_->at, me_->name};
}

void Prober::on_timer(TimePoint now) {
  end_relays(now);
  if (probe_ && !probe_->asked && now >= probe_->ask_others) ask_others(*probe_);
  if (now >= next_tick_) on_tick(now);  // before the end, so that a tick at that very moment is a missed one
  if (probe_ && now >= probe_->end) {
    const Probe unanswered = *probe_;
    probe_.reset();
    end_unanswered(now, unanswered);
  }
}

TimePoint Prober::next_deadline() const noexcept {
  TimePoint next = next_tick_;
  if (probe_) next = std::min(next, probe_->asked ? probe_->end : std::min(probe_->ask_others, probe_->end));
  if (!relays_.empty()) next = std::min(next, relays_.front().end);
  return next;
}

void Prober::on_tick(TimePoint now) {
  const TimePoint interval = config_.probe_interval_ms * milliseconds_us;
  next_tick_ += ((now - next_tick_) / interval + 1) * interval;
  if (probe_)
    missed_tick_ = true;
  else
    begin_next(now);
}

void Prober::begin_next(TimePoint now) {
  if (const NodeTable::Position target = next_target(now); target != NodeTable::nowhere) begin(now, target);
}

NodeTable::Position Prober::next_target(TimePoint now) {
  const auto usable = [&](const Record& record) { return !record.gone() && record.info != me_; };
  for (int round = 0; round < 2; ++round) {
    for (; cursor_ < table_.size(); ++cursor_)
      if (usable(table_[cursor_])) return cursor_++;
    cursor_ = 0;
    listener_.on_round_end(now);
    if (table_.living() < 2) break;  // nobody to probe: the order does not matter
    table_.shuffle(dice_);
  }
  return NodeTable::nowhere;
}

void Prober::begin(TimePoint now, NodeTable::Position target) {
  const Record& record = table_[target];
  const TimePoint all = awareness_.scale(config_.probe_interval_ms) * milliseconds_us;
  Probe probe{.target = record.info, .incarnation = record.incarnation, .seq = ++last_seq_};
  probe.ask_others = now + std::min(config_.probe_timeout_ms * milliseconds_us, all);
  probe.end = now + all;
  probe_ = std::move(probe);
  std::vector<Message> parts;
  parts.emplace_back(ping(last_seq_, record.info->name));
  if (record.state == NodeState::suspect)  // so that it can answer the accusation at once
    parts.emplace_back(Suspect{record.incarnation, record.info->name, me_->name});
  listener_.send(record.info->at, std::move(parts));
}

void Prober::ask_others(Probe& probe) {
  probe.asked = true;
  const auto others = table_.pick(dice_, config_.indirect_checks, [&](const Record& record) {
    return record.state == NodeState::alive && record.info != me_ && record.info->name != probe.target->name;
  });
  for (const NodeTable::Position at : others) {
    const NodeInfoPtr other = table_[at].info;
    const bool nack = sends_nacks(*other);
    if (nack) ++probe.nacks_expected;
    std::vector<Message> parts;
    parts.emplace_back(
        IndirectPing{probe.seq, probe.target->at, probe.target->name, nack, me_->at, me_->name});
    listener_.send(other->at, std::move(parts));
  }
  if (config_.tcp_ping && can_be_stream_pinged(*probe.target))
    listener_.ping_by_stream(probe.target->at, ping(probe.seq, probe.target->name), probe.end);
}

void Prober::on_ack(TimePoint now, std::uint32_t seq) {
  if (probe_ && probe_->seq == seq) {
    awareness_.better();
    return ended(now, true);
  }
  const auto relay = std::ranges::find(relays_, seq, &Relay::seq);
  if (relay == relays_.end()) return;
  const Relay done = *relay;
  relays_.erase(relay);
  std::vector<Message> parts;
  parts.emplace_back(Ack{done.asked_seq, std::nullopt});
  listener_.send(done.requester, std::move(parts));
}

void Prober::on_nack(std::uint32_t seq) {
  if (probe_ && probe_->seq == seq && probe_->nacks < probe_->nacks_expected) ++probe_->nacks;
}

void Prober::on_stream_ack(std::uint32_t seq) {
  if (probe_ && probe_->seq == seq) probe_->stream_answered = true;
}

void Prober::end_unanswered(TimePoint now, const Probe& probe) {
  if (probe.stream_answered) {  // it lives; its datagrams do not get through
    awareness_.better();
    return ended(now, true);
  }
  // Whoever hears of relays that they got no answer either is well itself.
  awareness_.worse(probe.nacks_expected > 0 ? probe.nacks_expected - probe.nacks : 1);
  listener_.accuse(now, probe.target->name, probe.incarnation);
  ended(now, false);
}

void Prober::ended(TimePoint now, bool answered) {
  probe_.reset();
  history_ = ((history_ << 1) | (answered ? 0U : 1U)) & 0x3ffU;
  if (begin_hinted(now) || !missed_tick_) return;
  missed_tick_ = false;
  begin_next(now);
}

std::uint32_t Prober::failed_of_last_ten() const noexcept {
  return static_cast<std::uint32_t>(std::popcount(history_));
}

void Prober::relay(TimePoint now, const IndirectPing& wish, const Endpoint& requester) {
  if (relays_.size() >= config_.max_relays) return;
  const std::uint32_t seq = ++last_seq_;
  relays_.push_back({seq, wish.seq, requester, wish.nack, now + config_.probe_timeout_ms * milliseconds_us});
  std::vector<Message> parts;
  parts.emplace_back(ping(seq, wish.node));
  listener_.send(wish.target, std::move(parts));
}

void Prober::end_relays(TimePoint now) {
  while (!relays_.empty() && relays_.front().end <= now) {
    const Relay over = relays_.front();
    relays_.erase(relays_.begin());
    if (!over.nack) continue;
    std::vector<Message> parts;
    parts.emplace_back(Nack{over.asked_seq});
    listener_.send(over.requester, std::move(parts));
  }
}

bool Prober::hint_fits(const std::string& node) const {
  const NodeTable::Position at = table_.find(node);
  return at != NodeTable::nowhere && !table_[at].gone() && table_[at].info != me_;
}

void Prober::soon(TimePoint now, const std::string& node) {
  const bool known = std::ranges::find(hints_, node) != hints_.end();
  if (known || !hint_fits(node) || (probe_ && probe_->target->name == node)) return;
  if (now - hints_since_ >= seconds_us) {
    hints_since_ = now;
    hints_taken_ = 0;
  }
  if (hints_taken_ >= config_.hints_a_second || hints_.size() >= config_.hints_a_second) return;
  ++hints_taken_;
  hints_.push_back(node);
  if (!probe_) (void)begin_hinted(now);
}

bool Prober::begin_hinted(TimePoint now) {
  while (!hints_.empty()) {
    const std::string node = std::move(hints_.front());
    hints_.erase(hints_.begin());
    if (!hint_fits(node)) continue;
    begin(now, table_.find(node));
    return true;
  }
  return false;
}

}  // namespace p2p::gossip

#include "cluster/joiner.hpp"

#include <algorithm>
#include <utility>

namespace p2p {
namespace {

using gossip::seconds_us;
using gossip::TimePoint;

constexpr TimePoint longest_pause = 15 * seconds_us;
constexpr TimePoint after_seeds = 2 * seconds_us;

/// 1, 2, 4, 8, then 15 s.
TimePoint pause_after(std::uint32_t rounds) {
  return rounds >= 5 ? longest_pause : std::min(longest_pause, (TimePoint{1} << (rounds - 1)) * seconds_us);
}

}  // namespace

Joiner::Joiner(std::vector<std::string> seeds, std::vector<std::string> remembered, std::uint64_t dice,
               TimePoint now)
    : remembered_(std::move(remembered)), dice_(dice), next_line_(now) {
  for (std::string& at : seeds) seeds_.push_back({std::move(at)});
  next_round_ = seeds_.empty() ? gossip::never : now;
  next_remembered_ = remembered_.empty() ? gossip::never : now + (seeds_.empty() ? 0 : after_seeds);
}

/// Up to a fifth less: nodes that were started together do not ask together for ever.
void Joiner::begin_round(TimePoint now) {
  ++rounds_;
  const TimePoint pause = joined_ ? longest_pause : pause_after(rounds_);
  next_round_ = now + pause - static_cast<TimePoint>(dice_.fraction() * 0.2 * static_cast<double>(pause));
  if (!joined_ && !remembered_.empty() && next_remembered_ == gossip::never)
    next_remembered_ = now + after_seeds;
}

Joiner::Seed* Joiner::find(const std::string& at) {
  const auto found = std::ranges::find(seeds_, at, &Seed::at);
  return found == seeds_.end() ? nullptr : &*found;
}

void Joiner::answered(const std::string& at) {
  joined_ = true;
  if (Seed* seed = find(at)) {
    seed->answered = true;
    seed->attempts = 0;
  }
}

void Joiner::failed(const std::string& at, std::string why) {
  if (Seed* seed = find(at)) {
    seed->answered = false;
    seed->why = std::move(why);
    ++seed->attempts;
  }
}

std::string Joiner::status() const {
  std::string text;
  for (const Seed& seed : seeds_) {
    if (seed.answered) continue;
    if (!text.empty()) text += ", ";
    text += seed.at + ": " + seed.why;
    if (seed.attempts > 0) text += " (attempt " + std::to_string(seed.attempts) + ')';
  }
  return text;
}

bool Joiner::line_due(TimePoint now) {
  if (joined_ || now < next_line_) return false;
  const bool tried = std::ranges::any_of(seeds_, [](const Seed& seed) { return seed.attempts > 0; });
  if (tried) next_line_ = now + longest_pause;
  return tried;
}

}  // namespace p2p

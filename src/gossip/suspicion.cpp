#include "gossip/suspicion.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace p2p::gossip {

Suspicion::Terms Suspicion::Terms::of(const SwimConfig& config, std::size_t n) {
  Terms terms;
  if (config.suspicion_mult > 2 && n >= config.suspicion_mult)
    terms.confirmations = config.suspicion_mult - 2;
  const double size = std::max(1.0, std::log10(static_cast<double>(std::max<std::size_t>(1, n))));
  const auto thousandths = static_cast<std::int64_t>(size * 1000);
  terms.shortest = config.suspicion_mult * thousandths * config.probe_interval_ms;  // ms * 1000 = us
  terms.longest = std::max(terms.shortest, std::min(config.suspicion_max_ms * milliseconds_us,
                                                    config.suspicion_max_mult * terms.shortest));
  return terms;
}

Suspicion::Suspicion(Terms terms, std::string accuser, TimePoint now)
    : terms_(terms),
      begun_(now),
      deadline_(now + (terms.confirmations > 0 ? terms.longest : terms.shortest)) {
  accusers_.push_back(std::move(accuser));
}

bool Suspicion::confirm(std::string_view accuser) {
  if (accusers_.size() > terms_.confirmations) return false;
  if (std::ranges::find(accusers_, accuser) != accusers_.end()) return false;
  accusers_.emplace_back(accuser);
  const double share = std::log(static_cast<double>(accusers_.size())) / std::log(terms_.confirmations + 1.0);
  const double wait =
      static_cast<double>(terms_.longest) - share * static_cast<double>(terms_.longest - terms_.shortest);
  const TimePoint whole_ms = static_cast<TimePoint>(std::floor(wait / milliseconds_us)) * milliseconds_us;
  deadline_ = begun_ + std::max(terms_.shortest, whole_ms);
  return true;
}

}  // namespace p2p::gossip

#include "gossip/recent_intents.hpp"

#include <iterator>
#include <utility>

namespace p2p::gossip {

bool RecentIntents::add(RecentIntent intent) {
  if (const auto known = by_name_.find(intent.node); known != by_name_.end()) {
    const Entry entry = known->second;
    const bool fresh = intent.heard - entry->heard <= keep_;
    if (fresh && intent.ltime <= entry->ltime) return false;
    drop(entry);
  } else if (by_name_.size() >= limit_) {
    drop(entries_.begin());
  }
  entries_.push_back(std::move(intent));
  by_name_.emplace(entries_.back().node, std::prev(entries_.end()));
  return true;
}

std::optional<RecentIntent> RecentIntents::take(TimePoint now, std::string_view node) {
  const auto found = by_name_.find(node);
  if (found == by_name_.end()) return std::nullopt;
  RecentIntent intent = *found->second;
  drop(found->second);
  if (now - intent.heard > keep_) return std::nullopt;
  return intent;
}

void RecentIntents::drop(Entry entry) {
  by_name_.erase(std::string_view(entry->node));
  entries_.erase(entry);
}

}  // namespace p2p::gossip

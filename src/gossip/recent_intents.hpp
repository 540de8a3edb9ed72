// RecentIntents: what was said of nodes that are not known yet: an intent may overtake the announcement of
// the node it is about. The latest of each, for five minutes.
//
// Bounds: `limit` names; the one not heard of for longest is forgotten for a new one.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "gossip/action.hpp"
#include "gossip/serf_message.hpp"

namespace p2p::gossip {

enum class IntentKind : std::uint8_t { join, leave };

struct RecentIntent {
  std::string node;
  IntentKind kind = IntentKind::join;
  LamportTime ltime = 0;
  TimePoint heard = 0;
};

class RecentIntents {
 public:
  RecentIntents(std::size_t limit, std::int64_t keep_ms) : limit_(limit), keep_(keep_ms * milliseconds_us) {}

  /// False when this is no news: one at least as late is known.
  bool add(RecentIntent intent);
  /// The latest about `node`, which is forgotten here: its record keeps it from now on.
  [[nodiscard]] std::optional<RecentIntent> take(TimePoint now, std::string_view node);
  [[nodiscard]] std::size_t size() const noexcept { return by_name_.size(); }

 private:
  using Entry = std::list<RecentIntent>::iterator;
  void drop(Entry entry);

  std::size_t limit_;
  TimePoint keep_;
  std::list<RecentIntent> entries_;                             // the last heard at the end
  boost::unordered_flat_map<std::string_view, Entry> by_name_;  // the keys are the entries' own
};

}  // namespace p2p::gossip

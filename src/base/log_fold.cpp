#include "base/log_fold.hpp"

#include <algorithm>

namespace p2p {

bool LogFold::admit(std::string_view logger, std::string_view message, WallTime now) {
  std::pair key{std::string(logger), std::string(message)};
  const auto found = seen_.find(key);
  if (found != seen_.end()) {
    // A clock that was put back would fold for as long as it was wrong.
    const bool folds = now - found->second.since < span && now >= found->second.since;
    if (folds) ++found->second.more;
    return !folds;  // else its count is told by take_due
  }
  if (seen_.size() < most) seen_.emplace(std::move(key), Seen{now});
  return true;
}

std::vector<LogFold::Folded> LogFold::take_due(WallTime now) {
  std::vector<Folded> due;
  std::erase_if(seen_, [&](const auto& entry) {
    const auto& [key, seen] = entry;
    if (now - seen.since < span && now >= seen.since) return false;
    if (seen.more > 0) due.push_back({key.first, key.second, seen.more});
    return true;
  });
  return due;
}

std::optional<WallTime> LogFold::due() const {
  std::optional<WallTime> first;
  for (const auto& [key, seen] : seen_)
    first = first ? std::min(*first, seen.since + span) : seen.since + span;
  return first;
}

}  // namespace p2p

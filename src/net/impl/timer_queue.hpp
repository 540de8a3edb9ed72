// TimerQueue: jobs by the time they are due. Pure: it is told the time. Of equal times the one added first
// runs first.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/executor.hpp"

namespace p2p {

class TimerQueue {
 public:
  using Id = Executor::TimerId;

  Id add(Instant when, Job job) {
    const auto id = ++last_;
    jobs_.emplace(std::pair(when, id), std::move(job));
    when_.emplace(id, when);
    return id;
  }

  void cancel(Id id) {
    const auto found = when_.find(id);
    if (found == when_.end()) return;
    jobs_.erase({found->second, id});
    when_.erase(found);
  }

  /// The earliest job if it is due at `now` and was added before `bound`, taken out.
  std::optional<Job> take_due(Instant now, Id bound) {
    if (jobs_.empty() || jobs_.begin()->first.first > now) return std::nullopt;
    if (jobs_.begin()->first.second >= bound) return std::nullopt;
    auto first = jobs_.extract(jobs_.begin());
    when_.erase(first.key().second);
    return std::move(first.mapped());
  }

  [[nodiscard]] std::optional<Instant> earliest() const {
    if (jobs_.empty()) return std::nullopt;
    return jobs_.begin()->first.first;
  }
  /// What the next `add` will give.
  [[nodiscard]] Id next_id() const noexcept { return last_ + 1; }

 private:
  std::map<std::pair<Instant, Id>, Job> jobs_;
  std::unordered_map<Id, Instant> when_;
  Id last_ = 0;
};

}  // namespace p2p

// LogRing: the last lines of the log, for GET /logs. Bounded by lines and by bytes; the oldest go first.
//
// Each line has a number, one more than the line before it, so a reader that remembers the last number it has
// seen goes on from there: nothing is lost between looking back and following, nothing comes twice, and who
// was too slow sees from the gap how many lines it missed. Readers therefore need no queues of their own.
//
// Threads: any. Reading hands out shared lines: the lock is held for a few hundred pointers at most.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/log_line.hpp"

namespace p2p {

class LogRing {
 public:
  using Line = std::shared_ptr<const LogLine>;

  /// `lines` 0 keeps nothing. Bytes are those of texts and their bookkeeping.
  explicit LogRing(std::size_t lines = 10'000, std::size_t bytes = 8 * 1024 * 1024)
      : most_lines_(lines), most_bytes_(bytes) {}

  void add(LogLine line);

  /// The number of the newest line, 0 before the first.
  [[nodiscard]] std::uint64_t newest() const;
  /// The number of the oldest line still here; newest() + 1 when there is none.
  [[nodiscard]] std::uint64_t oldest() const;

  static constexpr std::size_t batch = 256;
  /// Up to `batch` lines behind number `after`, in their order: those that are still here.
  [[nodiscard]] std::vector<Line> read_after(std::uint64_t after) const;
  /// Up to `batch` lines before number `before`, the newest first.
  [[nodiscard]] std::vector<Line> read_before(std::uint64_t before) const;

  /// `tell` runs once, on the thread that writes it, when a line behind number `after` is there; at once when
  /// it is already. It replaces an earlier one; empty takes it back: then it does not run any more. It must
  /// not come back here: it posts.
  void on_line_after(std::uint64_t after, std::function<void()> tell);

 private:
  [[nodiscard]] std::uint64_t oldest_locked() const { return last_ - lines_.size() + 1; }

  const std::size_t most_lines_, most_bytes_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::function<void()> tell_;
};

}  // namespace p2p

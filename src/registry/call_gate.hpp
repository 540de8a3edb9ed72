// CallGate: how many calls of one method may run at once (max_concurrency), and who waits for a turn. Twice
// as many as may run may wait, in the order in which they came; then a call is refused.
//
// Only methods with such a limit have one. A call that waits is pinned, counted and timed like one that runs,
// so a reload lets it run to its end where it began, and its deadline holds.
//
// Threads: the home loop's. A method with a gate runs there even if it is threadsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace p2p {

struct CallRecord;

class CallGate {
 public:
  explicit CallGate(std::int64_t limit) : limit_(static_cast<std::size_t>(limit)) {}
  CallGate(const CallGate&) = delete;
  CallGate& operator=(const CallGate&) = delete;

  /// For the calls from now on; those that waited are for `next`.
  void set_limit(std::int64_t limit) noexcept { limit_ = static_cast<std::size_t>(limit); }
  /// Throws overloaded when one more can neither run nor wait.
  void check_room(const std::string& path) const;

  /// True: `record` may run. False: it waits, until `next` gives it.
  [[nodiscard]] bool enter(CallRecord& record);
  /// `record` has ended, whether it ran or waited.
  void leave(CallRecord& record);
  /// The first of those who wait, if one more may run now; it counts as running. Or null.
  [[nodiscard]] CallRecord* next();

  [[nodiscard]] std::size_t running() const noexcept { return running_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  std::size_t limit_, running_ = 0;
  std::deque<CallRecord*> waiting_;
};

}  // namespace p2p

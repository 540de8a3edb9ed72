// LoopPulse: since when a loop has not turned, for those on other threads: a loop that is kept by a method
// can say nothing itself.
//
// Threads: `start` where the loop's timers may be touched, `silence` any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/executor.hpp"

namespace p2p {

class LoopPulse {
 public:
  static constexpr std::chrono::milliseconds interval{500};
  static constexpr std::chrono::seconds late{2};    ///< then the node is degraded
  static constexpr std::chrono::seconds stuck{10};  ///< then a supervisor should start it anew

  explicit LoopPulse(Executor& loop) : loop_(loop), last_ns_(now_ns()) {}
  LoopPulse(const LoopPulse&) = delete;
  LoopPulse& operator=(const LoopPulse&) = delete;

  /// From now on the loop leaves a mark each interval, as long as it turns. Once.
  void start() { beat(); }
  [[nodiscard]] std::chrono::nanoseconds silence() const;

 private:
  void beat();
  [[nodiscard]] std::int64_t now_ns() const { return loop_.clock().now().time_since_epoch().count(); }

  Executor& loop_;
  std::atomic<std::int64_t> last_ns_;
};

}  // namespace p2p

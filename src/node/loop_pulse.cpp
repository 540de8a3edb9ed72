#include "node/loop_pulse.hpp"

namespace p2p {

void LoopPulse::beat() {
  last_ns_.store(now_ns(), std::memory_order_relaxed);
  loop_.post_at(loop_.clock().now() + interval, [this] { beat(); });
}

std::chrono::nanoseconds LoopPulse::silence() const {
  return std::chrono::nanoseconds(now_ns() - last_ns_.load(std::memory_order_relaxed));
}

}  // namespace p2p

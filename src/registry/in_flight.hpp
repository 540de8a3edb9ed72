// InFlight: whether as many calls run on this node as may. A loop knows its own number exactly; the others'
// it looks up every so many admissions, so that loops do not pass a counter to and fro for each call. What
// can be admitted too many meanwhile is an eighth of the limit at most; with one loop it is none.
//
// Threads: the loop's.
#pragma once

#include <algorithm>
#include <cstddef>

#include "telemetry/call_stats.hpp"

namespace p2p {

class InFlight {
 public:
  InFlight(const CallStats& own, std::size_t limit) : own_(own), others_(own.table().loops() - 1) {
    set_limit(limit);
  }

  void set_limit(std::size_t limit) noexcept {
    limit_ = limit;
    if (others_ > 0) stride_ = std::max<std::size_t>(1, limit / (8 * (others_ + 1)));
    left_ = 0;
  }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  /// Asked before each admission.
  [[nodiscard]] bool full() noexcept {
    if (others_ == 0) return own_.running() >= limit_;
    if (left_ == 0 || own_.running() + elsewhere_ >= limit_) look();
    --left_;
    return own_.running() + elsewhere_ >= limit_;
  }

 private:
  void look() noexcept {
    const std::size_t own = own_.running(), all = own_.table().running();
    elsewhere_ = all > own ? all - own : 0;
    left_ = stride_;
  }

  const CallStats& own_;
  const std::size_t others_;  // loops
  std::size_t limit_ = 0, stride_ = 1;
  std::size_t elsewhere_ = 0, left_ = 0;
};

}  // namespace p2p

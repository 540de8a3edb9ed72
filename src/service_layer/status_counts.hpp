// StatusCounts: how often a route was answered with each status. Counting writes two numbers at most and
// takes no lock, so that the loops' tables can be looked at from outside.
//
// Threads: one counts, any looks.
#pragma once

#include <array>
#include <cstddef>

#include "base/tally.hpp"

namespace p2p {

class StatusCounts {
 public:
  static constexpr std::size_t most = 32;  ///< different statuses; the API has some twenty

  void count(int status) noexcept {
    if (status == 200)
      ++ok_;
    else
      count_other(static_cast<std::uint64_t>(status));
  }
  /// Calls `visit(status, count)` for those there were.
  template <class Visit>
  void each(Visit&& visit) const {
    if (ok_ > 0) visit(200, ok_.get());
    for (const Other& other : others_)
      if (other.status > 0) visit(static_cast<int>(other.status), other.count.get());
  }

 private:
  struct Other {
    Tally status;  // 0: free, and so are those behind it
    Tally count;
  };
  void count_other(std::uint64_t status) noexcept;

  Tally ok_;
  std::array<Other, most> others_{};
};

}  // namespace p2p

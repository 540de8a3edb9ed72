// FdWatch: tells when a descriptor is readable, until it is destroyed. Does not own the descriptor, which
// must stay open as long as the watch, and is non-blocking from then on.
//
// Threads: the loop's own. The job may destroy the watch.
#pragma once

#include <memory>

#include "net/loop.hpp"

namespace p2p {

class FdWatch {
 public:
  /// `on_readable` runs from the top of the loop, again and again while there is something to read (or the
  /// end of it).
  FdWatch(Loop& loop, int fd, Job on_readable);
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the wait that is under way
};

}  // namespace p2p

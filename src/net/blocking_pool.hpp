// BlockingPool: a few threads for work that blocks (files, name look-up, a service's long sums), so that a
// loop never does. The jobs of services have a queue of their own and leave one thread free: were all of them
// to hang, the node would still load the version that mends them.
//
// Threads:  any; jobs run on the pool's own. A job posts its result to the loop it belongs to.
// Lifetime: the destructor waits for the jobs that run; those that still queue are destroyed unrun.
#pragma once

#include <cstddef>
#include <memory>

#include "base/executor.hpp"

namespace p2p {

class BlockingPool {
 public:
  /// `queue` jobs of the node wait at most, and as many of services; more would only answer later than
  /// anybody waits.
  explicit BlockingPool(std::size_t threads = 5, std::size_t queue = 256);
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  ~BlockingPool();

  /// False when the queue is full: nothing was taken.
  [[nodiscard]] bool submit(Job job, BlockingFor whose = BlockingFor::node);

  /// Runs `done` on a thread of the pool once each thread has been between two jobs: whatever ran when this
  /// was called is over. Asked before a library is unloaded whose code may still stand on a stack here.
  void quiesce(Job done);

  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p

// Executor: a loop that runs jobs one after another on its thread, now, later, or on the pool for blocking
// work. The pure folders get timers and hops through it without owning any; net implements it, tests step
// it by hand (testing/manual_executor.hpp).
//
// Threads:  `post`, `run_blocking` and `on_loop` from any thread, the rest on the loop's own.
// Lifetime: jobs that never ran are destroyed with the executor.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/clock.hpp"

namespace p2p {

using Job = std::move_only_function<void()>;

/// On whose behalf work blocks. Services may hang (a file server that is gone); the node's own work, which
/// may mend them, never waits for that.
enum class BlockingFor { node, service };

class Executor {
 public:
  using TimerId = std::uint64_t;  ///< never 0

  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Runs `job` on the loop, from the top of the loop, never inside this call.
  virtual void post(Job job) = 0;

  /// Runs `job` on the loop at `when` or soon after.
  virtual TimerId post_at(Instant when, Job job) = 0;
  /// The job will not run. An id that is done or unknown is passed over.
  virtual void cancel(TimerId timer) = 0;

  /// Runs `job` on a thread of the pool. False when the queue is full: nothing was taken.
  [[nodiscard]] bool run_blocking(Job job) { return run_blocking_for(BlockingFor::node, std::move(job)); }
  [[nodiscard]] virtual bool run_blocking_for(BlockingFor whose, Job job) = 0;

  [[nodiscard]] virtual bool on_loop() const = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;
};

}  // namespace p2p

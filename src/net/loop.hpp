// Loop: one event loop on one thread, with timers and the pool for blocking work: base's Executor over Asio.
//
// Threads:  `run` belongs to one thread, which becomes the loop's; `post`, `run_blocking` and `stop` from
// any. Lifetime: outlives everything that runs on it. Jobs left over are destroyed with it.
#pragma once

#include <memory>

#include "base/executor.hpp"

namespace p2p {

class BlockingPool;

class Loop final : public Executor {
 public:
  /// `pool` may be null: then run_blocking takes nothing.
  Loop(const Clock& clock, BlockingPool* pool);
  ~Loop() override;

  /// Runs jobs until `stop`. Returns after it.
  void run();
  void stop();
  /// Runs what is ready without waiting; returns the number of jobs. For tests and the end of a program.
  std::size_t poll();

  void post(Job job) override;
  TimerId post_at(Instant when, Job job) override;
  void cancel(TimerId timer) override;
  [[nodiscard]] bool run_blocking_for(BlockingFor whose, Job job) override;
  [[nodiscard]] bool on_loop() const override;
  [[nodiscard]] const Clock& clock() const override;

  /// The Asio io_context, for the files of net that need it.
  struct Native;
  [[nodiscard]] Native& native() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p

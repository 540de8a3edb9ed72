// ManualExecutor: a loop that a test turns by hand. Nothing runs inside the call that posted it; timers come
// in the order of their time, and of their making when it is the same; what was given to the pool is held
// until `run_pool`.
//
//   executor.run_ready();      everything that can run without time passing
//   executor.advance(20s);     the clock goes from timer to timer, each runs at its own time
//
// Threads: the test's alone.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "base/executor.hpp"
#include "testing/manual_clock.hpp"

namespace p2p {

class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(ManualClock& clock, std::size_t pool_size = 256)
      : clock_(clock), pool_size_(pool_size) {}
  ~ManualExecutor() override;

  /// Runs jobs and due timers until none is left. Throws std::logic_error when that does not come to an end.
  std::size_t run_ready();
  /// One turn: what is posted and due now, but not what that posts. Returns how many ran.
  std::size_t turn();
  /// Lets `duration` pass, running each timer at its time.
  void advance(std::chrono::nanoseconds duration);
  /// Lets time pass from timer to timer until `met()`, at most `longest`. Whether it was met.
  bool advance_until(const std::function<bool()>& met, std::chrono::nanoseconds longest);
  /// Runs what was given to the pool, then what that made ready.
  std::size_t run_pool();

  [[nodiscard]] std::size_t posted() const noexcept { return jobs_.size(); }
  [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }
  [[nodiscard]] std::size_t held() const noexcept { return pool_.size(); }

  void post(Job job) override { jobs_.push_back(std::move(job)); }
  TimerId post_at(Instant when, Job job) override;
  void cancel(TimerId timer) override;
  [[nodiscard]] bool run_blocking_for(BlockingFor whose, Job job) override;
  /// Inside a job: of several loops of a test that one is turned.
  [[nodiscard]] bool on_loop() const override { return running_ && !in_pool_; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }

 private:
  using Timers = std::map<std::pair<Instant, TimerId>, Job>;
  bool step(Instant until);
  void run(Job job);

  ManualClock& clock_;
  std::size_t pool_size_;
  std::deque<Job> jobs_, pool_;
  Timers timers_;
  TimerId next_ = 1;
  bool running_ = false, in_pool_ = false;
};

}  // namespace p2p

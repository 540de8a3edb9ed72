// LoopThread: a loop with a thread of its own. Signals do not come to that thread: the main loop takes them.
//
// Threads:  made, started and stopped by one thread, which is not the loop's.
// Lifetime: what runs on the loop goes after `stop` and before this.
#pragma once

#include <string>
#include <thread>

#include "net/loop.hpp"

namespace p2p {

class LoopThread {
 public:
  /// `name` is what the thread is called in top and gdb, 15 characters at most.
  LoopThread(const Clock& clock, BlockingPool* pool, std::string name)
      : loop_(clock, pool), name_(std::move(name)) {}
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  ~LoopThread() { stop(); }

  [[nodiscard]] Loop& loop() noexcept { return loop_; }
  /// Until then what is posted waits. Throws std::system_error when there is no thread to be had.
  void start();
  /// Ends the loop after the turn that runs, and waits for it. Also when it was never started.
  void stop();

 private:
  Loop loop_;
  std::string name_;
  std::thread thread_;
};

}  // namespace p2p

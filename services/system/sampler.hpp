// Sampler: reads the machine's figures once an interval, so that a call answers at once with the newest
// sample and never waits for one.
//
// A service may have a thread that outlives a call only because the built-in one is never unloaded.
//
// Threads: `newest` and `interval_ms` any; the rest the home loop. `stop` joins the thread. Who is told of
// samples is told on the sampler's thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "figures.hpp"
#include "proc_reader.hpp"

namespace system_service {

struct SamplerSettings {
  /// Shorter shows more and costs more: each tick is some 0.05 ms of CPU. Kept within 250 ms and 60 s.
  std::int64_t interval_ms = 1000;
  /// Listing all processes costs more than the rest together, so they are counted each so many ticks only.
  std::int64_t ticks_a_process_count = 5;
  std::string proc = "/proc";
};

class Sampler {
 public:
  explicit Sampler(SamplerSettings settings = {});
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler();

  /// Before `start`: `tell` runs with each sample, when it can be read.
  void on_sample(std::function<void(const Sample&)> tell) { tell_ = std::move(tell); }
  /// Takes the first sample before it returns, then goes on in the background.
  void start();
  void stop();

  /// The last sample that was finished. A copy: nobody waits for whoever reads it.
  [[nodiscard]] Sample newest() const;
  [[nodiscard]] std::int64_t interval_ms() const noexcept { return interval_ms_; }
  /// Brought within bounds. Counts from now on, also for a sampler that runs.
  void set_interval_ms(std::int64_t interval_ms);

 private:
  void take_sample();
  void run();

  const SamplerSettings settings_;
  ProcReader reader_;
  Figures figures_;
  std::function<void(const Sample&)> tell_;
  std::int64_t ticks_ = 0;
  std::atomic<std::int64_t> interval_ms_;

  mutable std::mutex mutex_;  // of what follows
  Sample published_;
  bool stopping_ = false, interval_changed_ = false;
  std::condition_variable told_;
  std::thread thread_;
};

}  // namespace system_service

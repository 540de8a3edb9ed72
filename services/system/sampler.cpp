#include "sampler.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "steady.hpp"

namespace system_service {

Sampler::Sampler(SamplerSettings settings) : settings_(std::move(settings)), reader_(settings_.proc) {
  set_interval_ms(settings_.interval_ms);
}

Sampler::~Sampler() { stop(); }

void Sampler::start() {
  take_sample();
  thread_ = std::thread([this] { run(); });
}

void Sampler::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  told_.notify_all();
  thread_.join();
  stopping_ = false;  // nobody else is there any more; it may be started again
}

Sample Sampler::newest() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

void Sampler::set_interval_ms(std::int64_t interval_ms) {
  interval_ms_ = std::clamp<std::int64_t>(interval_ms, 250, 60'000);
  {
    const std::lock_guard lock(mutex_);
    interval_changed_ = true;
  }
  told_.notify_all();
}

void Sampler::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    interval_changed_ = false;
    const bool told = told_.wait_for(lock, std::chrono::milliseconds(interval_ms_),
                                     [this] { return stopping_ || interval_changed_; });
    if (told) continue;
    lock.unlock();
    take_sample();
    lock.lock();
  }
}

/// Everything is read and reckoned before the lock is taken, so a call waits for the copy of a few hundred
/// bytes at most.
void Sampler::take_sample() {
  if (ticks_++ % settings_.ticks_a_process_count == 0) figures_.set_process_count(reader_.count_processes());
  if (!figures_.tick(reader_.read(), steady_ns())) return;
  {
    const std::lock_guard lock(mutex_);
    published_ = figures_.newest();  // keeps the memory that it has
  }
  if (tell_) tell_(figures_.newest());
}

}  // namespace system_service

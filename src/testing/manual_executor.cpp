#include "testing/manual_executor.hpp"

#include <stdexcept>

namespace p2p {
namespace {

constexpr std::size_t endless = 1'000'000;  // jobs in a row: by then a test hangs

}  // namespace

ManualExecutor::~ManualExecutor() {
  // What jobs hold may post or cancel when it is destroyed.
  const auto jobs = std::exchange(jobs_, {});
  const auto pool = std::exchange(pool_, {});
  const auto timers = std::exchange(timers_, {});
}

void ManualExecutor::run(Job job) {
  if (running_) throw std::logic_error("ManualExecutor: turned from inside a job");
  running_ = true;
  job();
  running_ = false;
}

std::size_t ManualExecutor::turn() {
  std::size_t count = 0;
  const TimerId bound = next_;  // a timer that is made meanwhile waits for the next turn
  for (std::size_t left = jobs_.size(); left > 0; --left, ++count) {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    run(std::move(job));
  }
  for (;;) {
    auto due = timers_.begin();
    while (due != timers_.end() && due->first.second >= bound && due->first.first <= clock_.now()) ++due;
    if (due == timers_.end() || due->first.first > clock_.now()) return count;
    Job job = std::move(due->second);
    timers_.erase(due);
    run(std::move(job));
    ++count;
  }
}

std::size_t ManualExecutor::run_ready() {
  std::size_t count = 0;
  while (const std::size_t ran = turn()) {
    count += ran;
    if (count > endless) throw std::logic_error("ManualExecutor: the loop does not come to rest");
  }
  return count;
}

/// Goes to the next timer if there is one before `until`.
bool ManualExecutor::step(Instant until) {
  run_ready();
  if (timers_.empty() || timers_.begin()->first.first > until) return false;
  clock_.advance(timers_.begin()->first.first - clock_.now());
  run_ready();
  return true;
}

void ManualExecutor::advance(std::chrono::nanoseconds duration) {
  const Instant until = clock_.now() + duration;
  while (step(until)) {
  }
  clock_.advance(until - clock_.now());
  run_ready();
}

bool ManualExecutor::advance_until(const std::function<bool()>& met, std::chrono::nanoseconds longest) {
  const Instant until = clock_.now() + longest;
  run_ready();
  while (!met())
    if (!step(until)) return met();
  return true;
}

std::size_t ManualExecutor::run_pool() {
  std::size_t count = 0;
  for (; !pool_.empty(); ++count) {
    Job job = std::move(pool_.front());
    pool_.pop_front();
    in_pool_ = true;
    run(std::move(job));
    in_pool_ = false;
  }
  run_ready();
  return count;
}

Executor::TimerId ManualExecutor::post_at(Instant when, Job job) {
  timers_.emplace(std::pair(when, next_), std::move(job));
  return next_++;
}

void ManualExecutor::cancel(TimerId timer) {
  std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
}

bool ManualExecutor::run_blocking_for(BlockingFor, Job job) {
  if (pool_.size() >= pool_size_) return false;
  pool_.push_back(std::move(job));
  return true;
}

}  // namespace p2p

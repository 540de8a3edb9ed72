#include "net/blocking_pool.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace p2p {

struct BlockingPool::Impl {
  /// Somebody waits until each thread has passed its top.
  struct Passing {
    std::uint64_t ticket;
    std::size_t missing;
    Job done;
  };

  Impl(std::size_t count, std::size_t bound)
      : queue_bound(bound), most_for_services(count > 1 ? count - 1 : 1) {}

  void work() {
    std::uint64_t passed = 0;  // tickets this thread has answered
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stopping || next() != nullptr || passed < last_ticket; });
      auto finished = pass(passed);
      bool of_service = false;
      auto job = take(of_service);
      const bool leave = stopping;
      lock.unlock();
      for (auto& done : finished) done();
      finished.clear();
      if (leave) return;
      if (job) job();
      job = nullptr;  // what it holds is destroyed here, before this thread passes its top
      lock.lock();
      if (of_service) --for_services;
    }
  }

  std::vector<Job> pass(std::uint64_t& passed) {
    std::vector<Job> finished;
    for (auto& passing : passings) {
      if (passing.ticket > passed && --passing.missing == 0) finished.push_back(std::move(passing.done));
    }
    std::erase_if(passings, [](const Passing& passing) { return passing.missing == 0; });
    passed = last_ticket;
    return finished;
  }

  /// The queue whose turn it is, or null.
  std::deque<Job>* next() {
    if (!own.empty()) return &own;
    return !of_services.empty() && for_services < most_for_services ? &of_services : nullptr;
  }

  Job take(bool& of_service) {
    std::deque<Job>* const queue = stopping ? nullptr : next();
    if (queue == nullptr) return {};
    of_service = queue == &of_services;
    if (of_service) ++for_services;
    auto job = std::move(queue->front());
    queue->pop_front();
    return job;
  }

  std::mutex mutex;
  std::condition_variable wake;
  const std::size_t queue_bound, most_for_services;
  std::deque<Job> own, of_services;
  std::size_t for_services = 0;  // threads that run jobs of services
  std::vector<Passing> passings;
  std::uint64_t last_ticket = 0;
  bool stopping = false;
  std::vector<std::thread> threads;
};

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue)
    : impl_(std::make_unique<Impl>(threads, queue)) {
  for (std::size_t i = 0; i < threads; ++i) impl_->threads.emplace_back([this] { impl_->work(); });
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

bool BlockingPool::submit(Job job, BlockingFor whose) {
  {
    const std::lock_guard lock(impl_->mutex);
    std::deque<Job>& queue = whose == BlockingFor::node ? impl_->own : impl_->of_services;
    if (impl_->stopping || queue.size() >= impl_->queue_bound) return false;
    queue.push_back(std::move(job));
  }
  impl_->wake.notify_one();
  return true;
}

void BlockingPool::quiesce(Job done) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->passings.push_back({++impl_->last_ticket, impl_->threads.size(), std::move(done)});
  }
  impl_->wake.notify_all();
}

std::size_t BlockingPool::waiting() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->own.size() + impl_->of_services.size();
}

}  // namespace p2p

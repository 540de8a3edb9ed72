#include "net/loop.hpp"

#include <atomic>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/blocking_pool.hpp"
#include "net/impl/timer_queue.hpp"
#include "net/native.hpp"

namespace p2p {

namespace asio = boost::asio;

struct Loop::Impl {
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, LoopExecutor>;

  Impl(const Clock& clock_in, BlockingPool* pool_in)
      : clock(clock_in), pool(pool_in), alarm(native.io), thread(std::this_thread::get_id()) {}

  /// Runs what is due now. A job that adds another for now waits for the next turn, lest it keep the loop for
  /// itself.
  std::size_t run_due() {
    std::size_t count = 0;
    const auto now = clock.now();
    const auto bound = timers.next_id();
    while (auto job = timers.take_due(now, bound)) {
      (*job)();
      ++count;
    }
    return count;
  }

  /// Sets the alarm for the earliest timer. An alarm that is set too early is left: it does no harm.
  void arm() {
    const auto earliest = timers.earliest();
    if (!earliest || (armed && *armed <= *earliest)) return;
    armed = earliest;
    alarm.expires_after(*earliest - clock.now());
    alarm.async_wait([this](const boost::system::error_code& error) {
      if (error) return;  // set anew
      armed.reset();
      run_due();
      arm();
    });
  }

  const Clock& clock;
  BlockingPool* pool;
  TimerQueue timers;
  Native native;
  Timer alarm;
  std::optional<Instant> armed;
  std::atomic<std::thread::id> thread;
};

Loop::Loop(const Clock& clock, BlockingPool* pool) : impl_(std::make_unique<Impl>(clock, pool)) {}

Loop::~Loop() {
  // What jobs hold may cancel timers when it is destroyed: the queue is empty and whole by then.
  const auto left_over = std::exchange(impl_->timers, {});
}

void Loop::run() {
  impl_->thread = std::this_thread::get_id();
  auto& io = impl_->native.io;
  {
    const auto stay = asio::make_work_guard(io);  // a loop without work waits for the next post
    io.run();
  }
  io.restart();
}

void Loop::stop() { impl_->native.io.stop(); }

std::size_t Loop::poll() {
  impl_->thread = std::this_thread::get_id();
  const auto due = impl_->run_due();
  auto& io = impl_->native.io;
  // Bounded: a descriptor that is always readable would keep io.poll() for ever.
  std::size_t ran = 0;
  while (ran < 1000 && io.poll_one() > 0) ++ran;
  io.restart();
  return due + ran;
}

void Loop::post(Job job) { asio::post(impl_->native.io, std::move(job)); }

Executor::TimerId Loop::post_at(Instant when, Job job) {
  const auto id = impl_->timers.add(when, std::move(job));
  impl_->arm();
  return id;
}

void Loop::cancel(TimerId timer) { impl_->timers.cancel(timer); }

bool Loop::run_blocking_for(BlockingFor whose, Job job) {
  return impl_->pool != nullptr && impl_->pool->submit(std::move(job), whose);
}

bool Loop::on_loop() const {
  return impl_->thread.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

const Clock& Loop::clock() const { return impl_->clock; }

Loop::Native& Loop::native() noexcept { return impl_->native; }

}  // namespace p2p

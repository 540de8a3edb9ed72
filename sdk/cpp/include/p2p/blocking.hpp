// Blocking work off the loop: what BaseService::run_blocking and ::spawn are made of.
//
// A job is shared by the coroutine that waits for it and the pool thread that runs it. A caller that is
// cancelled goes at once; the job runs on and its result is dropped.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <p2p/detail/runtime.hpp>
#include <p2p/task.hpp>
#include <p2p/waiting.hpp>

namespace p2p::detail {

class P2P_API BlockingJob {
 public:
  BlockingJob() = default;
  BlockingJob(const BlockingJob&) = delete;
  BlockingJob& operator=(const BlockingJob&) = delete;
  virtual ~BlockingJob();
  virtual void run() = 0;

  // The fields below are touched on the loop alone; `error` is written by the pool before `done` is posted.
  std::exception_ptr error;
  Waiting* waiting = nullptr;  ///< null once nobody waits any more
  Runtime* runtime = nullptr;
  bool finished = false;
};

/// Awaits a job. Owns it until the pool has taken it, then whoever is last deletes it.
class P2P_API Blocking {
 public:
  Blocking(Runtime& runtime, BlockingJob* job) : runtime_(runtime), job_(job) {}
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;
  ~Blocking();

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    return bind(waiting_, waiter) && begin();
  }
  /// Throws what the job threw, or cancelled, timeout, overloaded.
  void await_resume();

 private:
  bool begin();

  Runtime& runtime_;
  BlockingJob* job_;
  Waiting waiting_;
  bool taken_ = false, refused_ = false;
};

template <class F, class R>
class Work final : public BlockingJob {
 public:
  explicit Work(F work) : work_(std::move(work)) {}
  void run() override {
    if constexpr (std::is_void_v<R>)
      work_();
    else
      result.emplace(work_());
  }
  std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result;

 private:
  F work_;
};

template <class F>
auto run_blocking(Runtime& runtime, F body) -> Task<std::invoke_result_t<F&>> {
  using R = std::invoke_result_t<F&>;
  auto* work = new Work<F, R>(std::move(body));
  Blocking blocking(runtime, work);
  co_await blocking;
  if constexpr (!std::is_void_v<R>) co_return std::move(*work->result);
}

template <class F>
Task<> run_body(F body) {
  co_await body();
}

}  // namespace p2p::detail

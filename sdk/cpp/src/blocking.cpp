#include <limits>

#include <p2p/blocking.hpp>

namespace p2p::detail {

BlockingJob::~BlockingJob() = default;

Blocking::~Blocking() {
  if (!taken_) {
    delete job_;
    return;
  }
  if (waiting_.timer != 0) runtime_.forget(waiting_);
  job_->waiting = nullptr;
  if (job_->finished) delete job_;
}

bool Blocking::begin() {
  job_->waiting = &waiting_;
  job_->runtime = &runtime_;
  const auto work = [](void* data) {
    auto* job = static_cast<BlockingJob*>(data);
    try {
      job->run();
    } catch (...) {
      job->error = std::current_exception();
    }
  };
  const auto done = [](void* data) {
    auto* job = static_cast<BlockingJob*>(data);
    job->finished = true;
    if (job->waiting == nullptr)
      delete job;
    else
      job->runtime->wake(*job->waiting);
  };
  taken_ = runtime_.run_blocking(work, done, job_);
  if (!taken_) {
    refused_ = true;
    return false;
  }
  runtime_.wait(waiting_, std::numeric_limits<std::int64_t>::max());
  return true;
}

void Blocking::await_resume() {
  if (refused_)
    throw Error(Errc::overloaded, "256 blocking jobs wait for a thread already", Value{{"retry_after", 1}});
  throw_if_stopped(waiting_.stopped);
  if (job_->error) std::rethrow_exception(job_->error);
}

}  // namespace p2p::detail

#include "framework/service_runtime.hpp"

#include <limits>

namespace p2p {
namespace {

constexpr std::uint64_t waits_without_timer = std::numeric_limits<std::uint64_t>::max();

CallerPtr identity_of(const std::string& service, const std::string& node, Role role) {
  auto caller = std::make_shared<Caller>();
  caller->subject = "service:" + service + '@' + node;
  caller->role = role;
  caller->expires = WallTime::max();
  return caller;
}

}  // namespace

CallRunner& ServiceSurroundings::here() const {
  if (sides.empty() || runner.executor().on_loop()) return runner;
  for (CallRunner* side : sides)
    if (side->executor().on_loop()) return *side;
  return runner;
}

ServiceRuntime::ServiceRuntime(ServiceSurroundings& surroundings, std::string service,
                               std::uint64_t generation, Role role)
    : surroundings_(surroundings),
      bridge_(surroundings.bridge),
      executor_(surroundings.runner.executor()),
      service_(std::move(service)),
      logger_("Service." + service_),
      number_(generation),
      identity_(identity_of(service_, surroundings.runner.node_id(), role)),
      cells_(surroundings.cells.of(service_)),
      started_(executor_.clock().now()) {}

ServiceRuntime::~ServiceRuntime() = default;

void ServiceRuntime::wait(detail::Waiting& waiting, std::int64_t after_ns) {
  waiting.owner = this;
  waiting.interrupt = [](detail::Waiting& stopped) {
    static_cast<ServiceRuntime*>(stopped.owner)->resume_soon(stopped);
  };
  waiting.context->waiting = &waiting;
  waiting.timer = waits_without_timer;
  if (after_ns > std::numeric_limits<std::int64_t>::max() / 2)
    return;  // never, or in more than a hundred years
  Executor& loop = runner_of(waiting).executor();
  waiting.timer = loop.post_at(loop.clock().now() + std::chrono::nanoseconds(after_ns),
                               [this, &waiting] { wake(waiting); });
}

void ServiceRuntime::wake(detail::Waiting& waiting) {
  forget(waiting);
  runner_of(waiting).watch(waiting.context, waiting.waiter);
}

void ServiceRuntime::forget(detail::Waiting& waiting) noexcept {
  if (waiting.timer != 0 && waiting.timer != waits_without_timer)
    runner_of(waiting).executor().cancel(waiting.timer);
  waiting.timer = 0;
  waiting.context->waiting = nullptr;
}

/// From the top of the loop, since who stops a call may be in the middle of something.
void ServiceRuntime::resume_soon(detail::Waiting& waiting) {
  Executor& loop = runner_of(waiting).executor();
  if (waiting.timer != waits_without_timer) loop.cancel(waiting.timer);
  waiting.timer = loop.post_at(loop.clock().now(), [this, &waiting] { wake(waiting); });
}

bool ServiceRuntime::run_blocking(void (*work)(void*), void (*done)(void*), void* data) {
  Executor& loop = surroundings_.here().executor();
  ++*blocking_jobs_;
  const bool taken = loop.run_blocking_for(
      BlockingFor::service, [&loop, work, done, data, jobs = blocking_jobs_, trace = LogScope::current()] {
        const LogScope scope(trace);
        work(data);
        loop.post([done, data, jobs] {
          done(data);
          --*jobs;
        });
      });
  if (!taken) --*blocking_jobs_;
  return taken;
}

void ServiceRuntime::post(void (*job)(void*), void* data) {
  executor_.post([job, data] { job(data); });
}

void* ServiceRuntime::loop_of(const Context& context) noexcept {
  return &CallRunner::of(&context, surroundings_.runner).executor();
}

void ServiceRuntime::post_to(void* loop, void (*job)(void*), void* data) {
  static_cast<Executor*>(loop)->post([job, data] { job(data); });
}

/// A method on a side loop may ask: the task is the home loop's from its beginning.
void ServiceRuntime::spawn(std::string_view name, Task<> task) {
  if (stopping_) throw Error(Errc::unavailable, "the service is stopping: no new background tasks");
  if (&surroundings_.here() == &surroundings_.runner) return begin_task(std::string(name), std::move(task));
  executor_.post([this, called = std::string(name), body = std::move(task)]() mutable {
    if (stopping_)
      return surroundings_.log.debug(logger_, "task {} did not begin: the service stops", called);
    begin_task(called, std::move(body));
  });
}

void ServiceRuntime::begin_task(const std::string& name, Task<> task) {
  tasks_.push_back(std::make_unique<ServiceTask>(surroundings_.runner, identity_, name));
  const auto place = std::prev(tasks_.end());
  // Begins at the top of the loop, so that `spawn` returns before the task's first line runs.
  executor_.post([this, place, body = std::move(task)]() mutable {
    (*place)->start(std::move(body), [this, place](std::exception_ptr error) {
      if (error && !stopping_)
        surroundings_.log.error(logger_, "task {} ended: {}", (*place)->name(), what_of(error));
      tasks_.erase(place);
      if (stopping_ && tasks_.empty() && on_tasks_ended_) executor_.post(std::move(on_tasks_ended_));
    });
    if (stopping_)
      for (const auto& running : tasks_) running->stop(Stop::cancelled);
  });
}

void ServiceRuntime::run(std::string_view name, Task<> task, std::chrono::milliseconds limit,
                         ServiceTask::OnEnd ended) {
  tasks_.push_back(std::make_unique<ServiceTask>(surroundings_.runner, identity_, std::string(name)));
  const auto place = std::prev(tasks_.end());
  const auto timer =
      executor_.post_at(executor_.clock().now() + limit, [place] { (*place)->stop(Stop::timeout); });
  (*place)->start(
      std::move(task), [this, place, timer, ended = std::move(ended)](std::exception_ptr error) mutable {
        executor_.cancel(timer);
        tasks_.erase(place);
        executor_.post(
            [ended = std::move(ended), error = std::move(error)]() mutable { ended(std::move(error)); });
        if (stopping_ && tasks_.empty() && on_tasks_ended_) executor_.post(std::move(on_tasks_ended_));
      });
}

void ServiceRuntime::stop_tasks(Job done) {
  stopping_ = true;
  if (tasks_.empty()) return executor_.post(std::move(done));
  on_tasks_ended_ = std::move(done);
  for (const auto& task : tasks_) task->stop(Stop::cancelled);
}

bool ServiceRuntime::log_enabled(LogSeverity level) const noexcept {
  return surroundings_.log.enabled(static_cast<LogLevel>(level));
}

void ServiceRuntime::log(LogSeverity level, std::string_view text, const LogField* fields,
                         std::size_t count) {
  surroundings_.log.write_line(static_cast<LogLevel>(level), logger_, text, fields, count);
}

detail::Cell& ServiceRuntime::cell(std::string_view name, bool gauge) { return cells_.cell(name, gauge); }

std::string ServiceRuntime::data_dir() {
  Result<std::string> path = surroundings_.data_dir(service_);
  if (!path) throw Error(std::move(path.error()));
  return *std::move(path);
}

double ServiceRuntime::uptime_seconds() const noexcept { return seconds(executor_.clock().now() - started_); }

std::string ServiceRuntime::wall_time() const { return rfc3339(executor_.clock().wall()); }

}  // namespace p2p

// ServiceRuntime: the node behind one generation of a service: what the SDK's Runtime promises, made of the
// call path, the loop, the log and the counters.
//
// It keeps the generation's background tasks, and ends them before cleanup(). What a method asks for happens
// on the loop where the method runs, which the record of its call tells; tasks run on the home loop.
//
// Threads:  that of the call; what has no call (stop_tasks, set_status) the home loop's; `post`, `post_to`,
// `log_enabled` and `log` any.
// Lifetime: longer than the service's object.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <p2p/detail/runtime.hpp>

#include "base/log.hpp"
#include "bridge/service_bridge.hpp"
#include "framework/service_cells.hpp"
#include "framework/service_task.hpp"

namespace p2p {

/// What all services of a node share.
struct ServiceSurroundings {
  CallRunner& runner;  ///< of the home loop
  ServiceBridge& bridge;
  Log& log;
  ServiceCells& cells;
  std::string node_version;
  /// Makes and returns a service's private folder.
  std::function<Result<std::string>(const std::string& service)> data_dir;
  std::vector<CallRunner*> sides{};  ///< of the other loops

  /// The runner of the loop that this is asked on.
  [[nodiscard]] CallRunner& here() const;
};

class ServiceRuntime final : public detail::Runtime {
 public:
  /// `role` is that of the service's own identity.
  ServiceRuntime(ServiceSurroundings& surroundings, std::string service, std::uint64_t generation, Role role);
  ServiceRuntime(const ServiceRuntime&) = delete;
  ServiceRuntime& operator=(const ServiceRuntime&) = delete;
  ~ServiceRuntime();

  void set_status(ServiceStatus status) noexcept { status_.store(status, std::memory_order_relaxed); }
  [[nodiscard]] const CallerPtr& identity() const noexcept { return identity_; }

  /// As `spawn`: `ended` gets what it threw, or null. Beyond `limit` it is asked to end.
  void run(std::string_view name, Task<> task, std::chrono::milliseconds limit, ServiceTask::OnEnd ended);

  /// Asks the background tasks to end; `done` runs once all have.
  void stop_tasks(Job done);
  [[nodiscard]] std::size_t running_tasks() const noexcept { return tasks_.size(); }
  /// What the pool still has of this generation: its code must stay while there is any.
  [[nodiscard]] std::size_t blocking_jobs() const noexcept { return blocking_jobs_->load(); }

  std::coroutine_handle<> start_call(detail::PendingCall& call, Context* parent,
                                     std::coroutine_handle<> caller) override {
    return bridge_.start(call, parent, caller, identity_);
  }
  void finish_call(detail::PendingCall& call) override { bridge_.finish(call); }
  void drop_call(detail::PendingCall& call) noexcept override { bridge_.drop(call); }
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context* parent,
                                    std::coroutine_handle<> reader) override {
    return bridge_.next_item(call, parent, reader, identity_);
  }
  bool take_item(detail::PendingCall& call) override { return bridge_.take_item(call); }

  void wait(detail::Waiting& waiting, std::int64_t after_ns) override;
  void wake(detail::Waiting& waiting) override;
  void forget(detail::Waiting& waiting) noexcept override;

  bool run_blocking(void (*work)(void*), void (*done)(void*), void* data) override;
  void post(void (*job)(void*), void* data) override;
  [[nodiscard]] void* loop_of(const Context& context) noexcept override;
  void post_to(void* loop, void (*job)(void*), void* data) override;
  void spawn(std::string_view name, Task<> task) override;

  [[nodiscard]] bool log_enabled(LogSeverity level) const noexcept override;
  void log(LogSeverity level, std::string_view text, const LogField* fields, std::size_t count) override;

  [[nodiscard]] detail::Cell& cell(std::string_view name, bool gauge) override;
  [[nodiscard]] std::string_view node_id() const noexcept override { return surroundings_.runner.node_id(); }
  [[nodiscard]] std::string_view node_version() const noexcept override { return surroundings_.node_version; }
  [[nodiscard]] std::string data_dir() override;
  [[nodiscard]] std::string_view status() const noexcept override {
    return status_name(status_.load(std::memory_order_relaxed));
  }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return number_; }
  [[nodiscard]] double uptime_seconds() const noexcept override;
  [[nodiscard]] std::string wall_time() const override;

 private:
  void resume_soon(detail::Waiting& waiting);
  void begin_task(const std::string& name, Task<> body);
  /// Where the coroutine that waits runs.
  [[nodiscard]] CallRunner& runner_of(const detail::Waiting& waiting) const noexcept {
    return CallRunner::of(waiting.context, surroundings_.runner);
  }

  ServiceSurroundings& surroundings_;
  ServiceBridge& bridge_;
  Executor& executor_;  // the home loop
  std::string service_, logger_;
  std::uint64_t number_;
  CallerPtr identity_;
  ServiceCells::Cells& cells_;
  std::atomic<ServiceStatus> status_{ServiceStatus::starting};
  Instant started_;
  std::list<std::unique_ptr<ServiceTask>> tasks_;
  std::shared_ptr<std::atomic<std::size_t>> blocking_jobs_ =
      std::make_shared<std::atomic<std::size_t>>(0);  // shared with the jobs
  Job on_tasks_ended_;
  std::atomic<bool> stopping_{false};
};

}  // namespace p2p

// FakeRuntime: the node behind a service object in a test of the call path: calls go straight to the
// CallRunner of their loop, waiting to its Executor. What needs framework (background tasks, status, files)
// it answers plainly.
//
// Threads: the test's. Lifetime: longer than the object and its calls.
#pragma once

#include <map>
#include <string>

#include <p2p/detail/runtime.hpp>

#include "base/log.hpp"
#include "registry/call_runner.hpp"

namespace p2p {

class FakeRuntime final : public detail::Runtime {
 public:
  /// The service's own identity is "service:<name>@<node>" with `role`.
  FakeRuntime(CallRunner& runner, Log& log, std::string service, Role role = Role::operator_);
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;
  ~FakeRuntime() = default;

  [[nodiscard]] const CallerPtr& identity() const noexcept { return identity_; }
  /// What waits for a timer, a wake or a stop: 0 once nothing of a service waits.
  [[nodiscard]] int waiting() const noexcept { return waiting_; }

  std::coroutine_handle<> start_call(detail::PendingCall& call, Context* parent,
                                     std::coroutine_handle<> caller) override {
    return CallRunner::of(parent, runner_).start(call, parent, caller, identity_);
  }
  void finish_call(detail::PendingCall& call) override { runner_.finish(call); }
  void drop_call(detail::PendingCall& call) noexcept override { runner_.drop(call); }
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context* parent,
                                    std::coroutine_handle<> reader) override {
    return CallRunner::of(parent, runner_).next_item(call, parent, reader, identity_);
  }
  bool take_item(detail::PendingCall& call) override { return runner_.take_item(call); }

  void wait(detail::Waiting& waiting, std::int64_t after_ns) override;
  void wake(detail::Waiting& waiting) override;
  void forget(detail::Waiting& waiting) noexcept override;
  bool run_blocking(void (*work)(void*), void (*done)(void*), void* data) override;
  void post(void (*job)(void*), void* data) override;
  [[nodiscard]] void* loop_of(const Context& context) noexcept override {
    return &CallRunner::of(&context, runner_).executor();
  }
  void post_to(void* loop, void (*job)(void*), void* data) override;
  void spawn(std::string_view name, Task<> task) override;

  [[nodiscard]] bool log_enabled(LogSeverity level) const noexcept override;
  void log(LogSeverity level, std::string_view text, const LogField* fields, std::size_t count) override;
  [[nodiscard]] detail::Cell& cell(std::string_view name, bool gauge) override;

  [[nodiscard]] std::string_view node_id() const noexcept override { return runner_.node_id(); }
  [[nodiscard]] std::string_view node_version() const noexcept override { return "1.0.0"; }
  [[nodiscard]] std::string data_dir() override { return "data/" + service_; }
  [[nodiscard]] std::string_view status() const noexcept override { return "running"; }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return 1; }
  [[nodiscard]] double uptime_seconds() const noexcept override { return 0; }
  [[nodiscard]] std::string wall_time() const override { return rfc3339(runner_.executor().clock().wall()); }

 private:
  CallRunner& runner_;
  Log& log_;
  std::string service_;
  CallerPtr identity_;
  std::map<std::string, detail::Cell, std::less<>> cells_;
  int waiting_ = 0;
};

}  // namespace p2p

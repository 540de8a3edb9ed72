// FakeRuntime: the node as one service sees it, for tests: a loop that runs when it is told to, timers by the
// real clock, blocking work done in a turn of the loop. ServiceUnderTest puts the built-in service on it.
//
// Threads: the test's; `post` and the log any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <p2p/service.hpp>

namespace system_service {

/// A coroutine that nobody awaits, with a context of its own: a call, or a background task.
class Running final : public p2p::detail::Completion {
 public:
  Running(p2p::Task<> task, std::function<void(Running&)> on_end);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void begin();
  /// As the node does when the caller goes away, the deadline passes or the service stops.
  void stop(p2p::Stop why);
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] std::exception_ptr error() const { return error_; }

 private:
  p2p::Context context_;
  p2p::Task<> task_;
  std::function<void(Running&)> on_end_;
  std::exception_ptr error_;
  bool ended_ = false;
};

class FakeRuntime final : public p2p::detail::Runtime {
 public:
  FakeRuntime() = default;
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;
  ~FakeRuntime() = default;

  /// Runs the loop until `met`; false when that takes longer than 20 s.
  [[nodiscard]] bool run_until(const std::function<bool()>& met);
  /// Cancels the background tasks and runs the loop until they have ended.
  [[nodiscard]] bool stop_tasks();
  /// What hung comes back now.
  void let_go();
  /// Runs what is posted already: a job whose caller has gone is freed by its own end.
  void drain();
  [[nodiscard]] std::vector<std::string> log_lines();
  /// After so many jobs for the pool one hangs, as it does that asks a file system behind a dead network.
  void hang_after(int jobs) { hang_after_ = jobs; }

  std::coroutine_handle<> start_call(p2p::detail::PendingCall& call, p2p::Context*,
                                     std::coroutine_handle<> caller) override;
  void finish_call(p2p::detail::PendingCall&) override {}
  void drop_call(p2p::detail::PendingCall&) noexcept override {}
  std::coroutine_handle<> next_item(p2p::detail::PendingCall& call, p2p::Context* parent,
                                    std::coroutine_handle<> reader) override {
    return start_call(call, parent, reader);
  }
  bool take_item(p2p::detail::PendingCall&) override { return false; }
  void wait(p2p::detail::Waiting& waiting, std::int64_t after_ns) override;
  void wake(p2p::detail::Waiting& waiting) override;
  void forget(p2p::detail::Waiting& waiting) noexcept override;
  bool run_blocking(void (*work)(void*), void (*done)(void*), void* data) override;
  void post(void (*job)(void*), void* data) override;
  void spawn(std::string_view name, p2p::Task<> task) override;
  bool log_enabled(p2p::LogSeverity) const noexcept override { return true; }
  void log(p2p::LogSeverity, std::string_view text, const p2p::LogField*, std::size_t) override;
  p2p::detail::Cell& cell(std::string_view name, bool) override { return cells_[std::string(name)]; }
  std::string_view node_id() const noexcept override { return "node-1"; }
  std::string_view node_version() const noexcept override { return "1.2.3"; }
  std::string data_dir() override { return {}; }
  std::string_view status() const noexcept override { return "running"; }
  std::uint64_t generation() const noexcept override { return 1; }
  double uptime_seconds() const noexcept override { return 1; }
  std::string wall_time() const override { return "2026-01-02T03:04:05.678Z"; }

 private:
  struct Timer {
    std::int64_t at_ns = 0;
    p2p::detail::Waiting* waiting = nullptr;
  };
  void put(std::function<void()> job);
  [[nodiscard]] std::function<void()> take(std::int64_t until_ns);
  [[nodiscard]] p2p::detail::Waiting* due(std::int64_t now_ns);

  std::mutex mutex_;  // of the jobs and the log
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::string> lines_;

  int hang_after_ = -1;
  std::vector<std::function<void()>> hung_;
  std::map<std::uint64_t, Timer> timers_;
  std::uint64_t last_timer_ = 0;
  std::map<std::string, p2p::detail::Cell> cells_;
  std::list<std::unique_ptr<Running>> tasks_;
};

/// The built-in service, initialized; cleaned up when it goes.
class ServiceUnderTest {
 public:
  explicit ServiceUnderTest(p2p::Value config = p2p::Value::object(), int hang_after = -1);
  ServiceUnderTest(const ServiceUnderTest&) = delete;
  ServiceUnderTest& operator=(const ServiceUnderTest&) = delete;
  ~ServiceUnderTest();

  struct PendingResult {
    p2p::Value value;
    std::unique_ptr<Running> running;
  };
  /// Begins a call; it goes on while the loop runs.
  [[nodiscard]] std::unique_ptr<PendingResult> begin(const std::string& method, p2p::Value arguments);
  /// Waits for it; throws what it threw.
  p2p::Value end(PendingResult& call);
  p2p::Value call(const std::string& method, p2p::Value arguments = p2p::Value::object());
  /// Runs to the end what the node runs before and after the calls.
  void run(p2p::Task<> task);
  void clean_up();

  [[nodiscard]] const p2p::MethodInfo& method(const std::string& name);
  [[nodiscard]] p2p::BaseService& service() { return *service_; }
  [[nodiscard]] FakeRuntime& runtime() { return runtime_; }

 private:
  FakeRuntime runtime_;
  p2p::BaseService* service_;
  bool cleaned_up_ = false;
};

}  // namespace system_service

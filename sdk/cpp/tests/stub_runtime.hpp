// StubRuntime: a node that does nothing but keep the lines of the log; enough to run methods that do not
// wait.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <p2p/service.hpp>

namespace p2p {

class StubRuntime final : public detail::Runtime {
 public:
  std::coroutine_handle<> start_call(detail::PendingCall& call, Context*,
                                     std::coroutine_handle<> caller) override {
    call.error.emplace(Errc::unavailable, "no calls here");
    return caller;
  }
  void finish_call(detail::PendingCall&) override {}
  void drop_call(detail::PendingCall&) noexcept override {}
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context*,
                                    std::coroutine_handle<> reader) override {
    call.error.emplace(Errc::unavailable, "no streams here");
    return reader;
  }
  bool take_item(detail::PendingCall&) override { return false; }
  void wait(detail::Waiting&, std::int64_t) override {}
  void wake(detail::Waiting&) override {}
  void forget(detail::Waiting&) noexcept override {}
  bool run_blocking(void (*)(void*), void (*)(void*), void*) override { return false; }
  void post(void (*)(void*), void*) override {}
  void spawn(std::string_view, Task<>) override {}
  [[nodiscard]] bool log_enabled(LogSeverity asked) const noexcept override { return asked >= level; }
  void log(LogSeverity severity, std::string_view text, const LogField* fields, std::size_t count) override {
    lines.push_back(std::to_string(static_cast<int>(severity)) + ' ' + std::string(text));
    for (std::size_t i = 0; i < count; ++i) last_fields.set(fields[i].name, fields[i].value);
  }
  [[nodiscard]] detail::Cell& cell(std::string_view name, bool) override { return cells[std::string(name)]; }
  [[nodiscard]] std::string_view node_id() const noexcept override { return "node-1"; }
  [[nodiscard]] std::string_view node_version() const noexcept override { return "1.0.0"; }
  [[nodiscard]] std::string data_dir() override { return "data"; }
  [[nodiscard]] std::string_view status() const noexcept override { return "running"; }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return 1; }
  [[nodiscard]] double uptime_seconds() const noexcept override { return 0; }
  [[nodiscard]] std::string wall_time() const override { return "2026-11-22T00:00:00.000Z"; }

  LogSeverity level = LogSeverity::trace;
  std::vector<std::string> lines;
  Value last_fields = Value::object();
  std::map<std::string, detail::Cell> cells;
};

/// Runs a Task that never waits for the outside to its end.
template <class T>
T run(Task<T> task, Context* context = nullptr) {
  Context own;
  task.handle().promise().context = context != nullptr ? context : &own;
  task.handle().resume();
  if (!task.done()) throw Error(Errc::internal, "the task waits for something");
  return task.handle().promise().take();
}

}  // namespace p2p

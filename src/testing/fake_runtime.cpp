#include "testing/fake_runtime.hpp"

#include <limits>

#include "base/json.hpp"

namespace p2p {
namespace {

constexpr std::uint64_t no_timer = std::numeric_limits<std::uint64_t>::max();

}  // namespace

FakeRuntime::FakeRuntime(CallRunner& runner, Log& log, std::string service, Role role)
    : runner_(runner), log_(log), service_(std::move(service)) {
  auto identity = std::make_shared<Caller>();
  identity->subject = "service:" + service_ + '@' + runner.node_id();
  identity->role = role;
  identity_ = std::move(identity);
}

void FakeRuntime::wait(detail::Waiting& waiting, std::int64_t after_ns) {
  ++waiting_;
  waiting.owner = this;
  waiting.context->waiting = &waiting;
  waiting.interrupt = [](detail::Waiting& stopped) {
    auto& self = *static_cast<FakeRuntime*>(stopped.owner);
    Executor& executor = CallRunner::of(stopped.context, self.runner_).executor();
    if (stopped.timer != no_timer) executor.cancel(stopped.timer);
    stopped.timer = executor.post_at(executor.clock().now(), [&self, &stopped] { self.wake(stopped); });
  };
  waiting.timer = no_timer;
  if (after_ns > std::numeric_limits<std::int64_t>::max() / 2)
    return;  // never, or in more than a hundred years
  Executor& executor = CallRunner::of(waiting.context, runner_).executor();
  waiting.timer = executor.post_at(executor.clock().now() + std::chrono::nanoseconds(after_ns),
                                   [this, &waiting] { wake(waiting); });
}

void FakeRuntime::wake(detail::Waiting& waiting) {
  forget(waiting);
  waiting.waiter.resume();
}

void FakeRuntime::forget(detail::Waiting& waiting) noexcept {
  --waiting_;
  if (waiting.timer != no_timer) CallRunner::of(waiting.context, runner_).executor().cancel(waiting.timer);
  waiting.timer = 0;
  waiting.context->waiting = nullptr;
}

bool FakeRuntime::run_blocking(void (*work)(void*), void (*done)(void*), void* data) {
  Executor& loop = runner_.executor();
  return loop.run_blocking([&loop, work, done, data] {
    work(data);
    loop.post([done, data] { done(data); });
  });
}

void FakeRuntime::post(void (*job)(void*), void* data) {
  runner_.executor().post([job, data] { job(data); });
}

void FakeRuntime::post_to(void* loop, void (*job)(void*), void* data) {
  static_cast<Executor*>(loop)->post([job, data] { job(data); });
}

void FakeRuntime::spawn(std::string_view, Task<>) {
  throw Error(Errc::unavailable, "background tasks need framework");
}

bool FakeRuntime::log_enabled(LogSeverity level) const noexcept {
  return log_.enabled(static_cast<LogLevel>(level));
}

void FakeRuntime::log(LogSeverity level, std::string_view text, const LogField* fields, std::size_t count) {
  std::string line(text);
  for (std::size_t i = 0; i < count; ++i)
    line.append(i == 0 ? "  " : " ").append(fields[i].name).append("=").append(json::dump(fields[i].value));
  log_.write(static_cast<LogLevel>(level), "Service." + service_, line);
}

detail::Cell& FakeRuntime::cell(std::string_view name, bool) { return cells_[std::string(name)]; }

}  // namespace p2p

#include "fake_runtime.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <utility>

#include "../steady.hpp"

extern const p2p::PluginEntry p2p_builtin_system;

namespace system_service {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t patience_ns = 20'000'000'000;

/// As much JSON as stands in the declarations of `system`.
p2p::Value fallback_of(const std::string& text) {
  if (text == "null") return {};
  if (text == "true" || text == "false") return text == "true";
  if (text.starts_with('"')) return text.substr(1, text.size() - 2);
  return std::stoll(text);
}

}  // namespace

Running::Running(p2p::Task<> task, std::function<void(Running&)> on_end)
    : task_(std::move(task)), on_end_(std::move(on_end)) {
  context_.deadline_ns = never;
}

void Running::begin() {
  done = [](p2p::detail::Completion* completion) noexcept {
    auto& self = *static_cast<Running*>(completion);
    self.error_ = self.task_.handle().promise().error;
    self.task_.reset();
    self.ended_ = true;
    if (self.on_end_) self.on_end_(self);
  };
  task_.handle().promise().context = &context_;
  task_.handle().promise().completion = this;
  task_.handle().resume();
}

void Running::stop(p2p::Stop why) {
  context_.stop = static_cast<std::uint8_t>(why);
  if (context_.waiting == nullptr) return;
  context_.waiting->stopped = why;
  context_.waiting->interrupt(*context_.waiting);
}

// ---------------------------------------------------------------- the loop

void FakeRuntime::put(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  posted_.notify_one();
}

std::function<void()> FakeRuntime::take(std::int64_t until_ns) {
  std::unique_lock lock(mutex_);
  const auto patience = std::chrono::nanoseconds(std::max<std::int64_t>(0, until_ns - steady_ns()));
  if (!posted_.wait_for(lock, patience, [this] { return !jobs_.empty(); })) return {};
  std::function<void()> job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

p2p::detail::Waiting* FakeRuntime::due(std::int64_t now_ns) {
  for (const auto& [id, timer] : timers_)
    if (timer.at_ns <= now_ns) return timer.waiting;
  return nullptr;
}

bool FakeRuntime::run_until(const std::function<bool()>& met) {
  const std::int64_t give_up = steady_ns() + patience_ns;
  while (!met()) {
    if (steady_ns() > give_up) return false;
    if (p2p::detail::Waiting* waiting = due(steady_ns())) {
      wake(*waiting);
      continue;
    }
    std::int64_t until = give_up;
    for (const auto& [id, timer] : timers_) until = std::min(until, timer.at_ns);
    if (const auto job = take(until)) job();
  }
  return true;
}

bool FakeRuntime::stop_tasks() {
  for (const auto& task : tasks_) task->stop(p2p::Stop::cancelled);
  return run_until(
      [this] { return std::ranges::all_of(tasks_, [](const auto& task) { return task->ended(); }); });
}

void FakeRuntime::let_go() {
  for (auto& job : std::exchange(hung_, {})) put(std::move(job));
}

void FakeRuntime::drain() {
  while (const auto job = take(steady_ns())) job();
}

std::vector<std::string> FakeRuntime::log_lines() {
  const std::lock_guard lock(mutex_);
  return lines_;
}

// ---------------------------------------------------------------- what the SDK asks of the node

std::coroutine_handle<> FakeRuntime::start_call(p2p::detail::PendingCall& call, p2p::Context*,
                                                std::coroutine_handle<> caller) {
  call.error.emplace(p2p::Errc::service_not_found, "there is no other service here");
  return caller;
}

void FakeRuntime::wait(p2p::detail::Waiting& waiting, std::int64_t after_ns) {
  waiting.owner = this;
  waiting.interrupt = [](p2p::detail::Waiting& stopped) {
    static_cast<FakeRuntime*>(stopped.owner)->timers_[stopped.timer].at_ns = 0;
  };
  waiting.context->waiting = &waiting;
  waiting.timer = ++last_timer_;
  timers_[waiting.timer] = {after_ns == never ? never : steady_ns() + after_ns, &waiting};
}

void FakeRuntime::wake(p2p::detail::Waiting& waiting) {
  forget(waiting);
  waiting.waiter.resume();
}

void FakeRuntime::forget(p2p::detail::Waiting& waiting) noexcept {
  timers_.erase(waiting.timer);
  waiting.timer = 0;
  waiting.context->waiting = nullptr;
}

bool FakeRuntime::run_blocking(void (*work)(void*), void (*done)(void*), void* data) {
  auto job = [=] {
    work(data);
    done(data);
  };
  if (hang_after_-- == 0)
    hung_.emplace_back(job);
  else
    put(job);
  return true;
}

void FakeRuntime::post(void (*job)(void*), void* data) {
  put([=] { job(data); });
}

void FakeRuntime::spawn(std::string_view, p2p::Task<> task) {
  Running& made = *tasks_.emplace_back(std::make_unique<Running>(std::move(task), nullptr));
  put([&made] { made.begin(); });
}

void FakeRuntime::log(p2p::LogSeverity, std::string_view text, const p2p::LogField*, std::size_t) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(text);
}

// ---------------------------------------------------------------- the service

ServiceUnderTest::ServiceUnderTest(p2p::Value config, int hang_after)
    : service_(p2p_builtin_system.create()) {
  runtime_.hang_after(hang_after);
  service_->config = std::move(config);
  service_->service_name = p2p_builtin_system.service_name;
  service_->attach(&runtime_);
  for (p2p::MethodInfo& method : service_->declared_methods())
    for (p2p::Parameter& parameter : method.parameters)  // the node reads them as JSON
      if (parameter.has_fallback) parameter.fallback = fallback_of(parameter.fallback_text);
  run(service_->initialize());
}

ServiceUnderTest::~ServiceUnderTest() {
  clean_up();
  p2p_builtin_system.destroy(service_);
}

void ServiceUnderTest::clean_up() {
  if (std::exchange(cleaned_up_, true)) return;
  runtime_.let_go();
  if (!runtime_.stop_tasks()) std::abort();
  run(service_->cleanup());
  runtime_.drain();
}

void ServiceUnderTest::run(p2p::Task<> task) {
  Running running(std::move(task), nullptr);
  running.begin();
  if (!runtime_.run_until([&] { return running.ended(); }))
    std::abort();  // its frame is still known to the loop
  if (running.error()) std::rethrow_exception(running.error());
}

const p2p::MethodInfo& ServiceUnderTest::method(const std::string& name) {
  for (const p2p::MethodInfo& method : service_->declared_methods())
    if (method.name == name) return method;
  throw std::out_of_range("no method " + name);
}

std::unique_ptr<ServiceUnderTest::PendingResult> ServiceUnderTest::begin(const std::string& name,
                                                                         p2p::Value arguments) {
  static constexpr auto body = [](p2p::BaseService& service, const p2p::MethodInfo& info, p2p::Value given,
                                  p2p::Value& result) -> p2p::Task<> {
    result = co_await p2p::call_method(service, info, std::move(given));
  };
  auto pending = std::make_unique<PendingResult>();
  pending->running =
      std::make_unique<Running>(body(*service_, method(name), std::move(arguments), pending->value), nullptr);
  pending->running->begin();
  return pending;
}

p2p::Value ServiceUnderTest::end(PendingResult& pending) {
  if (!runtime_.run_until([&] { return pending.running->ended(); })) std::abort();
  if (pending.running->error()) std::rethrow_exception(pending.running->error());
  return std::move(pending.value);
}

p2p::Value ServiceUnderTest::call(const std::string& name, p2p::Value arguments) {
  const auto pending = begin(name, std::move(arguments));
  return end(*pending);
}

}  // namespace system_service

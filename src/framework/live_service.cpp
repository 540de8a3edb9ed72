#include "framework/live_service.hpp"

#include <fmt/format.h>

#include "framework/declared_methods.hpp"

namespace p2p {
namespace {

constexpr std::chrono::milliseconds look_again{5};  // while an old generation drains; nobody waits for it

FailureReason start_failure(std::string message) { return {"initialize", std::move(message), {}, 0, 0, {}}; }

}  // namespace

LiveService::LiveService(ServiceSurroundings& surroundings, std::unique_ptr<ServiceInstance> instance,
                         std::uint64_t number, ServiceSettings settings, Quiesce quiesce, ServiceTimes times)
    : surroundings_(surroundings),
      executor_(surroundings.runner.executor()),
      instance_(std::move(instance)),
      name_(instance_->name()),
      number_(number),
      times_(times),
      quiesce_(std::move(quiesce)),
      runtime_(surroundings, name_, number, settings.role),
      settings_(std::move(settings)) {
  times_.start = settings_.start;
  times_.stop = settings_.stop;
}

LiveService::~LiveService() {
  if (limit_ != 0) executor_.cancel(limit_);
}

std::optional<FailureReason> LiveService::prepare() {
  BaseService& object = instance_->object();
  object.service_name = name_;
  object.attach(&runtime_);
  object.config = settings_.config;
  declared_domain_ = object.info.domain;
  if (!settings_.domain.empty()) object.info.domain = settings_.domain;
  info_ = object.info;
  if (auto failure = read_defaults(object.declared_methods())) return failure;
  if (auto failure = check(settings_.methods)) return failure;
  for (const MethodInfo& method : object.declared_methods())
    declared_public_.push_back(method.options.is_public);
  std::vector<std::string> rejected;
  generation_ = make_generation(settings_.methods, &rejected);
  for (const std::string& method : rejected)
    surroundings_.log.warn("Registry", "{}: {} is no name for a method, it is not registered", name_, method);
  return std::nullopt;
}

void LiveService::initialize(std::function<void(std::optional<FailureReason>)> done) {
  on_initialized_ = std::move(done);
  task_ = std::make_unique<ServiceTask>(surroundings_.runner, runtime_.identity(), "initialize");
  starting_ = true;
  limit(times_.start, [this] {
    end_start(Stop::timeout,
              "initialize() did not return within " + fmt::format("{:.4g} s", seconds(times_.start)));
  });
  BaseService& object = instance_->object();
  task_->start(detail::run_body([&object] { return object.initialize(); }), [this](std::exception_ptr error) {
    starting_ = false;
    if (leaked_) return;
    within_limit();
    std::optional<FailureReason> failure;
    if (!start_ended_.empty())
      failure = start_failure(start_ended_);
    else if (error)
      failure = start_failure("initialize() failed: " + what_of(error));
    executor_.post([this, failure = std::move(failure)]() mutable { initialized(std::move(failure)); });
  });
}

void LiveService::cancel_start() {
  if (starting_) end_start(Stop::cancelled, "initialize() was cancelled");
}

void LiveService::end_start(Stop why, std::string message) {
  if (!start_ended_.empty()) return;
  start_ended_ = std::move(message);
  task_->stop(why);
  limit(times_.leave, [this] {
    leak("initialize() neither returned nor ended when it was cancelled");
    initialized(start_failure(start_ended_));
  });
}

void LiveService::initialized(std::optional<FailureReason> failure) {
  if (!failure) runtime_.set_status(ServiceStatus::running);
  auto done = std::move(on_initialized_);
  done(std::move(failure));
}

void LiveService::retire(bool cleanup, std::function<void(End)> gone) {
  cleanup_ = cleanup;
  on_gone_ = std::move(gone);
  if (leaked_) return on_gone_(End::leaked);
  runtime_.set_status(ServiceStatus::stopping);
  const Instant now = executor_.clock().now();
  // After a turn of every loop no lookup that saw this generation can still be on its way to a pin.
  quiesce_([this, now] { drain(now + times_.drain, now + times_.drain + times_.leave); });
}

void LiveService::halt(std::function<void(End)> resting) {
  keep_ = true;
  retire(true, std::move(resting));
}

std::int64_t LiveService::pins() const {
  std::int64_t sum = generation_ == nullptr ? 0 : generation_->pins().sum();
  for (const GenerationPtr& earlier : earlier_) sum += earlier->pins().sum();
  return sum;
}

void LiveService::drain(Instant cancel_at, Instant leave_at) {
  if (pins() == 0) return end_tasks();
  const Instant now = executor_.clock().now();
  if (now >= leave_at) {
    runtime_.stop_tasks([] {});
    return leak(std::to_string(pins()) + " calls did not end when they were cancelled");
  }
  if (now >= cancel_at) {
    cancel_calls_of(generation_);
    for (const GenerationPtr& earlier : earlier_) cancel_calls_of(earlier);
  }
  executor_.post_at(now + look_again, [this, cancel_at, leave_at] { drain(cancel_at, leave_at); });
}

void LiveService::cancel_calls_of(const GenerationPtr& generation) {
  surroundings_.runner.cancel_calls_of(*generation);
  for (CallRunner* side : surroundings_.sides)
    side->executor().post([side, generation] { side->cancel_calls_of(*generation); });
}

void LiveService::end_tasks() {
  limit(times_.stop, [this] { leak("a background task did not end when it was cancelled"); });
  runtime_.stop_tasks([this] {
    if (leaked_) return;
    within_limit();
    clean();
  });
}

void LiveService::clean() {
  if (!cleanup_) return unload(executor_.clock().now() + times_.leave);
  limit(times_.stop, [this] {
    task_->stop(Stop::timeout);
    limit(times_.leave, [this] { leak("cleanup() neither returned nor ended when it was cancelled"); });
  });
  task_ = std::make_unique<ServiceTask>(surroundings_.runner, runtime_.identity(), "cleanup");
  BaseService& object = instance_->object();
  task_->start(detail::run_body([&object] { return object.cleanup(); }), [this](std::exception_ptr error) {
    if (leaked_) return;
    within_limit();
    if (error) surroundings_.log.error("Service." + name_, "cleanup() failed: {}", what_of(error));
    executor_.post([this] { unload(executor_.clock().now() + times_.leave); });
  });
}

void LiveService::unload(Instant leave_at) {
  const Instant now = executor_.clock().now();
  if (runtime_.blocking_jobs() == 0) return quiesce_([this] { unloaded(); });
  if (now >= leave_at) return leak("its blocking work did not end");
  executor_.post_at(now + look_again, [this, leave_at] { unload(leave_at); });
}

void LiveService::unloaded() {
  task_.reset();
  auto gone = std::move(on_gone_);
  if (std::exchange(keep_, false)) return gone(End::resting);
  const bool unmapped = instance_->unload();
  if (!unmapped)
    surroundings_.log.warn("Hosting",
                           "{}: generation {} is unloaded but its library stays mapped (a thread_local with "
                           "a destructor, or unique symbols of g++)",
                           name_, number_);
  gone(unmapped ? End::unloaded : End::mapped);
}

/// From here nothing of this generation is touched again: its code may be running.
void LiveService::leak(const std::string& why) {
  leaked_ = true;
  limit_ = 0;
  surroundings_.log.warn("Hosting", "{}: generation {} stays in memory: {}", name_, number_, why);
  if (on_gone_) {
    auto gone = std::move(on_gone_);
    gone(End::leaked);
  }
}

void LiveService::limit(std::chrono::milliseconds time, std::function<void()> over) {
  within_limit();
  limit_ = executor_.post_at(executor_.clock().now() + time, [this, over = std::move(over)] {
    limit_ = 0;
    over();
  });
}

void LiveService::within_limit() {
  if (limit_ != 0) executor_.cancel(std::exchange(limit_, 0));
}

}  // namespace p2p

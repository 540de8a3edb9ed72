// ServiceTask: one coroutine of a service that no caller waits for: initialize(), cleanup(), a background
// task. It runs under the service's own identity and can be asked to stop.
//
// Lifetime: must have ended, or never started, when it is destroyed. Threads: the home loop's.
#pragma once

#include <exception>
#include <functional>
#include <string>

#include <p2p/context.hpp>
#include <p2p/task.hpp>

#include "registry/call_runner.hpp"

namespace p2p {

/// Text of what a service threw.
[[nodiscard]] std::string what_of(const std::exception_ptr& error);

class ServiceTask final : private detail::Completion {
 public:
  using OnEnd = std::move_only_function<void(std::exception_ptr)>;

  ServiceTask(CallRunner& runner, CallerPtr identity, std::string name);
  ServiceTask(const ServiceTask&) = delete;
  ServiceTask& operator=(const ServiceTask&) = delete;
  ~ServiceTask();

  /// Runs `task` until it first waits. `on_end` may run inside, and may destroy this object.
  void start(Task<> task, OnEnd on_end);
  void stop(Stop why) { runner_.stop(context_, why); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static void ended(detail::Completion* completion) noexcept;

  CallRunner& runner_;
  CallerPtr identity_;
  std::string name_;
  Context context_;
  Task<> task_;
  OnEnd on_end_;
};

}  // namespace p2p

// LiveService: the life of one generation of a service, from a loaded object to unloaded code.
//
//   prepare    its methods become a Generation; their defaults are read and checked
//   initialize the object's own start, within a time limit; calls do not come yet
//   retire     no new calls come (the registry has another): drain, end its tasks, cleanup(), wait until no
//   stack can
//              hold its code, unload
//
// What does not end in its time is kept mapped for good, since unmapping code in use is a crash.
//
// Threads: the main loop's. Lifetime: until `gone`, or for ever if it leaked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/failure_reason.hpp"
#include "framework/service_instance.hpp"
#include "framework/service_runtime.hpp"
#include "framework/service_settings.hpp"

namespace p2p {

/// How long the steps of a service's life may take.
struct ServiceTimes {
  std::chrono::milliseconds start{30'000};  ///< initialize(); beyond it the start has failed
  std::chrono::milliseconds stop{10'000};   ///< cleanup(), and tasks that were asked to end
  std::chrono::milliseconds drain{30'000};  ///< calls on an old generation; then they are cancelled
  std::chrono::milliseconds leave{10'000};  ///< and after that: then its code stays mapped
};

class LiveService {
 public:
  enum class End {
    unloaded,
    mapped,  ///< unloaded, but the loader keeps its library
    leaked,  ///< may still run: neither it nor this object may be destroyed
    resting  ///< nothing of it runs; the object and its code are still there, as was asked for
  };
  /// Runs `job` once every loop has been at its top. Threads of the pool need none: a generation's own work
  /// there is counted, and is over when its end has come back to the loop.
  using Quiesce = std::function<void(Job job)>;

  LiveService(ServiceSurroundings& surroundings, std::unique_ptr<ServiceInstance> instance,
              std::uint64_t number, ServiceSettings settings, Quiesce quiesce, ServiceTimes times = {});
  LiveService(const LiveService&) = delete;
  LiveService& operator=(const LiveService&) = delete;
  ~LiveService();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] ServiceInstance& instance() { return *instance_; }
  [[nodiscard]] ServiceRuntime& runtime() { return runtime_; }
  [[nodiscard]] const GenerationPtr& generation() const { return generation_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const ServiceInfo& info() const { return info_; }
  [[nodiscard]] const ServiceSettings& settings() const { return settings_; }

  /// `config` is there before the methods are read.
  [[nodiscard]] std::optional<FailureReason> prepare();
  /// `done` gets what went wrong, or nothing.
  void initialize(std::function<void(std::optional<FailureReason>)> done);
  /// Asks initialize() to end, if it runs: `done` then gets a failure.
  void cancel_start();
  /// `cleanup` is false for an object whose initialize() failed. `gone` may destroy this object if it was
  /// unloaded.
  void retire(bool cleanup, std::function<void(End)> gone);
  /// The same with cleanup(), up to where the code would be unloaded: then it rests, until it is retired for
  /// good or `release`d.
  void halt(std::function<void(End)> resting);
  /// Of one that rests; this object is of no use then.
  [[nodiscard]] std::unique_ptr<ServiceInstance> release() { return std::move(instance_); }

  /// Puts other settings in force while it runs: config_changed() is asked first, when `config` differs, and
  /// the rest follows if it does not fail. `done` gets what went wrong; then nothing has changed. One at a
  /// time. `enabled`, `entry`, `build` and `role` are not looked at.
  ///
  /// `config` may be read by methods on other loops: before it is touched they have ended there, and until
  /// config_changed() has ended, their calls come to the home loop.
  void apply(ServiceSettings settings, std::function<void(std::optional<FailureReason>)> done);

 private:
  [[nodiscard]] std::optional<FailureReason> check(const MethodOverrides& words) const;
  [[nodiscard]] GenerationPtr make_generation(const MethodOverrides& words,
                                              std::vector<std::string>* rejected);
  void take_up(ServiceSettings settings);
  void put_config(Value config);
  Task<> change_config(Value config);
  void gather(bool at_home);
  [[nodiscard]] bool may_run_beside() const;
  [[nodiscard]] bool runs_beside() const;
  [[nodiscard]] std::int64_t pins() const;
  void end_start(Stop why, std::string message);
  void initialized(std::optional<FailureReason> failure);
  void drain(Instant cancel_at, Instant leave_at);
  void cancel_calls_of(const GenerationPtr& generation);
  void end_tasks();
  void clean();
  void unload(Instant leave_at);
  void unloaded();
  void leak(const std::string& why);
  void limit(std::chrono::milliseconds time, std::function<void()> over);
  void within_limit();

  ServiceSurroundings& surroundings_;
  Executor& executor_;
  std::unique_ptr<ServiceInstance> instance_;
  std::string name_;
  std::uint64_t number_;
  ServiceTimes times_;
  Quiesce quiesce_;
  ServiceRuntime runtime_;
  ServiceSettings settings_;
  GenerationPtr generation_;
  std::vector<GenerationPtr> earlier_;  // of the same object, before its methods were overridden otherwise
  std::vector<Value> configs_;          // former ones: a coroutine may still look into them
  bool config_put_ = false;             // by the change under way
  std::vector<bool> declared_public_;   // what the code says, by the place of the method
  std::string declared_domain_;
  ServiceInfo info_;
  std::unique_ptr<ServiceTask> task_;
  std::function<void(std::optional<FailureReason>)> on_initialized_;
  std::function<void(End)> on_gone_;
  Executor::TimerId limit_ = 0;
  std::string start_ended_;  // why initialize() was asked to end
  bool starting_ = false, cleanup_ = true, keep_ = false, leaked_ = false;
};

}  // namespace p2p

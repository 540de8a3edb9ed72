// FakeService: an object made into a running service without hosting and framework: its defaults are read,
// its methods become a Generation, and the registry has them.
//
//   FakeService<Run> service(registry, runner, log, "hello");
//
// Lifetime: longer than its calls; `withdraw` before it goes if the registry is used on.
#pragma once

#include <string>
#include <utility>

#include <p2p/service.hpp>

#include "registry/method_registry.hpp"
#include "testing/fake_runtime.hpp"

namespace p2p {

/// Attaches `object` to `runtime` and reads its defaults. Throws Error when one is wrong.
void prepare(BaseService& object, detail::Runtime& runtime, const std::string& name);

template <class Service>
class FakeService {
 public:
  template <class... A>
  FakeService(MethodRegistry& registry, CallRunner& runner, Log& log, const std::string& name,
              A&&... arguments)
      : registry_(registry), runtime_(runner, log, name), object_(std::forward<A>(arguments)...) {
    prepare(object_, runtime_, name);
    generation_ = std::make_shared<Generation>(name, 1, &object_, object_.declared_methods(), runner.stats());
    publish(ServiceStatus::running);
  }

  /// Makes the service what `status` says; calls go to it when it is `running`.
  void publish(ServiceStatus status, std::string reason = {}) {
    ServiceEntry entry;
    entry.name = generation_->service();
    entry.status = status;
    entry.reason = std::move(reason);
    if (status == ServiceStatus::running) entry.generation = generation_;
    registry_.publish(std::move(entry));
  }
  void withdraw() { registry_.withdraw(generation_->service()); }

  [[nodiscard]] Service& object() noexcept { return object_; }
  [[nodiscard]] FakeRuntime& runtime() noexcept { return runtime_; }
  [[nodiscard]] Generation& generation() noexcept { return *generation_; }
  [[nodiscard]] const MethodEntry& method(std::string_view name) const { return *generation_->find(name); }

 private:
  MethodRegistry& registry_;
  FakeRuntime runtime_;
  Service object_;
  GenerationPtr generation_;
};

}  // namespace p2p

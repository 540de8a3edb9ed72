// For the tests of this folder: services that do what a test has planned, brought in as hosting would.
#pragma once

#include <algorithm>
#include <coroutine>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "framework/service_registry.hpp"
#include "testing/fake_node.hpp"

namespace p2p {

/// Waits until somebody opens it, whatever is asked of it.
struct Gate {
  std::coroutine_handle<> waiter;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiter = handle; }
  void await_resume() const noexcept {}
  void open() { std::exchange(waiter, {}).resume(); }
};

using Events = std::vector<std::string>;

/// Its name is what `offer` says; `tag` tells its versions apart.
class Planned : public BaseService {
 public:
  using Step = std::function<Task<>(Planned&)>;
  struct Plan {
    std::vector<std::string> needs;
    Step initialize, cleanup;
    std::function<Value()> hand_over = {};
    std::function<void(Value)> take_over = {};
    Step config_changed = {};
  };

  Planned(std::string tag_in, Plan plan, Events& events_in)
      : tag(std::move(tag_in)), events(events_in), plan_(std::move(plan)) {
    info.dependencies = plan_.needs;
    info.description = "planned " + tag;
  }
  ~Planned() override { events.push_back("destroy " + tag); }

  Task<> initialize() override {
    events.push_back("start " + tag);
    return plan_.initialize ? plan_.initialize(*this) : Task<>();
  }
  Task<> cleanup() override {
    events.push_back("cleanup " + tag);
    return plan_.cleanup ? plan_.cleanup(*this) : Task<>();
  }

  Value hand_over() override { return plan_.hand_over ? plan_.hand_over() : Value(); }
  void take_over(Value state) override {
    events.push_back("take over " + tag);
    if (plan_.take_over) plan_.take_over(std::move(state));
  }
  Task<> config_changed() override {
    events.push_back("config " + tag);
    return plan_.config_changed ? plan_.config_changed(*this) : Task<>();
  }
  [[nodiscard]] const Plan& plan() const { return plan_; }

  SERVICE_METHOD(version, (), public = true, role = "viewer");
  std::string version() { return tag; }
  SERVICE_METHOD(slow, (), public = true, role = "viewer", timeout = 600);
  Task<std::string> slow() {
    if (look) look();
    co_await sleep(1_s);
    if (look) look();
    co_return tag;
  }
  SERVICE_METHOD(again, (), public = true, role = "viewer");
  Task<std::string> again() {
    co_await sleep(1_s);
    co_return (co_await proxy[service_name]["version"]()).as_string();
  }
  SERVICE_METHOD(nap, (), public = true, role = "viewer", timeout = 600);
  Task<> nap() { co_await sleep(10_min); }
  SERVICE_METHOD(stuck, (), role = "viewer", public = true, timeout = 600);
  Task<> stuck() { co_await gate; }
  SERVICE_METHOD(internal, ());
  void internal() {}

  std::string tag;
  Events& events;
  Gate gate;
  std::function<void()> look;  ///< called while slow() runs

 private:
  Plan plan_;
};

class PlannedInstance final : public ServiceInstance {
 public:
  PlannedInstance(std::string name, std::unique_ptr<Planned> object, std::string isolation, bool stays_mapped)
      : name_(std::move(name)),
        object_(std::move(object)),
        isolation_(std::move(isolation)),
        stays_mapped_(stays_mapped) {}
  ~PlannedInstance() override {
    if (object_ != nullptr) object_->events.push_back("lost " + object_->tag);
  }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string_view language() const override { return "cpp"; }
  [[nodiscard]] std::string_view isolation() const override { return isolation_; }
  [[nodiscard]] const std::string& content_hash() const override { return object_->tag; }
  [[nodiscard]] BaseService& object() override { return *object_; }
  std::string renew() override {
    if (object_->tag.ends_with("!")) return "planned";
    const std::string tag = object_->tag;
    Events& events = object_->events;
    Planned::Plan plan = object_->plan();
    object_.reset();
    object_ = std::make_unique<Planned>(tag, std::move(plan), events);
    return {};
  }
  bool unload() override {
    object_.reset();
    return !stays_mapped_;
  }

 private:
  std::string name_;
  std::unique_ptr<Planned> object_;
  std::string isolation_;
  bool stays_mapped_;
};

/// The services of a node, on a loop turned by hand.
struct PlannedNode : FakeNode {
  explicit PlannedNode(unsigned loops = 1)
      : FakeNode(1024, 256, loops),
        bridge(runner, log, Self{"node-1", "coordinator"}),
        surroundings{runner,  bridge,
                     log,     cells,
                     "1.0.0", [](const std::string& name) { return Result<std::string>("data/" + name); }},
        services(registry, surroundings, ServiceTimes{}, [this](Job job) { quiesce(std::move(job)); },
                 {[this](const std::string& folder) { again.push_back(folder); },
                  [this](const std::string& service, const std::string& hash, bool taken) {
                    loaded.push_back(service + ' ' + (taken ? hash : "refused"));
                  },
                  {}}) {}

  /// Once each loop has been at its top.
  void quiesce(Job job) {
    if (beside == nullptr) return executor.post(std::move(job));
    beside->post(
        [this, held = std::make_shared<Job>(std::move(job))] { executor.post([held] { (*held)(); }); });
  }

  /// A version `tag` of the service `name` is loaded from `folder`, and everything runs that can.
  Planned& offer(const std::string& folder, const std::string& name, const std::string& tag,
                 Planned::Plan plan = {}, const std::string& isolation = "in_process",
                 bool stays_mapped = false, ServiceSettings settings = {}) {
    auto object = std::make_unique<Planned>(tag, std::move(plan), events);
    Planned& made = *object;
    services.offer(folder,
                   std::make_unique<PlannedInstance>(name, std::move(object), isolation, stays_mapped),
                   std::move(settings));
    executor.run_ready();
    return made;
  }
  Planned& offer(const std::string& name, const std::string& tag, Planned::Plan plan = {}) {
    return offer(name, name, tag, std::move(plan));
  }
  Planned& offer(const std::string& name, const std::string& tag, ServiceSettings settings,
                 Planned::Plan plan = {}) {
    return offer(name, name, tag, std::move(plan), "in_process", false, std::move(settings));
  }
  /// The answer of a viewer's call that needs no time.
  std::string ask(std::string_view path) {
    FakeCall call;
    rpc.call(request(path), call);
    executor.run_ready();
    if (call.answers == 0) rpc.cancel(call);
    return call.answer;
  }
  [[nodiscard]] std::string status(std::string_view service) const {
    const Value all = services.describe(service);
    return all.is_null() ? "none" : all["status"].as_string();
  }
  [[nodiscard]] std::string reason(std::string_view service) const {
    return services.describe(service)["reason"]["message"].get<std::string>();
  }
  [[nodiscard]] std::string update(std::string_view service) const {
    return services.describe(service)["update"]["reason"]["message"].get<std::string>();
  }
  [[nodiscard]] auto count(const std::string& event) const { return std::ranges::count(events, event); }

  Events events, loaded, again;
  Executor* beside = nullptr;  // another loop
  ServiceBridge bridge;
  ServiceCells cells;
  ServiceSurroundings surroundings;
  ServiceRegistry services;
};

}  // namespace p2p

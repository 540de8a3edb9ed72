// The node around the benchmark of local calls: the real registry, runner, bridge and runtime, a loop that
// never turns (a call between services needs none), and services with as many methods as asked for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <p2p/service.hpp>

#include "framework/service_runtime.hpp"

namespace p2p::bench {

class StillLoop final : public Executor {
 public:
  void post(Job) override {}
  TimerId post_at(Instant, Job) override { return 1; }
  void cancel(TimerId) override {}
  bool run_blocking_for(BlockingFor, Job) override { return false; }
  [[nodiscard]] bool on_loop() const override { return true; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }

 private:
  SystemClock clock_;
};

class LocalCallNode {
 public:
  static constexpr std::size_t methods_of_one = 10;

  /// `methods` are spread over services of ten: "system0/get_system_m0" to "system<n>/get_system_m9".
  explicit LocalCallNode(std::size_t methods);
  ~LocalCallNode();

  /// One more service.
  void host(const std::string& name, std::unique_ptr<BaseService> object);
  /// Runs `body(service)`, a Task<>, as a call of a user to its end.
  void run(std::move_only_function<Task<>(BaseService&)> body);
  [[nodiscard]] CallRunner& runner() noexcept { return runner_; }
  [[nodiscard]] std::size_t services() const noexcept { return services_; }

 private:
  struct Hosted;

  StillLoop loop_;
  Log log_{LogLevel::info};
  CallTable table_;
  CallStats& stats_ = table_.loop(0);
  MethodRegistry registry_;
  CallRunner runner_{registry_, loop_, stats_, nullptr, "bench"};
  ServiceBridge bridge_{runner_, log_, Self{"bench", "coordinator"}};
  ServiceCells cells_;
  ServiceSurroundings surroundings_{runner_, bridge_, log_, cells_, "1.0.0", {}};
  std::vector<std::unique_ptr<Hosted>> hosted_;
  std::size_t services_;
};

}  // namespace p2p::bench

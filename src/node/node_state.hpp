// NodeState: this node as it shows itself to the outside: health, readiness, the cluster (which is this node
// alone in this version), its services, its metrics.
//
// Threads: the main loop's; `health`, `live_checks` and `denied` any.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "framework/service_registry.hpp"
#include "net/http_server.hpp"
#include "node/config.hpp"
#include "node/coordinator_probe.hpp"
#include "node/loop_pulse.hpp"
#include "node/node_audit.hpp"
#include "node/node_counters.hpp"
#include "service_layer/node_view.hpp"
#include "service_layer/p2p_service_layer.hpp"

namespace p2p {

enum class NodePhase { starting, ready, draining };

/// What NodeState looks at. All of it outlives it.
struct NodeFacts {
  std::string node_id, role, cluster_id, version;
  Endpoint listen;
  WallTime started_wall{};
  Instant started{};
};

class NodeState final : public NodeView {
 public:
  NodeState(NodeFacts facts, Executor& loop, ServiceRegistry& services, MethodRegistry& methods,
            CallTable& calls, ServiceCells& cells, NodeAudit& audit, const Log& log,
            const NodeCounters& counters, const Config& config)
      : facts_(std::move(facts)),
        loop_(loop),
        clock_(loop.clock()),
        services_(services),
        methods_(methods),
        calls_(calls),
        cells_(cells),
        audit_(audit),
        log_(log),
        counters_(counters),
        config_(config) {}

  /// One for each loop, the main one first. Before the loops run.
  void add_loop(const HttpServer& server, const P2PServiceLayer& door, const LoopPulse& pulse) {
    loops_.push_back({&server, &door, &pulse});
  }
  void set_draining() {
    draining_ = true;
    (void)phase();
  }
  using ServiceActs =
      std::function<void(std::string_view, ServiceAct, std::move_only_function<void(Result<Value>)>)>;
  void set_service_acts(ServiceActs acts) { acts_ = std::move(acts); }
  void set_scanned(std::function<bool()> scanned) { scanned_ = std::move(scanned); }
  void set_probe(const CoordinatorProbe& probe) { probe_ = &probe; }

  [[nodiscard]] NodePhase phase() const;
  [[nodiscard]] const NodeFacts& facts() const noexcept { return facts_; }

  [[nodiscard]] Value health() const override;
  [[nodiscard]] Value cluster_status() const override;
  [[nodiscard]] Value cluster_nodes() const override;
  [[nodiscard]] Value self() const override;
  [[nodiscard]] Value node_detail(std::string_view node_id) const override;
  [[nodiscard]] Value local_services() const override;
  [[nodiscard]] Value local_service(std::string_view name) const override;
  [[nodiscard]] Value config() const override;
  [[nodiscard]] std::vector<ReadyCheck> ready_checks() const override;
  [[nodiscard]] std::vector<ReadyCheck> live_checks() const override;
  [[nodiscard]] std::string metrics(MetricsFormat format) const override;
  void act_on_service(std::string_view name, ServiceAct act,
                      std::move_only_function<void(Result<Value>)> done) override {
    acts_(name, act, [this, name = std::string(name), done = std::move(done)](Result<Value> result) mutable {
      if (Value named = result ? local_service(name) : Value(); !named.is_null()) result = std::move(named);
      done(std::move(result));
    });
  }
  void read_audit(const AuditAsked& asked, std::move_only_function<void(Result<AuditRows>)> done) override {
    audit_.read(asked, std::move(done));
  }
  [[nodiscard]] bool can_record() const override { return audit_.writable(); }
  void denied(const DoorEvent& event) override { audit_.denied(event); }
  void record(const DoorEvent& event, std::function<void(bool)> done) override {
    audit_.record(event, std::move(done));
  }

 private:
  struct LoopParts {
    const HttpServer* server;
    const P2PServiceLayer* door;
    const LoopPulse* pulse;
  };

  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] std::chrono::nanoseconds longest_silence() const;
  [[nodiscard]] std::string timestamp() const { return rfc3339(clock_.wall()); }
  [[nodiscard]] double uptime() const { return seconds(clock_.now() - facts_.started); }

  NodeFacts facts_;
  Executor& loop_;
  const Clock& clock_;
  ServiceRegistry& services_;
  MethodRegistry& methods_;
  CallTable& calls_;
  ServiceCells& cells_;
  NodeAudit& audit_;
  std::vector<LoopParts> loops_;
  const Log& log_;
  const NodeCounters& counters_;
  const Config& config_;  // as it is now: some of it changes while the node runs
  std::function<bool()> scanned_;
  ServiceActs acts_;
  const CoordinatorProbe* probe_ = nullptr;
  bool draining_ = false;
  mutable std::atomic<NodePhase> phase_seen_{NodePhase::starting};  // for the other loops, as is
  mutable std::atomic<bool> sampler_late_{false};
};

}  // namespace p2p

// NodeState: this node as it shows itself to the outside: health, readiness, the cluster (which is this node
// alone in this version), its services, its metrics.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <string>

#include "framework/service_registry.hpp"
#include "net/http_server.hpp"
#include "node/config.hpp"
#include "node/coordinator_probe.hpp"
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
  NodeState(NodeFacts facts, const Clock& clock, ServiceRegistry& services, MethodRegistry& methods,
            CallStats& stats, ServiceCells& cells, NodeAudit& audit, const HttpServer& server, const Log& log,
            const NodeCounters& counters, const Config& config)
      : facts_(std::move(facts)),
        clock_(clock),
        services_(services),
        methods_(methods),
        stats_(stats),
        cells_(cells),
        audit_(audit),
        server_(server),
        log_(log),
        counters_(counters),
        config_(config) {}

  void set_draining() { draining_ = true; }
  using ServiceActs =
      std::function<void(std::string_view, ServiceAct, std::move_only_function<void(Result<Value>)>)>;
  void set_service_acts(ServiceActs acts) { acts_ = std::move(acts); }
  void set_scanned(std::function<bool()> scanned) { scanned_ = std::move(scanned); }
  void set_probe(const CoordinatorProbe& probe) { probe_ = &probe; }
  void set_routes(const RouteTable& routes) { routes_ = &routes; }
  void set_door(const P2PServiceLayer& door) { door_ = &door; }

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
  [[nodiscard]] std::string timestamp() const { return rfc3339(clock_.wall()); }
  [[nodiscard]] double uptime() const { return seconds(clock_.now() - facts_.started); }

  NodeFacts facts_;
  const Clock& clock_;
  ServiceRegistry& services_;
  MethodRegistry& methods_;
  CallStats& stats_;
  ServiceCells& cells_;
  NodeAudit& audit_;
  const HttpServer& server_;
  const Log& log_;
  const NodeCounters& counters_;
  const Config& config_;  // as it is now: some of it changes while the node runs
  std::function<bool()> scanned_;
  ServiceActs acts_;
  const CoordinatorProbe* probe_ = nullptr;
  const RouteTable* routes_ = nullptr;
  const P2PServiceLayer* door_ = nullptr;
  bool draining_ = false;
};

}  // namespace p2p

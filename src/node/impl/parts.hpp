// P2PAdminSystem's parts, and what it does with them; only its own sources include this.
//
//   parts.cpp       makes them, one after another
//   parts_live.cpp  what goes on while the node runs: settings that change, loops that turn
//   parts_stop.cpp  their end
//
// Threads: the main loop's, and before it runs the one that starts it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "bridge/service_bridge.hpp"
#include "framework/service_registry.hpp"
#include "hosting/service_actions.hpp"
#include "hosting/services_folder.hpp"
#include "net/blocking_pool.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"
#include "node/coordinator_probe.hpp"
#include "node/late_handler.hpp"
#include "node/live_config.hpp"
#include "node/loop_pulse.hpp"
#include "node/node_audit.hpp"
#include "node/node_counters.hpp"
#include "node/node_state.hpp"
#include "node/p2p_admin_system.hpp"
#include "node/side_loop.hpp"
#include "registry/rpc_methods.hpp"
#include "service_layer/p2p_service_layer.hpp"
#include "state/audit_log.hpp"
#include "state/cluster_keys.hpp"
#include "state/state_dir.hpp"

namespace p2p {

/// Of the server of one loop: what all of them may hold is divided.
[[nodiscard]] HttpLimits limits_of_loop(const Config& config);
/// The keys of tokens: of the configured secret, or of the state directory.
[[nodiscard]] Result<KeyRing> make_keys(const Config& config, const ClusterKeys& cluster);

/// The parts in the order in which they are made; they go in the reverse one.
struct P2PAdminSystem::Parts {
  Parts(Config config, ReadConfig read)
      : log(config.log_level, config.log_format, {}, &clock, config.log_ring),
        loop(clock, &pool),
        live(std::move(config), std::move(read), loop, log),
        pulse(loop),
        calls(static_cast<unsigned>(live.now().threads)),
        server(loop, late, log, limits_of_loop(live.now()), P2PServiceLayer::constant_headers()) {}

  SystemClock clock;
  SystemRandom random;
  Log log;
  Loop loop;
  LiveConfig live;
  LoopPulse pulse;
  CallTable calls;
  LateHandler late;
  HttpServer server;
  Endpoint listen;
  std::optional<StateDir> state;
  NoRevocations revocations;
  std::optional<Authenticator> authenticator;
  std::optional<NodeAudit> audit;
  std::unique_ptr<AuditLog> audit_log;
  MethodRegistry methods;
  ServiceCells cells;
  NodeCounters counters;
  NodeTags tags;
  std::optional<CallRunner> runner;
  std::optional<ServiceBridge> bridge;
  std::optional<RPCMethods> rpc;
  std::vector<std::unique_ptr<SideLoop>> sides;  // go after the services, which may run on them
  std::vector<Executor*> side_loops;             // of them
  std::optional<ServiceSurroundings> surroundings;
  std::optional<ServiceRegistry> services;
  std::optional<ServicesFolder> folder;
  std::optional<ServiceActions> actions;
  std::optional<CoordinatorProbe> probe;
  std::optional<NodeState> node;
  std::optional<P2PServiceLayer> layer;
  std::optional<Signals> signals;
  BlockingPool pool;  // ends before the loops that its jobs post to
  bool stopping = false;
  std::size_t open_servers = 0;  // that still have connections, at the end
  int exit_code = 0;
  Executor::TimerId grace = 0;

  void make_call_path(const Config& config, const std::string& node_id);
  void make_services(const Config& config);
  void offer_builtin();
  void make_door(const Config& config, const std::string& node_id, const std::string& cluster_id);
  [[nodiscard]] DoorSettings door_settings(const Config& config) const;
  [[nodiscard]] Result<void> make_sides(const Config& config, const ClusterKeys& cluster);
  void start_loops();
  void show_phase();
  void on_each_runner(void (*job)(CallRunner&));
  void on_each_server(void (*job)(HttpServer&));
  void server_is_empty();
  void watch_sides();
  void apply(const Config& config);
  void changed(const std::vector<ConfigChange>& changes);
  void reopen_log();
  void reload();
  void greet(const Config& config);
  void tell_ready(int fd) const;
  void tick();
  void stop();
  void give_up_joining();
  void stop_services();
};

}  // namespace p2p

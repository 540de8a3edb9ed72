#include "node/p2p_admin_system.hpp"

#include <optional>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "auth/authenticator.hpp"
#include "base/json.hpp"
#include "bridge/service_bridge.hpp"
#include "framework/service_registry.hpp"
#include "hosting/builtin_instance.hpp"
#include "hosting/crash_line.hpp"
#include "hosting/service_actions.hpp"
#include "hosting/services_folder.hpp"
#include "net/blocking_pool.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "net/port_holder.hpp"
#include "net/signals.hpp"
#include "node/coordinator_probe.hpp"
#include "node/late_handler.hpp"
#include "node/node_audit.hpp"
#include "node/node_counters.hpp"
#include "node/node_state.hpp"
#include "node/version.hpp"
#include "registry/rpc_methods.hpp"
#include "service_layer/p2p_service_layer.hpp"
#include "state/audit_log.hpp"
#include "state/cluster_keys.hpp"
#include "state/node_id.hpp"
#include "state/state_dir.hpp"

extern const p2p::PluginEntry p2p_builtin_system;

namespace p2p {
namespace {

constexpr std::chrono::seconds last_words{1};  // for answers to those that were cancelled
constexpr std::chrono::seconds port_patience{2};
constexpr std::chrono::seconds besides_compiling{60};  // that a reload may take before it is answered
constexpr std::uint16_t coordinator_port = 8001, first_worker_port = 8002, last_worker_port = 8101;

/// A taken port with the name of who has it.
Error naming_holder(Error taken, const Endpoint& wanted) {
  if (taken.code() != Errc::conflict) return taken;
  const auto holder = port_holder(wanted);
  if (!holder) return taken;  // it has gone meanwhile
  const std::string port = std::to_string(wanted.port);
  return Error(Errc::conflict,
               "port " + port + " is taken: " + holder->text() + " listens on " + holder->at.text(),
               Value{{"hint", "stop it, or take another port: --port N, where 0 is any free one"}});
}

/// A child that a killed node was just about to start holds the port until it is another program: a moment.
/// Nothing else runs yet, so it may be waited for here.
Result<Endpoint> listen_patiently(HttpServer& server, const Endpoint& place, const Clock& clock, Log& log) {
  const auto taken = [](const Result<Endpoint>& bound) {
    return !bound && bound.error().code() == Errc::conflict;
  };
  Result<Endpoint> bound = server.listen(place);
  if (place.port == 0 || !taken(bound)) return bound;
  log.warn("Main", "port {} is taken; trying for {} s: a node that was killed may hold it for a moment",
           place.port, port_patience.count());
  const Instant until = clock.now() + port_patience;
  while (taken(bound) && clock.now() < until) {
    (void)::poll(nullptr, 0, 50);
    bound = server.listen(place);
  }
  return bound;
}

Result<Endpoint> listen_on(HttpServer& server, const Config& config, const Clock& clock, Log& log) {
  const auto at = [&](std::uint16_t port) -> Result<Endpoint> {
    Result<Endpoint> place = Endpoint::parse(config.address, port);
    return place ? server.listen(*place) : place;
  };
  if (config.port || config.role == "coordinator") {
    const Result<Endpoint> place = Endpoint::parse(config.address, config.port.value_or(coordinator_port));
    if (!place) return place;
    Result<Endpoint> bound = listen_patiently(server, *place, clock, log);
    if (!bound) return fail(naming_holder(bound.error(), *place));
    return bound;
  }
  for (std::uint16_t port = first_worker_port; port < last_worker_port; ++port) {
    Result<Endpoint> place = at(port);
    if (place || place.error().code() != Errc::conflict) return place;
  }
  return at(last_worker_port);
}

ServiceAction action_of(ServiceAct act) {
  switch (act) {
    case ServiceAct::reload: return ServiceAction::reload;
    case ServiceAct::restart: return ServiceAction::restart;
    case ServiceAct::enable: return ServiceAction::enable;
    case ServiceAct::disable: return ServiceAction::disable;
  }
  return ServiceAction::reload;
}

Result<KeyRing> make_keys(const Config& config, const ClusterKeys& cluster) {
  if (!config.jwt_secret) return KeyRing::from_seed(cluster.jwt_seed);
  return KeyRing::from_secret(*config.jwt_secret);
}

Result<void> check_address(const Config& config) {
  const Result<Endpoint> address = Endpoint::parse(config.address, 0);
  if (!address) return fail(address.error());
  if (address->is_loopback()) return {};
  return fail(Errc::invalid_params,
              config.address +
                  " is not a loopback address: a node that others can reach needs TLS and a join token, "
                  "which this version does not have yet; use --address 127.0.0.1");
}

}  // namespace

/// The parts in the order in which they are made; they go in the reverse one.
struct P2PAdminSystem::Parts {
  explicit Parts(const Config& config)
      : log(config.log_level, config.log_format, config.log_file),
        loop(clock, &pool),
        server(loop, late, log, HttpLimits{}, P2PServiceLayer::constant_headers()) {}

  SystemClock clock;
  SystemRandom random;
  Log log;
  Loop loop;
  BlockingPool pool;  // ends before the loop that its jobs post to
  LateHandler late;
  HttpServer server;
  Endpoint listen;
  std::optional<StateDir> state;
  NoRevocations revocations;
  std::optional<Authenticator> authenticator;
  std::optional<NodeAudit> audit;
  std::unique_ptr<AuditLog> audit_log;
  MethodRegistry methods;
  CallStats stats;
  ServiceCells cells;
  NodeCounters counters;
  std::optional<CallRunner> runner;
  std::optional<ServiceBridge> bridge;
  std::optional<RPCMethods> rpc;
  std::optional<ServiceSurroundings> surroundings;
  std::optional<ServiceRegistry> services;
  std::optional<ServicesFolder> folder;
  std::optional<ServiceActions> actions;
  std::optional<CoordinatorProbe> probe;
  std::optional<NodeState> node;
  std::optional<P2PServiceLayer> layer;
  std::optional<Signals> signals;
  bool stopping = false;
  Executor::TimerId grace = 0;

  void make_call_path(const Config& config, const std::string& node_id);
  void make_services(const Config& config);
  void offer_builtin();
  void make_door(const Config& config, const std::string& node_id, const std::string& cluster_id);
  void greet(const Config& config);
  void tell_ready(int fd) const;
  void look_again();
  void tick();
  void stop(const Config& config);
  void stop_services();
};

P2PAdminSystem::P2PAdminSystem(Config config) : config_(std::move(config)) {}
P2PAdminSystem::~P2PAdminSystem() = default;

Result<void> P2PAdminSystem::start() {
  if (auto loopback = check_address(config_); !loopback) return loopback;
  parts_ = std::make_unique<Parts>(config_);
  Parts& p = *parts_;
  Result<StateDir> state = StateDir::open(config_.state_dir);
  if (!state) return fail(state.error());
  p.state.emplace(*std::move(state));
  const Result<ClusterKeys> cluster = load_cluster_keys(*p.state, p.random);
  if (!cluster) return fail(cluster.error());
  Result<KeyRing> keys = make_keys(config_, *cluster);
  if (!keys) return fail(keys.error());
  p.authenticator.emplace(*std::move(keys), cluster->cluster_id, p.revocations, p.random);

  const Result<Endpoint> listen = listen_on(p.server, config_, p.clock, p.log);
  if (!listen) return fail(listen.error());
  p.listen = *listen;
  const Result<std::string> node_id = settle_node_id(*p.state, p.listen.port, config_.node_id, config_.role);
  if (!node_id) return fail(node_id.error());
  p.log.set_node(*node_id);
  p.audit.emplace(*node_id);
  const Result<std::filesystem::path> home = p.state->directory(node_folder(p.listen.port));
  if (!home) return fail(home.error());
  auto audit_log =
      AuditLog::open(*home / "audit.jsonl", AuditSettings{.node = *node_id}, p.loop, p.clock, p.log);
  if (!audit_log) return fail(audit_log.error());
  p.audit_log = *std::move(audit_log);
  p.audit->open(*p.audit_log, *home / "audit.jsonl", p.loop);

  p.make_call_path(config_, *node_id);
  p.make_services(config_);
  p.make_door(config_, *node_id, cluster->cluster_id);
  p.greet(config_);
  return {};
}

void P2PAdminSystem::Parts::make_call_path(const Config& config, const std::string& node_id) {
  runner.emplace(methods, loop, stats, &*audit, node_id);
  runner->on_slow_turn([this](std::string_view who, std::chrono::milliseconds time) {
    counters.stalled(time);
    log.warn("Main",
             "{} kept the loop for {} ms, everybody else waited; blocking work belongs into run_blocking",
             who, time.count());
  });
  bridge.emplace(*runner, log, Self{node_id, config.role});
  rpc.emplace(*runner, &*audit, RPCMethods::Limits{});
}

void P2PAdminSystem::Parts::make_services(const Config& config) {
  surroundings.emplace(ServiceSurroundings{*runner, *bridge, log, cells, std::string(product_version),
                                           [this](const std::string& service) -> Result<std::string> {
                                             Result<std::filesystem::path> path = state->directory(
                                                 node_folder(listen.port) + "/data/" + service);
                                             if (!path) return fail(path.error());
                                             return path->string();
                                           }});
  ServiceRegistry::Hooks hooks;
  hooks.bring_again = [this](const std::string& name) {
    if (name == "system")
      offer_builtin();
    else
      folder->bring_again(name);
  };
  hooks.loaded = [this](const std::string& service, const std::string& hash, bool taken) {
    counters.loaded(service, taken);
    audit->service_loaded(service, hash, taken);
  };
  services.emplace(
      methods, *surroundings, ServiceTimes{}, [this](Job job) { loop.post(std::move(job)); },
      std::move(hooks));
  HostingSettings settings;
  settings.services_dir = config.services_dir;
  settings.state_dir = state->path().string();
  settings.compiler = config.compiler;
  settings.compile_timeout = config.compile_timeout;
  settings.scan_interval = config.scan_interval;
  settings.sdk_include = config.sdk_include;
  settings.sdk_library = config.sdk_library;
  const std::string disabled = node_folder(listen.port) + "/disabled";
  settings.read_disabled = [this, disabled]() -> Result<std::string> {
    Result<Secret> text = state->read(disabled);
    if (!text) return fail(std::move(text.error()));
    return std::string(text->reveal());
  };
  settings.write_disabled = [this, disabled](const std::string& text) {
    return state->write(disabled, text);
  };
  folder.emplace(loop, log, *services, std::move(settings));
  actions.emplace(loop, *services, *folder);
  offer_builtin();
}

void P2PAdminSystem::Parts::offer_builtin() {
  auto builtin = builtin_instance(p2p_builtin_system);
  if (builtin)
    services->offer("system", *std::move(builtin));
  else
    services->failed("system", std::move(builtin.error()));
}

void P2PAdminSystem::Parts::make_door(const Config& config, const std::string& node_id,
                                      const std::string& cluster_id) {
  NodeFacts facts{node_id, config.role,  cluster_id, std::string(product_version),
                  listen,  clock.wall(), clock.now()};
  node.emplace(std::move(facts), clock, *services, methods, stats, cells, *audit, server, log, counters);
  node->set_scanned([this] { return folder->first_scan_done(); });
  node->set_service_acts([this, limit = config.compile_timeout + besides_compiling](
                             std::string_view service, ServiceAct act, auto done) {
    actions->run(
        action_of(act), service, limit, [this, done = std::move(done)](Result<Value> result) mutable {
          loop.post(
              [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
        });
  });
  if (config.role == "worker") {
    probe.emplace(loop, log, config.coordinators);
    node->set_probe(*probe);
  }
  DoorSettings settings;
  settings.self = {node_id, config.role};
  settings.listen_address = listen.address_text();
  settings.port = listen.port;
  settings.local_trust = config.local_trust;
  settings.own_uid = getuid();
  settings.token_life = config.token_ttl;
  layer.emplace(std::move(settings), *rpc, *runner, *authenticator, *node, log, clock, random);
  node->set_routes(layer->routes());
  node->set_door(*layer);
  late.set(*layer);
}

void P2PAdminSystem::Parts::greet(const Config& config) {
  const NodeFacts& facts = node->facts();
  log.info("Main", "p2p_admin {}, {} {}, pid {}, loopback mode", facts.version, facts.role, facts.node_id,
           getpid());
  log.info("Main", "tokens are {}, state directory {}", authenticator->keys().signing().alg(),
           state->path().string());
  log.info("Http", "http://{}   metrics /metrics   services {}", listen.text(), config.services_dir);
  audit->node_started(facts.role + ' ' + listen.text() + ' ' +
                      std::string(authenticator->keys().signing().alg()));
}

int P2PAdminSystem::run() {
  Parts& p = *parts_;
  ::signal(SIGPIPE, SIG_IGN);
  name_services_in_crashes();
  p.signals.emplace(p.loop, std::initializer_list<int>{SIGTERM, SIGINT, SIGHUP}, [this](int number) {
    if (number == SIGHUP) return parts_->look_again();
    if (parts_->stopping) _exit(130);
    parts_->log.info("Main", "{}, stopping: running calls have {} s",
                     number == SIGTERM ? "SIGTERM" : "SIGINT", config_.drain_timeout.count());
    parts_->stop(config_);
  });
  p.folder->start();
  if (p.probe) p.probe->start();
  p.tick();
  p.loop.post([this] { parts_->tell_ready(config_.ready_fd); });
  p.loop.run();
  p.audit_log->stop();
  p.log.info("Main", "stopped");
  if (p.services->leaked() > 0) _exit(0);  // code that did not end may run still: nothing it uses may go
  return 0;
}

void P2PAdminSystem::Parts::tell_ready(int fd) const {
  if (fd < 0) return;
  std::string line =
      json::dump(Value{{"node_id", node->facts().node_id}, {"port", listen.port}, {"pid", getpid()}}) + '\n';
  [[maybe_unused]] const ssize_t written = ::write(fd, line.data(), line.size());  // nobody reads: no matter
  ::close(fd);
}

/// SIGHUP: what lies outside may have changed.
void P2PAdminSystem::Parts::look_again() {
  if (auto opened = log.reopen(); !opened) log.error("Main", "{}", opened.error().message());
  folder->rescan();
}

/// Once a second.
void P2PAdminSystem::Parts::tick() {
  log.tick();
  loop.post_at(clock.now() + std::chrono::seconds(1), [this] { tick(); });
}

void P2PAdminSystem::Parts::stop(const Config& config) {
  stopping = true;
  node->set_draining();
  if (probe) probe->stop();
  folder->stop();
  server.stop_accepting();
  grace = loop.post_at(clock.now() + config.drain_timeout, [this] {
    log.warn("Main", "{} calls did not end in time, they are cancelled", stats.running());
    runner->give_up_all();
    grace = loop.post_at(clock.now() + last_words, [this] { server.close_all(); });
  });
  server.when_empty([this] { stop_services(); });
}

void P2PAdminSystem::Parts::stop_services() {
  loop.cancel(grace);
  services->stop_all([this] { loop.stop(); });
}

}  // namespace p2p

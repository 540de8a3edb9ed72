#include "node/p2p_admin_system.hpp"

#include <optional>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "auth/authenticator.hpp"
#include "auth/secret_check.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
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
#include "node/config_text.hpp"
#include "node/coordinator_probe.hpp"
#include "node/late_handler.hpp"
#include "node/node_audit.hpp"
#include "node/node_counters.hpp"
#include "node/node_state.hpp"
#include "node/quiet_point.hpp"
#include "node/side_loop.hpp"
#include "node/system_settings.hpp"
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

constexpr int nobody_there = 3;                // exit code: not reachable
constexpr std::chrono::seconds last_words{1};  // for answers to those that were cancelled
constexpr std::chrono::seconds hung{5};  // a loop that has not turned for so long will not let the node end
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
  Result<KeyRing> keys = KeyRing::from_secret(*config.jwt_secret);
  if (!keys || !config.jwt_previous) return keys;
  if (auto added = keys->add_previous_secret(*config.jwt_previous); !added) return fail(added.error());
  return keys;
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

Result<void> check_threads(const Config& config) {
  constexpr int most = Pins::slots;
  if (config.threads >= 1 && config.threads <= most) return {};
  return fail(Errc::invalid_params, std::to_string(config.threads) + " loops: there may be 1 to " +
                                        std::to_string(most) + " (--threads)");
}

/// Of the server of one loop: what all of them may hold is divided.
HttpLimits limits_of_loop(const Config& config) {
  HttpLimits limits = config.http;
  limits.held /= static_cast<std::size_t>(config.threads);
  return limits;
}

json::Limits json_limits(const Config& config) {
  json::Limits limits = config.json;
  limits.string = std::max(limits.string, config.http.body);  // a body may be one text
  return limits;
}

}  // namespace

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

P2PAdminSystem::P2PAdminSystem(Config config, ReadConfig read)
    : config_(std::move(config)), read_(std::move(read)) {}
P2PAdminSystem::~P2PAdminSystem() = default;

Result<void> P2PAdminSystem::check(const Config& config) {
  if (auto loopback = check_address(config); !loopback) return loopback;
  if (auto loops = check_threads(config); !loops) return loops;
  for (const auto* secret : {&config.jwt_secret, &config.jwt_previous})
    if (*secret)
      if (auto strong = check_secret((*secret)->reveal()); !strong) return strong;
  return {};
}

Result<void> P2PAdminSystem::start() {
  if (auto sound = check(config_); !sound) return sound;
  parts_ = std::make_unique<Parts>(std::move(config_), std::move(read_));
  Parts& p = *parts_;
  const Config& config = p.live.now();
  if (auto opened = p.log.reopen(config.log_file); !opened) return opened;
  Result<StateDir> state = StateDir::open(config.state_dir);
  if (!state) return fail(state.error());
  p.state.emplace(*std::move(state));
  const Result<ClusterKeys> cluster = load_cluster_keys(*p.state, p.random);
  if (!cluster) return fail(cluster.error());
  Result<KeyRing> keys = make_keys(config, *cluster);
  if (!keys) return fail(keys.error());
  p.authenticator.emplace(*std::move(keys), cluster->cluster_id, p.revocations, p.random);

  const Result<Endpoint> listen = listen_on(p.server, config, p.clock, p.log);
  if (!listen) return fail(listen.error());
  p.listen = *listen;
  const Result<std::string> node_id = settle_node_id(*p.state, p.listen.port, config.node_id, config.role);
  if (!node_id) return fail(node_id.error());
  p.log.set_node(*node_id);
  p.audit.emplace(*node_id);
  const Result<std::filesystem::path> home = p.state->directory(node_folder(p.listen.port));
  if (!home) return fail(home.error());
  const std::filesystem::path audit_file =
      config.audit_file.empty() ? *home / "audit.jsonl" : std::filesystem::path(config.audit_file);
  auto audit_log = AuditLog::open(audit_file, AuditSettings{.node = *node_id}, p.loop, p.clock, p.log);
  if (!audit_log) return fail(audit_log.error());
  p.audit_log = *std::move(audit_log);
  p.audit->open(*p.audit_log, audit_file, p.loop);

  p.make_call_path(config, *node_id);
  p.make_services(config);
  p.make_door(config, *node_id, cluster->cluster_id);
  if (auto sides = p.make_sides(config, *cluster); !sides) return sides;
  p.apply(config);
  p.live.on_change([&p](const std::vector<ConfigChange>& changes) { p.changed(changes); });
  p.greet(config);
  return {};
}

void P2PAdminSystem::Parts::make_call_path(const Config& config, const std::string& node_id) {
  runner.emplace(methods, loop, calls.loop(0), &*audit, node_id);
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
      methods, *surroundings, ServiceTimes{},
      [this](Job job) { after_quiet_point(loop, side_loops, std::move(job)); }, std::move(hooks));
  HostingSettings settings;
  settings.services_dir = config.services_dir;
  settings.state_dir = state->path().string();
  settings.compiler = config.compiler;
  settings.compile_timeout = config.compile_timeout;
  settings.compile_jobs = config.compile_jobs;
  settings.watch = config.watch;
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
    services->offer("system", *std::move(builtin), system_settings(live.now().system));
  else
    services->failed("system", std::move(builtin.error()));
}

void P2PAdminSystem::Parts::make_door(const Config& config, const std::string& node_id,
                                      const std::string& cluster_id) {
  NodeFacts facts{node_id, config.role,  cluster_id, std::string(product_version),
                  listen,  clock.wall(), clock.now()};
  node.emplace(std::move(facts), loop, *services, methods, calls, cells, *audit, log, counters, live.now());
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
    probe->within(config.join_timeout, [this] { give_up_joining(); });
    node->set_probe(*probe);
  }
  layer.emplace(door_settings(config), *rpc, *runner, *authenticator, *node, log, clock, random);
  node->add_loop(server, *layer, pulse);
  late.set(*layer);
}

DoorSettings P2PAdminSystem::Parts::door_settings(const Config& config) const {
  DoorSettings settings;
  settings.self = {node->facts().node_id, config.role};
  settings.listen_address = listen.address_text();
  settings.port = listen.port;
  settings.local_trust = config.local_trust;
  settings.own_uid = getuid();
  settings.token_life = config.token_ttl;
  settings.allowed_origins = config.allowed_origins;
  settings.metrics = config.metrics;
  return settings;
}

Result<void> P2PAdminSystem::Parts::make_sides(const Config& config, const ClusterKeys& cluster) {
  const DoorSettings settings = door_settings(config);
  const SideLoop::Shared shared{clock,   random,  log,   pool,   loop,  late,
                                *runner, methods, calls, *audit, *node, settings};
  for (unsigned number = 1; number < calls.loops(); ++number) {
    Result<KeyRing> keys = make_keys(config, cluster);
    if (!keys) return fail(keys.error());
    auto own = std::make_unique<Authenticator>(*std::move(keys), cluster.cluster_id, revocations, random);
    SideLoop& side = *sides.emplace_back(std::make_unique<SideLoop>(number, shared, std::move(own)));
    if (auto listens = side.listen_beside(server); !listens) return listens;
    side.runner().on_slow_turn([this, number](std::string_view who, std::chrono::milliseconds time) {
      loop.post([this, time] { counters.stalled(time); });
      log.warn("Main", "{} kept loop {} for {} ms, its other callers waited", who, number, time.count());
    });
    surroundings->sides.push_back(&side.runner());
    side_loops.push_back(&side.loop());
    node->add_loop(side.server(), side.door(), side.pulse());
  }
  return {};
}

/// What may change while the node runs, given to the parts that it concerns.
void P2PAdminSystem::Parts::apply(const Config& config) {
  log.set_level(config.log_level);
  const LoopLimits limits{limits_of_loop(config),
                          {.in_flight = config.max_in_flight},
                          config.call_timeout,
                          json_limits(config),
                          config.http.body};
  apply_limits(limits, server, *rpc, *runner, *layer);
  for (const auto& side : sides) side->set_limits(limits);
}

void P2PAdminSystem::Parts::changed(const std::vector<ConfigChange>& changes) {
  apply(live.now());
  bool of_system = false;
  for (const ConfigChange& change : changes) {
    if (change.key->name == "log.file") reopen_log();
    of_system = of_system || change.key->section() == "system";
    audit->configured(std::string(change.key->name) + " = " + change.to, change.taken);
  }
  if (of_system && !services->apply("system", system_settings(live.now().system), {}))
    services->bring_again("system");
}

void P2PAdminSystem::Parts::reopen_log() {
  if (auto opened = log.reopen(live.now().log_file); !opened)
    log.error("Main", "{}", opened.error().message());
}

/// SIGHUP: what lies outside may have changed.
void P2PAdminSystem::Parts::reload() {
  reopen_log();
  live.reload();
  folder->rescan();
}

void P2PAdminSystem::Parts::greet(const Config& config) {
  const NodeFacts& facts = node->facts();
  log.info("Main", "p2p_admin {}, {} {}, pid {}, loopback mode", facts.version, facts.role, facts.node_id,
           getpid());
  log.info("Config", "{} ('p2p_admin config show --origin' lists all)", config_origin_text(config));
  for (const std::string& note : config.notes) log.warn("Config", "{}", note);
  log.info("Main", "tokens are {}, state directory {}", authenticator->keys().signing().alg(),
           state->path().string());
  if (!sides.empty())
    log.info("Main", "{} loops: methods that are threadsafe run where their call arrives", calls.loops());
  log.info("Http", "http://{}   metrics /metrics   services {}", listen.text(), config.services_dir);
  audit->node_started(facts.role + ' ' + listen.text() + ' ' +
                      std::string(authenticator->keys().signing().alg()) + "; " + config_origin_text(config));
}

int P2PAdminSystem::run() {
  Parts& p = *parts_;
  ::signal(SIGPIPE, SIG_IGN);
  name_services_in_crashes();
  p.signals.emplace(p.loop, std::initializer_list<int>{SIGTERM, SIGINT, SIGHUP}, [this](int number) {
    if (number == SIGHUP) return parts_->reload();
    if (parts_->stopping) _exit(130);
    parts_->log.info("Main", "{}, stopping: running calls have {}", number == SIGTERM ? "SIGTERM" : "SIGINT",
                     duration_text(parts_->live.now().drain_timeout));
    parts_->stop();
  });
  p.folder->start();
  if (p.probe) p.probe->start();
  p.tick();
  p.loop.post([&p] { p.tell_ready(p.live.now().ready_fd); });
  p.start_loops();
  p.loop.run();
  p.audit_log->stop();
  p.log.info("Main", "stopped");
  if (p.services->leaked() > 0)
    _exit(p.exit_code);  // code that did not end may run still: nothing it uses may go
  for (const auto& side : p.sides) side->stop();
  return p.exit_code;
}

void P2PAdminSystem::Parts::start_loops() {
  if (sides.empty()) return;
  pulse.start();
  show_phase();
  for (const auto& side : sides) side->start();
}

/// The other loops answer /health with what the main loop saw last.
void P2PAdminSystem::Parts::show_phase() {
  (void)node->phase();
  loop.post_at(clock.now() + LoopPulse::interval, [this] { show_phase(); });
}

void P2PAdminSystem::Parts::tell_ready(int fd) const {
  if (fd < 0) return;
  std::string line =
      json::dump(Value{{"node_id", node->facts().node_id}, {"port", listen.port}, {"pid", getpid()}}) + '\n';
  [[maybe_unused]] const ssize_t written = ::write(fd, line.data(), line.size());  // nobody reads: no matter
  ::close(fd);
}

/// Once a second.
void P2PAdminSystem::Parts::tick() {
  log.tick();
  loop.post_at(clock.now() + std::chrono::seconds(1), [this] { tick(); });
}

void P2PAdminSystem::Parts::stop() {
  if (std::exchange(stopping, true)) return;
  node->set_draining();
  if (probe) probe->stop();
  folder->stop();
  const auto patience = live.now().drain_timeout;
  grace = loop.post_at(clock.now() + patience, [this] {
    log.warn("Main", "{} calls did not end in time, they are cancelled", calls.running());
    on_each_runner([](CallRunner& one) { one.give_up_all(); });
    grace = loop.post_at(clock.now() + last_words,
                         [this] { on_each_server([](HttpServer& one) { one.close_all(); }); });
  });
  open_servers = 1 + sides.size();
  on_each_server([](HttpServer& one) { one.stop_accepting(); });
  server.when_empty([this] { server_is_empty(); });
  for (const auto& side : sides)
    side->loop().post([this, at = side.get()] {
      at->server().when_empty([this] { loop.post([this] { server_is_empty(); }); });
    });
  if (!sides.empty()) loop.post_at(clock.now() + patience + last_words, [this] { watch_sides(); });
}

void P2PAdminSystem::Parts::on_each_runner(void (*job)(CallRunner&)) {
  job(*runner);
  for (const auto& side : sides) side->loop().post([job, at = side.get()] { job(at->runner()); });
}

void P2PAdminSystem::Parts::on_each_server(void (*job)(HttpServer&)) {
  job(server);
  for (const auto& side : sides) side->loop().post([job, at = side.get()] { job(at->server()); });
}

void P2PAdminSystem::Parts::server_is_empty() {
  if (--open_servers == 0) stop_services();
}

/// At the end of the node: what runs on a loop that hangs cannot be ended, and would keep the node for ever.
void P2PAdminSystem::Parts::watch_sides() {
  for (const auto& side : sides) {
    if (side->pulse().silence() < hung) continue;
    log.error("Main", "loop {} has not turned for {} s: the node ends without it", side->number(),
              static_cast<int>(seconds(side->pulse().silence())));
    audit_log->stop();
    _exit(1);
  }
  loop.post_at(clock.now() + LoopPulse::interval, [this] { watch_sides(); });
}

void P2PAdminSystem::Parts::give_up_joining() {
  log.error("Cluster", "no coordinator answered within {} (join.timeout): this worker ends; {}",
            duration_text(live.now().join_timeout), probe->status());
  exit_code = nobody_there;
  stop();
}

void P2PAdminSystem::Parts::stop_services() {
  loop.cancel(grace);
  services->stop_all([this] { loop.stop(); });
}

}  // namespace p2p

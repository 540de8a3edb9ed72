#include "node/impl/parts.hpp"

#include <unistd.h>

#include "hosting/builtin_instance.hpp"
#include "node/quiet_point.hpp"
#include "node/system_settings.hpp"
#include "node/version.hpp"
#include "state/node_id.hpp"

extern const p2p::PluginEntry p2p_builtin_system;

namespace p2p {
namespace {

constexpr std::chrono::seconds besides_compiling{60};  // that a reload may take before it is answered

ServiceAction action_of(ServiceAct act) {
  switch (act) {
    case ServiceAct::reload: return ServiceAction::reload;
    case ServiceAct::restart: return ServiceAction::restart;
    case ServiceAct::enable: return ServiceAction::enable;
    case ServiceAct::disable: return ServiceAction::disable;
  }
  return ServiceAction::reload;
}

}  // namespace

Result<KeyRing> make_keys(const Config& config, const ClusterKeys& cluster) {
  if (!config.jwt_secret) return KeyRing::from_seed(cluster.jwt_seed);
  Result<KeyRing> keys = KeyRing::from_secret(*config.jwt_secret);
  if (!keys || !config.jwt_previous) return keys;
  if (auto added = keys->add_previous_secret(*config.jwt_previous); !added) return fail(added.error());
  return keys;
}

HttpLimits limits_of_loop(const Config& config) {
  HttpLimits limits = config.http;
  limits.held /= static_cast<std::size_t>(config.threads);
  return limits;
}

void P2PAdminSystem::Parts::make_call_path(const Config& config, const std::string& node_id) {
  runner.emplace(methods, loop, calls.loop(0), &*audit, node_id);
  runner->on_slow_turn([this](std::string_view who, std::chrono::milliseconds time) {
    counters.stalled(time);
    log.warn("Main",
             "{} kept the loop for {} ms, everybody else waited; blocking work belongs into run_blocking",
             who, time.count());
  });
  bridge.emplace(*runner, log, Self{node_id, config.role, &tags});
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
  settings.self = {node->facts().node_id, config.role, &tags};
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

}  // namespace p2p

#include "node/p2p_admin_system.hpp"

#include <signal.h>
#include <unistd.h>

#include "auth/secret_check.hpp"
#include "base/units.hpp"
#include "hosting/crash_line.hpp"
#include "node/impl/parts.hpp"
#include "node/listening.hpp"
#include "state/node_id.hpp"

namespace p2p {
namespace {

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

}  // namespace

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

int P2PAdminSystem::run() {
  Parts& p = *parts_;
  ::signal(SIGPIPE, SIG_IGN);
  write_crashes_to(p.live.now().log_file, p.live.now().log_format == Log::Format::json);
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

}  // namespace p2p

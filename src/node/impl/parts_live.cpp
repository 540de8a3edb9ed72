#include <unistd.h>

#include "base/json.hpp"
#include "hosting/crash_line.hpp"
#include "node/config_text.hpp"
#include "node/impl/parts.hpp"
#include "node/system_settings.hpp"

namespace p2p {
namespace {

json::Limits json_limits(const Config& config) {
  json::Limits limits = config.json;
  limits.string = std::max(limits.string, config.http.body);  // a body may be one text
  return limits;
}

}  // namespace

/// What may change while the node runs, given to the parts that it concerns.
void P2PAdminSystem::Parts::apply(const Config& config) {
  log.set_level(config.log_level);
  tags.set({config.tags.begin(), config.tags.end()});
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
  else
    write_crashes_to(live.now().log_file, live.now().log_format == Log::Format::json);
}

/// SIGHUP: what lies outside may have changed.
void P2PAdminSystem::Parts::reload() {
  reopen_log();
  audit_log->reopen();
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

}  // namespace p2p

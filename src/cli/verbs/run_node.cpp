// coordinator, worker: this process becomes a node.
#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/complaint.hpp"
#include "cli/node_config.hpp"
#include "cli/verbs/verbs.hpp"
#include "node/p2p_admin_system.hpp"

namespace p2p {
namespace {

/// Keys are in this process: no core file, and no reading of its memory by others of the same user.
void keep_memory_private() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

int refused(World& world, const Error& error) {
  complain(world.terminal, world.output, error);
  return exit_refused;
}

Result<int> run_node(const Invocation& said, World& world) {
  keep_memory_private();
  Result<ConfigSources> sources = node_sources(said, Environment::take());
  if (!sources) return fail(sources.error());
  Result<Config> config = sources->read();
  if (!config && config.error().detail()["usage"] == Value(true)) return fail(config.error());
  if (!config) return refused(world, config.error());
  const auto again = std::make_shared<const ConfigSources>(*std::move(sources));
  P2PAdminSystem system(*std::move(config), [again] { return again->read(); });
  if (auto started = system.start(); !started) {
    if (started.error().code() == Errc::conflict) return fail(started.error());
    return refused(world, started.error());
  }
  return system.run();
}

}  // namespace

Result<int> run_coordinator(const Invocation& said, World& world) { return run_node(said, world); }
Result<int> run_worker(const Invocation& said, World& world) { return run_node(said, world); }

}  // namespace p2p

#include "cli/node_config.hpp"

#include <array>

namespace p2p {
namespace {

struct FlagKey {
  std::string_view flag, key;
};
constexpr std::array flag_keys = std::to_array<FlagKey>({{"port", "node.port"},
                                                         {"address", "node.address"},
                                                         {"advertise", "node.advertise"},
                                                         {"node-id", "node.id"},
                                                         {"tag", "node.tags"},
                                                         {"threads", "node.threads"},
                                                         {"state-dir", "node.state_dir"},
                                                         {"services-dir", "services.dir"},
                                                         {"redis-url", "cache.redis_url"},
                                                         {"log-level", "log.level"},
                                                         {"log-format", "log.format"},
                                                         {"log-file", "log.file"}});
constexpr std::array worker_keys =
    std::to_array<FlagKey>({{"coord", "join.coordinators"}, {"join-timeout", "join.timeout"}});

}  // namespace

Result<ConfigSources> node_sources(const Invocation& said, Environment environment) {
  ConfigSources sources;
  sources.role = said.command->name;
  const auto ready_fd = said.number("ready-fd", -1, 0, 65535);
  if (!ready_fd) return fail(ready_fd.error());
  sources.ready_fd = static_cast<int>(*ready_fd);
  sources.files = ConfigSources::usual_files(environment, said.text("config"));
  sources.environment = std::move(environment);
  const auto take = [&](const FlagKey& entry) {
    if (said.has(entry.flag))
      sources.flags.push_back({entry.key, "--" + std::string(entry.flag), said.all(entry.flag)});
  };
  for (const FlagKey& entry : flag_keys) take(entry);
  if (sources.role == "worker")
    for (const FlagKey& entry : worker_keys) take(entry);
  if (said.has("verbose")) sources.flags.push_back({"log.level", "--verbose", {"debug"}});
  return sources;
}

}  // namespace p2p

#include "cli/node_config.hpp"

namespace p2p {
namespace {

void take(const Invocation& said, std::string_view flag, std::string& setting) {
  if (said.has(flag)) setting = said.text(flag);
}

}  // namespace

Result<Config> with_flags(const Invocation& said, Config config) {
  config.role = said.command->name;
  const auto port = said.number("port", -1, 0, 65535), ready_fd = said.number("ready-fd", -1, 0, 65535);
  if (!port) return fail(port.error());
  if (!ready_fd) return fail(ready_fd.error());
  if (*port >= 0) config.port = static_cast<std::uint16_t>(*port);
  config.ready_fd = static_cast<int>(*ready_fd);
  take(said, "address", config.address);
  take(said, "node-id", config.node_id);
  take(said, "services-dir", config.services_dir);
  take(said, "state-dir", config.state_dir);
  take(said, "redis-url", config.redis_url);
  take(said, "log-file", config.log_file);
  if (said.has("log-level")) config.log_level = *log_level_of(said.text("log-level"));  // the table's choices
  if (said.has("verbose")) config.log_level = LogLevel::debug;
  if (said.has("log-format"))
    config.log_format = said.text("log-format") == "json" ? Log::Format::json : Log::Format::text;
  if (config.role == "worker" && said.has("coord")) config.coordinators = said.all("coord");
  return config;
}

}  // namespace p2p

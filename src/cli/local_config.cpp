#include "cli/local_config.hpp"

#include "cli/config_sources.hpp"

namespace p2p {

Result<Config> local_config() {
  ConfigSources sources;
  sources.environment = Environment::take();
  sources.files = ConfigSources::usual_files(sources.environment, {});
  return sources.read();
}

}  // namespace p2p

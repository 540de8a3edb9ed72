#include "cli/config_sources.hpp"

namespace p2p {

std::vector<ConfigSources::File> ConfigSources::usual_files(const Environment& environment,
                                                            const std::string& given) {
  std::vector<File> files{{system_config_file, false}};
  const std::string named = given.empty() ? std::string(environment.get("P2P_CONFIG")) : given;
  if (!named.empty()) files.push_back({named, true});
  return files;
}

Result<Config> ConfigSources::read() const {
  Config config;
  config.role = role;
  config.ready_fd = ready_fd;
  config.state_dir = usual_state_dir(environment);
  find_sdk(config);
  ConfigReader reader(std::move(config));
  for (const File& file : files) reader.take_file(file.path, file.required);
  reader.take_environment(environment);
  reader.take_flags(flags);
  reader.take_secrets(environment);
  return reader.finish();
}

}  // namespace p2p

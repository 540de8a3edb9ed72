// ConfigSources: where a node's configuration comes from: flags, environment, files. Kept while the node
// runs, since SIGHUP reads the files again; flags and environment stay what they were at the start.
//
// Threads: `read` from any, one at a time.
#pragma once

#include <string>
#include <vector>

#include "cli/config_reader.hpp"
#include "cli/environment.hpp"

namespace p2p {

inline constexpr const char* system_config_file = "/etc/p2p_admin/config.toml";

struct ConfigSources {
  struct File {
    std::string path;
    bool required = false;  ///< it was named: it must be there
  };

  Environment environment;
  std::vector<FlagSetting> flags;
  std::vector<File> files;  ///< what comes later goes first
  std::string role = "coordinator";
  int ready_fd = -1;

  /// The system's file, then the one that `given` (--config) or P2P_CONFIG names.
  static std::vector<File> usual_files(const Environment& environment, const std::string& given);

  /// flag > environment > files > default; all mistakes in one error (ConfigReader::finish).
  [[nodiscard]] Result<Config> read() const;
};

}  // namespace p2p

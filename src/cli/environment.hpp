// Environment: the variables that a node's configuration comes from, read once, at the start. Those that hold
// a secret are taken out of the process's own environment, so that no child of the node and no reader of
// /proc/PID/environ sees them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "node/config.hpp"

namespace p2p {

class Environment {
 public:
  /// That of this process. Once: the secrets are gone from there then.
  [[nodiscard]] static Environment take();

  Environment() = default;
  /// One's own, for tests.
  Environment& set(std::string name, std::string value);

  /// None when it is not set; empty when it is set to nothing.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// Empty when it is not set.
  [[nodiscard]] std::string_view get(std::string_view name) const { return find(name).value_or(""); }

  [[nodiscard]] const std::map<std::string, Secret, std::less<>>& all() const noexcept { return variables_; }

 private:
  std::map<std::string, Secret, std::less<>> variables_;  // each could be a secret
};

/// $XDG_STATE_HOME/p2p_admin or ~/.local/state/p2p_admin.
[[nodiscard]] std::string usual_state_dir(const Environment& environment);

/// Where the SDK is: beside the program in a build tree, in the prefix of an installation.
void find_sdk(Config& config);

}  // namespace p2p

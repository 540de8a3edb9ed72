// ClientEnvironment: the variables that commands read which ask a node; those of a node itself are in
// environment.hpp. Read once, at the start; nothing is opened.
#pragma once

#include <string>

namespace p2p {

struct ClientEnvironment {
  std::string coord{};       ///< P2P_COORD
  std::string context{};     ///< P2P_CONTEXT
  std::string token{};       ///< P2P_API_TOKEN
  std::string output{};      ///< P2P_OUTPUT
  std::string timeout{};     ///< P2P_TIMEOUT
  std::string config_dir{};  ///< $XDG_CONFIG_HOME/p2p_admin; empty without a home
  std::string cache_dir{};   ///< $XDG_CACHE_HOME/p2p_admin; empty without a home
  bool no_color = false;     ///< NO_COLOR, with anything in it
  bool force_color = false;  ///< CLICOLOR_FORCE, with anything but 0
  std::size_t columns = 0;   ///< COLUMNS
};

[[nodiscard]] ClientEnvironment read_client_environment();

}  // namespace p2p

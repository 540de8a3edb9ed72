#include "cli/client_environment.hpp"

#include <charconv>

#include <stdlib.h>

namespace p2p {
namespace {

std::string variable(const char* name) {
  const char* text = ::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

/// An XDG folder; a relative path there is to be ignored (XDG Base Directory Specification).
std::string folder(const char* name, const char* below_home) {
  const std::string xdg = variable(name), home = variable("HOME");
  if (xdg.starts_with('/')) return xdg + "/p2p_admin";
  return home.empty() ? std::string() : home + below_home + "/p2p_admin";
}

}  // namespace

ClientEnvironment read_client_environment() {
  ClientEnvironment found;
  found.coord = variable("P2P_COORD");
  found.context = variable("P2P_CONTEXT");
  found.token = variable("P2P_API_TOKEN");
  found.output = variable("P2P_OUTPUT");
  found.timeout = variable("P2P_TIMEOUT");
  found.config_dir = folder("XDG_CONFIG_HOME", "/.config");
  found.cache_dir = folder("XDG_CACHE_HOME", "/.cache");
  found.no_color = !variable("NO_COLOR").empty();
  const std::string force = variable("CLICOLOR_FORCE"), columns = variable("COLUMNS");
  found.force_color = !force.empty() && force != "0";
  std::from_chars(columns.data(), columns.data() + columns.size(), found.columns);
  return found;
}

}  // namespace p2p

#include "cli/environment.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <stdlib.h>
#include <unistd.h>

namespace p2p {
namespace {

constexpr std::array names = std::to_array<std::string_view>(
    {"REDIS_URL", "REDIS_URL_FILE", "JWT_SECRET_KEY", "JWT_SECRET_KEY_FILE", "JWT_SECRET_KEY_PREVIOUS",
     "JWT_SECRET_KEY_PREVIOUS_FILE", "SERVICES_DIR", "CREDENTIALS_DIRECTORY", "XDG_STATE_HOME", "HOME"});
constexpr std::array secrets = std::to_array<const char*>(
    {"JWT_SECRET_KEY", "JWT_SECRET_KEY_FILE", "JWT_SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY_PREVIOUS_FILE",
     "REDIS_URL", "REDIS_URL_FILE", "P2P_CACHE_REDIS_URL", "P2P_CACHE_REDIS_URL_FILE", "P2P_AUTH_SECRET_FILE",
     "P2P_API_TOKEN"});

bool concerns_us(std::string_view name) {
  return name.starts_with("P2P_") || std::ranges::find(names, name) != names.end();
}

void forget(const char* name) {
  if (char* text = ::getenv(name))  // what /proc/PID/environ shows is this memory
    for (; *text != '\0'; ++text) *text = 'x';
  ::unsetenv(name);
}

}  // namespace

Environment Environment::take() {
  Environment taken;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != text.npos && concerns_us(text.substr(0, equals)))
      taken.set(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  for (const char* name : secrets) forget(name);
  return taken;
}

Environment& Environment::set(std::string name, std::string value) {
  variables_.insert_or_assign(std::move(name), Secret(std::move(value)));
  return *this;
}

std::optional<std::string_view> Environment::find(std::string_view name) const {
  const auto at = variables_.find(name);
  if (at == variables_.end()) return std::nullopt;
  return at->second.reveal();
}

std::string usual_state_dir(const Environment& environment) {
  if (const auto xdg = environment.get("XDG_STATE_HOME"); !xdg.empty())
    return std::string(xdg) + "/p2p_admin";
  const auto home = environment.get("HOME");
  return (home.empty() ? std::string("/var/lib") : std::string(home) + "/.local/state") + "/p2p_admin";
}

void find_sdk(Config& config) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::filesystem::path places[][2] = {
      {program / "sdk/include", program / "libp2psdk.so"},
      {program / "../include", program / "../lib/p2p_admin/libp2psdk.so"},
  };
  for (const auto& [include, library] : places) {
    if (!std::filesystem::exists(include / "p2p/service.hpp", error)) continue;
    config.sdk_include = std::filesystem::weakly_canonical(include, error).string();
    config.sdk_library = std::filesystem::weakly_canonical(library, error).string();
    return;
  }
}

}  // namespace p2p

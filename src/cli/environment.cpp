#include "cli/environment.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <stdlib.h>

namespace p2p {
namespace {

constexpr std::size_t secret_file_limit = 64 * 1024;

std::string variable(const char* name) {
  const char* text = ::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

Result<Secret> secret_from(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file)
    return fail(Errc::invalid_params, path + ": the secret cannot be read",
                Value{{"hint", "chmod 0600 and check the path"}});
  if (text.size() > secret_file_limit)
    return fail(Errc::invalid_params, path + ": is too large for a secret");
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return Secret(std::move(text));
}

Result<void> read_secret(Config& config) {
  std::string key = variable("JWT_SECRET_KEY");
  const std::string file = variable("JWT_SECRET_KEY_FILE"), credentials = variable("CREDENTIALS_DIRECTORY");
  for (const char* name : {"JWT_SECRET_KEY", "JWT_SECRET_KEY_FILE"}) {
    if (char* text = ::getenv(name))  // what /proc/PID/environ shows is this memory
      for (; *text != '\0'; ++text) *text = 'x';
    ::unsetenv(name);
  }
  if (!key.empty()) {
    config.jwt_secret.emplace(std::move(key));
    return {};
  }
  std::string path = file;
  std::error_code ignored;
  if (path.empty() && !credentials.empty() && std::filesystem::exists(credentials + "/jwt_secret", ignored))
    path = credentials + "/jwt_secret";
  if (path.empty()) return {};
  Result<Secret> secret = secret_from(path);
  if (!secret) return fail(secret.error());
  config.jwt_secret = *std::move(secret);
  return {};
}

std::string default_state_dir() {
  if (const std::string given = variable("P2P_STATE_DIR"); !given.empty()) return given;
  if (const std::string xdg = variable("XDG_STATE_HOME"); !xdg.empty()) return xdg + "/p2p_admin";
  const std::string home = variable("HOME");
  return (home.empty() ? std::string("/var/lib") : home + "/.local/state") + "/p2p_admin";
}

}  // namespace

Result<Config> read_environment() {
  Config config;
  config.state_dir = default_state_dir();
  if (const char* url = ::getenv("REDIS_URL")) config.redis_url = url;  // empty turns it off
  if (const std::string folder = variable("SERVICES_DIR"); !folder.empty()) config.services_dir = folder;
  if (const std::string word = variable("P2P_LOG_LEVEL"); !word.empty()) {
    const auto level = log_level_of(word);
    if (!level)
      return fail(Errc::invalid_params,
                  "P2P_LOG_LEVEL: " + word + " is none of trace, debug, info, warn, error");
    config.log_level = *level;
  }
  if (auto secret = read_secret(config); !secret) return fail(secret.error());
  find_sdk(config);
  return config;
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

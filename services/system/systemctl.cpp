#include "systemctl.hpp"

#include <array>

#include <sys/stat.h>
#include <unistd.h>

namespace system_service {
namespace {

using p2p::Errc;
using p2p::Error;
using p2p::Value;

bool is_program(const std::string& file) {
  struct stat facts{};
  return ::stat(file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && ::access(file.c_str(), X_OK) == 0;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::optional<std::string> find_systemctl(std::string_view path) {
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    path.remove_prefix(colon == path.npos ? path.size() : colon + 1);
    if (folder.empty() || folder.front() != '/') continue;  // relative to whatever the node stands in
    std::string file = std::string(folder) + "/systemctl";
    if (is_program(file)) return file;
  }
  return std::nullopt;
}

std::vector<std::string> systemctl_environment(std::vector<std::string> environment) {
  std::erase_if(environment, [](const std::string& variable) { return variable.starts_with("LANG="); });
  for (const char* variable :
       {"LC_ALL=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_URLIFY=0", "SYSTEMD_PAGER=", "TERM=dumb"})
    environment.emplace_back(variable);
  return environment;
}

Error no_systemd(std::string_view why) {
  Error error(Errc::method_failed, "systemd is not running here");
  if (!why.empty()) error.with("reason", why);
  return error;
}

void check_systemctl(const CommandOutcome& outcome) {
  using End = CommandOutcome::End;
  switch (outcome.end) {
    case End::ended: break;
    case End::timed_out:
      throw Error(Errc::timeout, "systemctl did not end within 20 s; what it asked for may go on in systemd",
                  Value{{"hint", "look at the unit with action \"status\""}});
    case End::stopped: throw Error(Errc::cancelled, "the node is stopping");
    case End::no_directory:
    case End::not_started: throw Error(Errc::method_failed, "cannot start systemctl: " + outcome.failure);
  }
  if (outcome.return_code == 0) return;
  for (const std::string_view sign : {"not been booted with systemd", "Failed to connect to bus",
                                      "Failed to get D-Bus connection", "Running in chroot"})
    if (outcome.err.contains(sign)) throw no_systemd(first_line(outcome.err));
}

}  // namespace system_service

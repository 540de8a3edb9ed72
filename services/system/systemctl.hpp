// Systemctl: how systemd is asked: which program with which words, and what its end means. It starts nothing
// itself; a CommandPool does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/error.hpp>

#include "command.hpp"

namespace system_service {

/// The first `systemctl` in the folders of `path` (the variable PATH); nothing when there is none.
[[nodiscard]] std::optional<std::string> find_systemctl(std::string_view path);

/// `environment` with what makes its output plain.
[[nodiscard]] std::vector<std::string> systemctl_environment(std::vector<std::string> environment);

/// "systemd is not running here"
[[nodiscard]] p2p::Error no_systemd(std::string_view why);

/// Throws when it was not run to its end within its time, or when there is no systemd to talk to.
void check_systemctl(const CommandOutcome& outcome);

}  // namespace system_service

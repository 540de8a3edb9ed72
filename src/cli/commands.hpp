// The table of all commands, and the options that they share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace p2p {

[[nodiscard]] std::span<const Command> commands() noexcept;
[[nodiscard]] std::span<const SharedOption> shared_options() noexcept;

/// All options of `command`: its own, then the shared ones.
[[nodiscard]] std::vector<const Option*> options_of(const Command& command);

/// "service reload": the name with that of its family.
[[nodiscard]] std::string full_name(const Command& command);

/// The command of this name ("nodes", "service reload"), or null.
[[nodiscard]] const Command* find_command(std::string_view full_name);

}  // namespace p2p

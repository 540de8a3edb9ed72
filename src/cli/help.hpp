// The help texts, all from the one table.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace p2p {

/// What `p2p_admin help` prints; no line is over 100 columns.
[[nodiscard]] std::string top_help();

/// That of one command: purpose, usage, arguments, options, examples.
[[nodiscard]] std::string command_help(const Command& command);

/// "p2p_admin nodes [NODE] [options]"
[[nodiscard]] std::string usage_of(const Command& command);

}  // namespace p2p

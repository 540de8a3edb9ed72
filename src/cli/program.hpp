// The program from its words to its exit code: reads them, hands them to the command, shows what went wrong.
#pragma once

#include <string>
#include <vector>

#include "cli/world.hpp"

namespace p2p {

/// `words` without the program's name.
[[nodiscard]] int run_program(const std::vector<std::string>& words, World& world);

}  // namespace p2p

// World: what a command is handed besides its words: where to write, what the environment says, time.
#pragma once

#include "base/clock.hpp"
#include "cli/client_environment.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"

namespace p2p {

struct World {
  Terminal& terminal;
  const ClientEnvironment& environment;
  const Clock& clock;
  Output output = Output::table;  ///< -o, else P2P_OUTPUT, else table
};

}  // namespace p2p

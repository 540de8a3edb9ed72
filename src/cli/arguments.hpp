// Arguments: the command line as decided: what to do, and the configuration it gives. CLI11 reads, the words
// are ours.
//
// A command that is not built yet is not here, and so not in the help.
#pragma once

#include <string>

#include "base/result.hpp"
#include "node/config.hpp"

namespace p2p {

struct Arguments {
  enum class Verb { coordinator, worker, version, help };
  Verb verb = Verb::help;
  std::string help;   ///< for `help`: the text
  int help_exit = 0;  ///< 2 when no command was given
  bool asked_state_dir = false;
  Config config;  ///< flags over what `environment` had put there
};

/// invalid_params with a `hint` for what cannot be understood: exit 2.
[[nodiscard]] Result<Arguments> read_arguments(int argc, const char* const* argv, Config environment);

}  // namespace p2p

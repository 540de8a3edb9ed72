// The parser: words to an Invocation, by the one table. CLI11 reads; the words, the suggestions and the exit
// codes are ours. Only parser.cpp includes CLI11.
//
// The options that commands share may stand before or after the command; one that the command does not have
// is refused in either place.
#pragma once

#include "cli/invocation.hpp"

namespace p2p {

/// What was understood, and what was wrong with it. `said` holds what could be read also when there is an
/// error, so that `-o json` has its effect on the error.
struct Reading {
  Invocation said;
  std::optional<Error> error;  ///< invalid_params with a hint: exit 2
};

/// `words` without the program's name.
[[nodiscard]] Reading read_command_line(const std::vector<std::string>& words);

}  // namespace p2p

// One object in full, for people: a line for each member, what is nested indented below it.
#pragma once

#include <string>

#include <p2p/value.hpp>

#include "base/clock.hpp"
#include "cli/terminal.hpp"

namespace p2p {

/// Times are shown with how long ago they are, states in their colour; everything is escaped.
[[nodiscard]] std::string details_text(const Value& object, WallTime now, const Terminal& terminal);

}  // namespace p2p

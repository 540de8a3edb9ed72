// Lines of the log as GET /logs gives them, for people: the seed's line with the node in front.
//
//   web-1 | 12:00:04 | INFO  | Service.test_monitoring | Coordinator metrics #25: CPU 12.5%
#pragma once

#include <string>

#include <p2p/value.hpp>

#include "cli/terminal.hpp"

namespace p2p {

/// With its line end, in local time; fields besides the usual ones stand behind the message.
[[nodiscard]] std::string log_line_text(const Value& line, const Terminal& terminal);

}  // namespace p2p

// The screen of `status`: problems first, each with what to do; then the node, the cluster, its services and
// its traffic.
#pragma once

#include <string>
#include <vector>

#include <p2p/value.hpp>

#include "base/clock.hpp"
#include "cli/terminal.hpp"

namespace p2p {

/// What /health, /cluster/status, /cluster/nodes, /services and a few figures of /metrics say, as one
/// document: {"health", "cluster", "nodes", "services", "figures"}.
[[nodiscard]] std::string status_page(const Value& status, WallTime now, const Terminal& terminal);

struct Problem {
  std::string what, hint;
};
[[nodiscard]] std::vector<Problem> problems_of(const Value& status, WallTime now);

}  // namespace p2p

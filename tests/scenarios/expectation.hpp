// Expectation: what comes after the word `expect`.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "testing/serf_cluster.hpp"
#include "tests/scenarios/line.hpp"

namespace p2p::scenarios {

using NodesByWord = std::map<std::string, gossip::SerfCluster::Node>;

/// Whether it holds now; if not, `why` is what is so instead.
using Expectation = std::function<bool(std::string& why)>;

/// What is handed in outlives it. Throws a Complaint when the line makes no sense.
[[nodiscard]] Expectation read_expectation(Line& line, gossip::SerfCluster& cluster,
                                           const NodesByWord& nodes);

}  // namespace p2p::scenarios

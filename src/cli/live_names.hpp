// The names that completions offer, asked of the node: at most 300 ms, kept for 10 s in the cache folder. Any
// failure is silence.
#pragma once

#include "cli/completion.hpp"
#include "cli/world.hpp"

namespace p2p {

/// `words`: the command line so far, for its --coord, --context and token.
[[nodiscard]] NameSource live_names(const std::vector<std::string>& words, World& world);

}  // namespace p2p

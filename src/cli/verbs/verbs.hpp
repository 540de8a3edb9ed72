// The handlers of all commands; which is which says the table (commands.cpp), what each does its own file.
#pragma once

#include "cli/invocation.hpp"
#include "cli/world.hpp"

namespace p2p {

Result<int> run_coordinator(const Invocation& said, World& world);
Result<int> run_worker(const Invocation& said, World& world);

Result<int> show_version(const Invocation& said, World& world);
Result<int> show_help(const Invocation& said, World& world);

}  // namespace p2p

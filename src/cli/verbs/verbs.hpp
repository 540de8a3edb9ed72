// The handlers of all commands; which is which says the table (commands.cpp), what each does its own file.
#pragma once

#include "cli/invocation.hpp"
#include "cli/world.hpp"

namespace p2p {

// run a node: run_node.cpp
Result<int> run_coordinator(const Invocation& said, World& world);
Result<int> run_worker(const Invocation& said, World& world);

// look: the files of their names; nodes.cpp has both nodes and services
Result<int> check_health(const Invocation& said, World& world);
Result<int> show_logs(const Invocation& said, World& world);
Result<int> show_methods(const Invocation& said, World& world);
Result<int> show_nodes(const Invocation& said, World& world);
Result<int> show_services(const Invocation& said, World& world);
Result<int> show_status(const Invocation& said, World& world);

// act: the files of their names
Result<int> bench(const Invocation& said, World& world);
Result<int> call(const Invocation& said, World& world);
Result<int> service_act(const Invocation& said, World& world);

// develop: develop.cpp
Result<int> new_service(const Invocation& said, World& world);
Result<int> lint_service(const Invocation& said, World& world);

/// The program that lint starts to look at a library: `words` are this verb and those of DescribeOrder
/// (hosting/service_description.hpp). It has no row in the table, since nobody types it.
inline constexpr std::string_view describe_verb = "__describe";
int describe_library(const std::vector<std::string>& words);

// set up: config.cpp, context.cpp, token.cpp, the files of their names
Result<int> add_context(const Invocation& said, World& world);
Result<int> list_contexts(const Invocation& said, World& world);
Result<int> remove_context(const Invocation& said, World& world);
Result<int> use_context(const Invocation& said, World& world);
Result<int> validate_contexts(const Invocation& said, World& world);
Result<int> config_show(const Invocation& said, World& world);
Result<int> config_check(const Invocation& said, World& world);
Result<int> config_init(const Invocation& said, World& world);
Result<int> config_path(const Invocation& said, World& world);
Result<int> run_doctor(const Invocation& said, World& world);
Result<int> issue_token(const Invocation& said, World& world);
Result<int> show_token(const Invocation& said, World& world);
Result<int> show_capabilities(const Invocation& said, World& world);
Result<int> show_cheat(const Invocation& said, World& world);
Result<int> show_completions(const Invocation& said, World& world);
Result<int> show_help(const Invocation& said, World& world);
Result<int> show_version(const Invocation& said, World& world);

}  // namespace p2p

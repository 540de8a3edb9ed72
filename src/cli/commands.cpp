#include "cli/commands.hpp"

#include "cli/output.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

using Lines = std::string_view;

constexpr SharedOption shared[] = {
    {reaches_node,
     {.names = "--coord",
      .value = "HOST:PORT",
      .purpose = "node to talk to (env P2P_COORD)",
      .standard = "127.0.0.1:8001"}},
    {reaches_node,
     {.names = "--context",
      .value = "NAME",
      .purpose = "stored address and token (env P2P_CONTEXT)",
      .words = Words::context}},
    {reaches_node,
     {.names = "--token",
      .value = "TOKEN",
      .purpose = "bearer token; better: --token-file or env P2P_API_TOKEN"}},
    {reaches_node,
     {.names = "--token-file", .value = "FILE", .purpose = "reads it from a file", .words = Words::file},
     SharedOption::Top::unlisted},
    {has_state_dir,
     {.names = "--state-dir",
      .value = "DIR",
      .purpose = "keys and identity (env P2P_STATE_DIR)",
      .words = Words::folder}},
    {reaches_node,
     {.names = "--timeout", .value = "DUR", .purpose = "limit for the whole command", .standard = "30s"}},
    {has_output,
     {.names = "-o,--output",
      .value = "FORMAT",
      .purpose = "table wide json yaml ndjson name",
      .standard = "table",
      .words = Words::chosen,
      .choices = output_words}},
    {can_watch, {.names = "-w,--watch", .purpose = "show again on every change"}},
    {talks, {.names = "-q,--quiet", .purpose = "no talk on stderr, errors only"}, SharedOption::Top::brief},
    {talks, {.names = "-v,--verbose", .purpose = "say more on stderr"}, SharedOption::Top::brief},
    {talks,
     {.names = "--color",
      .value = "auto|always|never",
      .purpose = "colour (env NO_COLOR, CLICOLOR_FORCE)",
      .words = Words::chosen,
      .choices = "auto|always|never"},
     SharedOption::Top::brief},
    {asks_first, {.names = "-y,--yes", .purpose = "do not ask first"}, SharedOption::Top::brief},
    {0, {.names = "-h,--help", .purpose = "this text"}, SharedOption::Top::brief},
    {picks_nodes,
     {.names = "--node",
      .value = "GLOB",
      .purpose = "name or id, repeatable: --node 'web-*'",
      .words = Words::node,
      .repeatable = true}},
    {picks_nodes,
     {.names = "--role",
      .value = "ROLE",
      .purpose = "coordinator | worker",
      .words = Words::chosen,
      .choices = "coordinator|worker"}},
    {picks_nodes,
     {.names = "--tag",
      .value = "KEY[=VALUE]",
      .purpose = "repeatable, all must match; !KEY=VALUE excludes",
      .repeatable = true}},
    {picks_nodes,
     {.names = "--service",
      .value = "NAME",
      .purpose = "nodes that run the service",
      .words = Words::service}},
    {picks_nodes,
     {.names = "--status",
      .value = "S",
      .purpose = "alive | suspected | dead | left | draining | degraded",
      .words = Words::chosen,
      .choices = "alive|suspected|dead|left|draining|degraded"}},
};

// ---- run a node

constexpr Option node_options[] = {
    {.names = "--port",
     .value = "N",
     .purpose = "HTTP, and later gossip and node links; 0 takes a free one",
     .standard = "8001; worker: first free from 8002"},
    {.names = "--address,--listen",
     .value = "ADDR",
     .purpose = "loopback only in this version",
     .standard = "127.0.0.1"},
    {.names = "--node-id,--name",
     .value = "NAME",
     .purpose = "unique in the cluster, kept across restarts",
     .standard = "<role>-<port>"},
    {.names = "--services-dir",
     .value = "DIR",
     .purpose = "folder of services (env SERVICES_DIR)",
     .standard = "./services",
     .words = Words::folder},
    {.names = "--redis-url",
     .value = "URL",
     .purpose = "for cached results, used by a later version (env REDIS_URL)"},
    {.names = "--log-level",
     .value = "LEVEL",
     .purpose = "trace debug info warn error",
     .standard = "info",
     .words = Words::chosen,
     .choices = "trace|debug|info|warn|error"},
    {.names = "--log-format",
     .value = "text|json",
     .purpose = "lines for people or one object a line",
     .standard = "text",
     .words = Words::chosen,
     .choices = "text|json"},
    {.names = "--log-file",
     .value = "FILE",
     .purpose = "log there instead of to stderr",
     .words = Words::file},
    {.names = "--ready-fd", .value = "N", .purpose = "write one line of JSON there when the node serves"},
    {.names = "-v,--verbose", .purpose = "log level debug"},
};

constexpr Option coordinator_of_worker = {
    .names = "--coord,--coordinator",
    .value = "HOST:PORT",
    .purpose = "where to look for it; repeatable, or a list with commas",
    .standard = "127.0.0.1:8001",
    .repeatable = true,
    .list = true};

template <std::size_t N>
constexpr std::array<Option, N + 1> with_first(const Option& first, const Option (&rest)[N]) {
  std::array<Option, N + 1> all;
  all[0] = first;
  for (std::size_t i = 0; i < N; ++i) all[i + 1] = rest[i];
  return all;
}
constexpr auto worker_options = with_first(coordinator_of_worker, node_options);

constexpr Lines coordinator_examples[] = {"p2p_admin coordinator --verbose",
                                          "p2p_admin coordinator --port 9001 --services-dir /srv/services"};
constexpr Lines worker_examples[] = {"p2p_admin worker --coord 127.0.0.1:8001 --port 8002"};

// ---- set up

constexpr Argument help_arguments[] = {
    {.name = "COMMAND", .purpose = "one of the list", .many = true, .words = Words::command}};

constexpr Command table[] = {
    {.name = "coordinator",
     .group = Group::run,
     .purpose = "run a coordinator (default 127.0.0.1:8001)",
     .run = &run_coordinator,
     .options = node_options,
     .shares = has_state_dir,
     .examples = coordinator_examples},
    {.name = "worker",
     .group = Group::run,
     .purpose = "run a worker and look for its coordinator",
     .run = &run_worker,
     .options = worker_options,
     .shares = has_state_dir,
     .examples = worker_examples},
    {.name = "version",
     .group = Group::set_up,
     .purpose = "version of this program",
     .run = &show_version,
     .shares = talks | has_output},
    {.name = "help",
     .group = Group::set_up,
     .purpose = "this text, or that of a command",
     .run = &show_help,
     .arguments = help_arguments,
     .shown = "help [COMMAND]"},
};

}  // namespace

std::span<const Command> commands() noexcept { return table; }
std::span<const SharedOption> shared_options() noexcept { return shared; }

std::vector<const Option*> options_of(const Command& command) {
  std::vector<const Option*> options;
  for (const Option& option : command.options) options.push_back(&option);
  for (const SharedOption& entry : shared)
    if ((command.shares & entry.share) == entry.share) options.push_back(&entry.option);
  return options;
}

std::string full_name(const Command& command) {
  for (const Command& family : table)
    for (const Command& verb : family.verbs)
      if (&verb == &command) return std::string(family.name) + ' ' + std::string(verb.name);
  return std::string(command.name);
}

const Command* find_command(std::string_view full) {
  for (const Command& command : table) {
    if (command.name == full) return &command;
    for (const Command& verb : command.verbs)
      if (full_name(verb) == full) return &verb;
  }
  return nullptr;
}

std::string_view Option::key() const noexcept {
  const auto at = names.find("--");
  const std::string_view rest = at == names.npos ? names : names.substr(at + 2);
  return rest.substr(0, rest.find(','));
}

}  // namespace p2p

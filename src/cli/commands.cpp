#include "cli/commands.hpp"

#include <array>

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
     {.names = "--status", .value = "S", .purpose = "alive | suspected | dead | left | draining | degraded"}},
    {picks_nodes,
     {.names = "--allow-empty", .purpose = "exit 0 also when they match nothing"},
     SharedOption::Top::unlisted},
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
    {.names = "--advertise",
     .value = "HOST[:PORT]",
     .purpose = "what other nodes are told",
     .standard = "the listen address"},
    {.names = "--tag", .value = "KEY=VALUE", .purpose = "repeatable; for selectors", .repeatable = true},
    {.names = "--threads",
     .value = "N",
     .purpose = "event loops; 1: a service meets no data race",
     .standard = "1"},
    {.names = "--services-dir",
     .value = "DIR",
     .purpose = "folder of services (env SERVICES_DIR)",
     .standard = "./services",
     .words = Words::folder},
    {.names = "--redis-url",
     .value = "URL",
     .purpose = "for cached results, used by a later version (env REDIS_URL)"},
    {.names = "--config",
     .value = "FILE",
     .purpose = "settings, over those of /etc/p2p_admin/config.toml (env P2P_CONFIG)",
     .words = Words::file},
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

constexpr Option patience_of_worker = {.names = "--join-timeout",
                                       .value = "DUR",
                                       .purpose = "end with exit 3 when none has answered by then; 0: never",
                                       .standard = "0"};

template <std::size_t N>
constexpr std::array<Option, N + 2> with_first(const Option& first, const Option& second,
                                               const Option (&rest)[N]) {
  std::array<Option, N + 2> all;
  all[0] = first;
  all[1] = second;
  for (std::size_t i = 0; i < N; ++i) all[i + 2] = rest[i];
  return all;
}
constexpr auto worker_options = with_first(coordinator_of_worker, patience_of_worker, node_options);

constexpr Lines coordinator_examples[] = {"p2p_admin coordinator --verbose",
                                          "p2p_admin coordinator --port 9001 --services-dir /srv/services"};
constexpr Lines worker_examples[] = {"p2p_admin worker --coord 127.0.0.1:8001 --port 8002"};

// ---- look

constexpr Option health_options[] = {
    {.names = "--ready", .purpose = "is it ready for calls, not only alive?"}};
constexpr Lines health_examples[] = {"p2p_admin health --timeout 2s", "p2p_admin health --ready -v"};

constexpr Option sort_option[] = {
    {.names = "--sort", .value = "COL", .purpose = "by a member of the API's object; -COL downwards"}};
constexpr Argument node_argument[] = {{.name = "NODE", .purpose = "name: its details", .words = Words::node}};
constexpr Lines nodes_examples[] = {"p2p_admin nodes", "p2p_admin nodes --status alive -o name",
                                    "p2p_admin nodes web-1 -o json"};
constexpr Argument service_argument[] = {
    {.name = "NAME", .purpose = "a service: its details, and why it failed", .words = Words::service}};
constexpr Lines services_examples[] = {"p2p_admin services", "p2p_admin services hello"};

constexpr Argument method_argument[] = {{.name = "METHOD",
                                         .purpose = "service.method: its parameters; a service: its methods",
                                         .words = Words::method}};
constexpr Option methods_options[] = {
    {.names = "--service", .value = "NAME", .purpose = "methods of this service", .words = Words::service},
    {.names = "--role-needed",
     .value = "ROLE",
     .purpose = "methods that need this role",
     .words = Words::chosen,
     .choices = "viewer|operator|admin"}};
constexpr Lines methods_examples[] = {"p2p_admin methods system", "p2p_admin methods system.execute_command"};

constexpr Option logs_options[] = {
    {.names = "-f,--follow", .purpose = "what comes from now on, until Ctrl-C"},
    {.names = "--level",
     .value = "LEVEL",
     .purpose = "this level and above",
     .words = Words::chosen,
     .choices = "trace|debug|info|warn|error"},
    {.names = "--since", .value = "DUR|TIME", .purpose = "30s, 5m, 1h ago, or 2026-11-22T05:52:35Z"},
    {.names = "--tail", .value = "N", .purpose = "the last N lines", .standard = "100; with -f 10"},
    {.names = "--grep", .value = "TEXT", .purpose = "lines whose message holds the text"},
    {.names = "--logger", .value = "GLOB", .purpose = "Http, 'Service.*'; repeatable", .repeatable = true}};
constexpr Lines logs_examples[] = {"p2p_admin logs --since 5m --level warn",
                                   "p2p_admin logs -f --service hello -o ndjson"};

// ---- act

constexpr Argument call_arguments[] = {
    {.name = "METHOD",
     .purpose = "service.method or service/method",
     .required = true,
     .words = Words::method},
    {.name = "key=value",
     .purpose = "a parameter, read by the method's schema; key:=JSON, key=@FILE",
     .many = true,
     .words = Words::parameter}};
constexpr Option data_option = {.names = "-d,--data",
                                .value = "JSON|@FILE|-",
                                .purpose = "all parameters as one document",
                                .words = Words::file};
constexpr Option no_cache_option = {.names = "--no-cache", .purpose = "run it even if a result is cached"};
constexpr Option call_options[] = {
    data_option,
    {.names = "--target", .value = "T", .purpose = "where it runs: local, a node, a role, tag:KEY=VALUE"},
    no_cache_option,
    {.names = "--trace", .purpose = "show the trace id, which leads to its lines in the log"},
    {.names = "--repeat", .value = "N", .purpose = "call it N times", .standard = "1"}};
constexpr Lines call_examples[] = {"p2p_admin call system.get_system_info",
                                   "p2p_admin call system.execute_command command='uname -a'",
                                   "p2p_admin call deploy.run -d '{\"version\":\"1.2\"}'",
                                   "p2p_admin call system.get_system_metrics | jq .cpu_percent"};
constexpr Lines call_about =
    "The result goes to stdout as JSON; node, path and time go to stderr. Ctrl-C cancels the call on\n"
    "its node. A selector must match exactly one node.\n";

constexpr Option bench_options[] = {
    {.names = "-c,--connections",
     .value = "N",
     .purpose = "each asks anew when it has its answer",
     .standard = "1"},
    {.names = "-n,--number", .value = "N", .purpose = "calls in all, none before them"},
    {.names = "--duration", .value = "DUR", .purpose = "or as long as this", .standard = "5s without -n"},
    {.names = "--warmup",
     .value = "DUR",
     .purpose = "before, not counted; 0: none",
     .standard = "500ms without -n"},
    data_option,
    no_cache_option};
constexpr Lines bench_examples[] = {"p2p_admin bench system.ping -c 64 --duration 10s",
                                    "p2p_admin bench system.get_system_info -n 10000 -o json"};

constexpr Argument acted_service[] = {
    {.name = "NAME", .purpose = "the service", .required = true, .words = Words::service}};
constexpr Shares acting = talks | reaches_node | has_output | picks_nodes | asks_first;
constexpr Lines reload_examples[] = {"p2p_admin service reload hello"};
constexpr Lines restart_examples[] = {"p2p_admin service restart hello"};
constexpr Lines enable_examples[] = {"p2p_admin service enable hello"};
constexpr Lines disable_examples[] = {"p2p_admin service disable hello"};
constexpr Command service_verbs[] = {
    {.name = "reload",
     .group = Group::act,
     .purpose = "load it anew, the old one serves meanwhile; ends state failed",
     .run = &service_act,
     .arguments = acted_service,
     .shares = acting,
     .examples = reload_examples},
    {.name = "restart",
     .group = Group::act,
     .purpose = "stop it first, then start the same files; ends state failed",
     .run = &service_act,
     .arguments = acted_service,
     .shares = acting,
     .examples = restart_examples},
    {.name = "enable",
     .group = Group::act,
     .purpose = "load it again after disable",
     .run = &service_act,
     .arguments = acted_service,
     .shares = acting,
     .examples = enable_examples},
    {.name = "disable",
     .group = Group::act,
     .purpose = "stop it, and do not start it until it is enabled",
     .run = &service_act,
     .arguments = acted_service,
     .shares = acting,
     .examples = disable_examples},
};

// ---- develop

constexpr Argument new_service_arguments[] = {
    {.name = "NAME", .purpose = "of the service and its folder: [a-z][a-z0-9_-]{0,63}", .required = true}};
constexpr Option new_service_options[] = {{.names = "--lang",
                                           .value = "LANG",
                                           .purpose = "its language",
                                           .standard = "cpp",
                                           .words = Words::chosen,
                                           .choices = "cpp"},
                                          {.names = "--dir",
                                           .value = "DIR",
                                           .purpose = "the folder of services (env SERVICES_DIR)",
                                           .standard = "./services",
                                           .words = Words::folder}};
constexpr Lines new_service_examples[] = {"p2p_admin new service hello",
                                          "p2p_admin new service prices --dir /srv/services"};
constexpr Command new_verbs[] = {{.name = "service",
                                  .group = Group::develop,
                                  .purpose = "make services/NAME/ with code, test and README",
                                  .run = &new_service,
                                  .arguments = new_service_arguments,
                                  .options = new_service_options,
                                  .shares = talks | has_output,
                                  .examples = new_service_examples}};

constexpr Argument lint_arguments[] = {
    {.name = "DIR", .purpose = "that holds main.cpp or a .so", .required = true, .words = Words::folder}};
constexpr Lines lint_examples[] = {"p2p_admin lint services/hello", "p2p_admin lint . -o json"};
constexpr Lines lint_about =
    "Names, owners and modes, what it holds, whether it compiles, what it declares. It is compiled as a\n"
    "node does it, in a temporary folder, and loaded in a process of its own. Exit 1 when a node would\n"
    "refuse it; warnings alone are exit 0.\n";

// ---- set up

constexpr Option doctor_options[] = {{.names = "--services-dir",
                                      .value = "DIR",
                                      .purpose = "folder of services (env SERVICES_DIR)",
                                      .standard = "./services",
                                      .words = Words::folder}};
constexpr Lines doctor_examples[] = {"p2p_admin doctor", "p2p_admin doctor --coord 127.0.0.1:9001 -o json"};
constexpr Lines doctor_about =
    "Looks at this machine and asks the node; changes nothing. Exit 1 when a line says FAIL.\n";

constexpr Argument new_context[] = {
    {.name = "NAME", .purpose = "how it is called from now on", .required = true}};
constexpr Argument context_argument[] = {
    {.name = "NAME", .purpose = "the context", .required = true, .words = Words::context}};
constexpr Argument maybe_context[] = {{.name = "NAME", .purpose = "this one only", .words = Words::context}};
constexpr Option context_timeout = {
    .names = "--timeout", .value = "DUR", .purpose = "limit for its check", .standard = "30s"};
constexpr Option add_options[] = {
    {.names = "--coord", .value = "HOST:PORT", .purpose = "a node of the cluster"},
    {.names = "--token-stdin", .purpose = "read its token from standard input"},
    {.names = "--token-file",
     .value = "FILE",
     .purpose = "read its token from this file whenever it is used",
     .words = Words::file},
    {.names = "--ca",
     .value = "FILE",
     .purpose = "root certificate of a cluster in network mode",
     .words = Words::file},
    {.names = "--protected", .purpose = "acts ask before they act"},
    context_timeout};
constexpr Option context_options[] = {context_timeout};
constexpr Lines context_add_examples[] = {
    "p2p_admin context add prod --coord 10.0.0.5:8001 --token-stdin --protected < token"};
constexpr Command context_verbs[] = {
    {.name = "add",
     .group = Group::set_up,
     .purpose = "store an address and a token under a name, after one call",
     .run = &add_context,
     .arguments = new_context,
     .options = add_options,
     .examples = context_add_examples},
    {.name = "ls",
     .group = Group::set_up,
     .purpose = "list them",
     .run = &list_contexts,
     .shares = talks | has_output},
    {.name = "use",
     .group = Group::set_up,
     .purpose = "make it the current one, after one call",
     .run = &use_context,
     .arguments = context_argument,
     .options = context_options},
    {.name = "rm",
     .group = Group::set_up,
     .purpose = "forget it",
     .run = &remove_context,
     .arguments = context_argument},
    {.name = "validate",
     .group = Group::set_up,
     .purpose = "one call to each",
     .run = &validate_contexts,
     .arguments = maybe_context,
     .options = context_options,
     .shares = talks | has_output},
};

constexpr Option issue_options[] = {{.names = "--role",
                                     .value = "ROLE",
                                     .purpose = "viewer, operator or admin; at most your own",
                                     .standard = "viewer",
                                     .words = Words::chosen,
                                     .choices = "viewer|operator|admin"},
                                    {.names = "--ttl",
                                     .value = "DUR",
                                     .purpose = "how long it is valid, at most auth.token_ttl",
                                     .standard = "24h"},
                                    {.names = "--subject",
                                     .value = "NAME",
                                     .purpose = "who it is for, as the audit log shows it",
                                     .standard = "cli"},
                                    {.names = "--scope",
                                     .value = "SCOPE",
                                     .purpose = "narrows it: 'rpc:system/*'; repeatable",
                                     .repeatable = true}};
constexpr Lines issue_examples[] = {"p2p_admin token issue --role viewer --ttl 1h --subject dashboard"};
constexpr Argument token_argument[] = {
    {.name = "FILE", .purpose = "holds the token; - is standard input", .words = Words::file}};
constexpr Lines show_examples[] = {"p2p_admin token show ~/.prod-token",
                                   "p2p_admin token issue -q | p2p_admin token show -"};
constexpr Command token_verbs[] = {
    {.name = "issue",
     .group = Group::set_up,
     .purpose = "a new token alone on stdout",
     .run = &issue_token,
     .options = issue_options,
     .shares = talks | reaches_node | has_output,
     .examples = issue_examples},
    {.name = "show",
     .group = Group::set_up,
     .purpose = "what a token says; its signature is not shown",
     .run = &show_token,
     .arguments = token_argument,
     .shares = talks | reaches_node | has_output,
     .examples = show_examples},
};

constexpr Argument shell_argument[] = {{.name = "SHELL",
                                        .purpose = "bash, zsh or fish",
                                        .required = true,
                                        .words = Words::chosen,
                                        .choices = "bash|zsh|fish"}};
constexpr Lines completions_examples[] = {"source <(p2p_admin completions bash)"};
constexpr Argument topic_argument[] = {
    {.name = "TOPIC", .purpose = "start, look, call, logs, services, contexts or scripts"}};
constexpr Argument help_arguments[] = {
    {.name = "COMMAND", .purpose = "one of the list", .many = true, .words = Words::command}};

constexpr Option config_file = {
    .names = "--config",
    .value = "FILE",
    .purpose = "settings, over those of /etc/p2p_admin/config.toml (env P2P_CONFIG)",
    .words = Words::file};
constexpr Option config_file_option[] = {config_file};
constexpr Option config_show_options[] = {{.names = "--origin", .purpose = "say where each value comes from"},
                                          config_file};
constexpr Option config_init_options[] = {{.names = "--force", .purpose = "replace a file that is there"},
                                          config_file};
constexpr Argument config_key_argument[] = {
    {.name = "KEY",
     .purpose = "one key, or a section; alone, a key gives its bare value",
     .words = Words::setting}};
constexpr Argument config_file_argument[] = {
    {.name = "FILE", .purpose = "this file alone; else all that a node would read", .words = Words::file}};
constexpr Lines config_show_examples[] = {"p2p_admin config show --origin", "p2p_admin config show http",
                                          "p2p_admin config show node.port"};
constexpr Lines config_check_examples[] = {"p2p_admin config check ./p2p_admin.toml"};
constexpr Lines config_init_examples[] = {"p2p_admin config init --config ./p2p_admin.toml"};

constexpr Command config_verbs[] = {
    {.name = "show",
     .group = Group::set_up,
     .purpose = "the settings of a node started here and now",
     .run = &config_show,
     .arguments = config_key_argument,
     .options = config_show_options,
     .shares = talks | has_output,
     .examples = config_show_examples},
    {.name = "check",
     .group = Group::set_up,
     .purpose = "every mistake, with its place; exit 2 when there is one",
     .run = &config_check,
     .arguments = config_file_argument,
     .options = config_file_option,
     .shares = talks | has_output,
     .examples = config_check_examples},
    {.name = "init",
     .group = Group::set_up,
     .purpose = "write a file with every setting, commented out",
     .run = &config_init,
     .options = config_init_options,
     .examples = config_init_examples},
    {.name = "path",
     .group = Group::set_up,
     .purpose = "the files that a node reads, the one that goes first on top",
     .run = &config_path,
     .options = config_file_option},
};

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

    {.name = "status",
     .group = Group::look,
     .purpose = "one screen: health, nodes, services, traffic, problems",
     .run = &show_status,
     .shares = talks | reaches_node | has_output | can_watch},
    {.name = "nodes",
     .group = Group::look,
     .purpose = "list nodes, or details of one",
     .run = &show_nodes,
     .arguments = node_argument,
     .options = sort_option,
     .shares = talks | reaches_node | has_output | can_watch | picks_nodes,
     .examples = nodes_examples,
     .shown = "nodes [NODE]"},
    {.name = "services",
     .group = Group::look,
     .purpose = "list services, or details of one",
     .run = &show_services,
     .arguments = service_argument,
     .options = sort_option,
     .shares = talks | reaches_node | has_output | can_watch | picks_nodes,
     .examples = services_examples,
     .shown = "services [NAME]"},
    {.name = "methods",
     .group = Group::look,
     .purpose = "list public methods, or the parameters of one",
     .run = &show_methods,
     .arguments = method_argument,
     .options = methods_options,
     .shares = talks | reaches_node | has_output,
     .examples = methods_examples,
     .shown = "methods [METHOD]"},
    {.name = "logs",
     .group = Group::look,
     .purpose = "show or follow the logs of all nodes",
     .run = &show_logs,
     .options = logs_options,
     .shares = talks | reaches_node | has_output | picks_nodes,
     .examples = logs_examples},
    {.name = "health",
     .group = Group::look,
     .purpose = "is this node well? (for probes)",
     .run = &check_health,
     .options = health_options,
     .shares = talks | reaches_node | has_output,
     .examples = health_examples,
     .about =
         "Prints nothing: exit 0 or 3. With -v it says why; -o json, yaml or ndjson prints a document.\n"},

    {.name = "call",
     .group = Group::act,
     .purpose = "call a method:  call system.get_system_info",
     .run = &call,
     .arguments = call_arguments,
     .options = call_options,
     .shares = acting,
     .examples = call_examples,
     .about = call_about},
    {.name = "bench",
     .group = Group::act,
     .purpose = "measure latency and throughput of a method",
     .run = &bench,
     .arguments = call_arguments,
     .options = bench_options,
     .shares = talks | reaches_node | has_output | asks_first,
     .examples = bench_examples,
     .about = "A method that is not idempotent is called again and again only with --yes.\n"},
    {.name = "service",
     .group = Group::act,
     .purpose = "reload | restart | enable | disable",
     .verbs = service_verbs},

    {.name = "new",
     .group = Group::develop,
     .purpose = "make services/NAME/ with code, test and README",
     .verbs = new_verbs,
     .shown = "new service NAME"},
    {.name = "lint",
     .group = Group::develop,
     .purpose = "check a service folder without loading it",
     .run = &lint_service,
     .arguments = lint_arguments,
     .shares = talks | has_output,
     .examples = lint_examples,
     .about = lint_about,
     .shown = "lint DIR"},
    {.name = "context",
     .group = Group::set_up,
     .purpose = "add | ls | use | rm | validate cluster addresses",
     .verbs = context_verbs},
    {.name = "token", .group = Group::set_up, .purpose = "issue | show", .verbs = token_verbs},
    {.name = "config",
     .group = Group::set_up,
     .purpose = "show | check | init | path",
     .verbs = config_verbs},
    {.name = "doctor",
     .group = Group::set_up,
     .purpose = "find out what is wrong here and how to repair it",
     .run = &run_doctor,
     .options = doctor_options,
     .shares = talks | has_output | has_state_dir | reaches_node,
     .examples = doctor_examples,
     .about = doctor_about},
    {.name = "completions",
     .group = Group::set_up,
     .purpose = "bash | zsh | fish",
     .run = &show_completions,
     .arguments = shell_argument,
     .examples = completions_examples},
    {.name = "capabilities",
     .group = Group::set_up,
     .purpose = "all commands, options and exit codes as JSON",
     .run = &show_capabilities,
     .shares = talks | has_output},
    {.name = "cheat",
     .group = Group::set_up,
     .purpose = "short recipes",
     .run = &show_cheat,
     .arguments = topic_argument},
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

#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <p2p/detail/nearest.hpp>

#include "node/version.hpp"

namespace p2p {
namespace {

constexpr std::string_view top_help = R"(p2p_admin {version} - administration of distributed services

Usage: p2p_admin <command> [options]

Run a node
  coordinator          run a coordinator (default 127.0.0.1:8001)
  worker               run a worker and look for its coordinator

  version              print the version
  help [COMMAND]       this text, or that of a command

Examples
  p2p_admin coordinator --verbose
  p2p_admin worker --coord 127.0.0.1:8001 --port 8002

Exit codes: 0 ok, 1 failed, 2 usage, 78 node refused to start, 130 interrupted.
)";

std::string top_text() {
  std::string text(top_help);
  return text.replace(text.find("{version}"), 9, product_version);
}

/// What CLI11 writes to, before it is checked and put into the Config.
struct Raw {
  int port = -1;
  std::string log_level, log_format = "text";
  std::vector<std::string> coordinators;
  bool verbose = false;
  std::string topic;
};

void add_node_options(CLI::App& verb, Config& config, Raw& raw) {
  verb.add_option("--port", raw.port, "port of HTTP, and later of gossip and node links; 0 takes a free one")
      ->check(CLI::Range(0, 65535));
  verb.add_option("--address,--listen", config.address, "address to listen on; loopback only in this version")
      ->capture_default_str();
  verb.add_option("--node-id,--name", config.node_id,
                  "unique name, kept across restarts (default <role>-<port>)");
  verb.add_option("--services-dir", config.services_dir, "folder of services (env SERVICES_DIR)")
      ->capture_default_str();
  verb.add_option("--state-dir", config.state_dir, "keys and identity (env P2P_STATE_DIR)")
      ->capture_default_str();
  verb.add_option("--redis-url", config.redis_url,
                  "Redis for cached results, used by a later version (env REDIS_URL)");
  verb.add_option("--log-level", raw.log_level, "trace, debug, info, warn or error");
  verb.add_option("--log-format", raw.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb.add_option("--log-file", config.log_file, "log there instead of to stderr");
  verb.add_option("--ready-fd", config.ready_fd, "write one line of JSON there when the node serves")
      ->check(CLI::Range(0, 65535));
  verb.add_flag("-v,--verbose", raw.verbose, "log level debug");
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

Error usage_error(const CLI::ParseError& error, const CLI::App& app) {
  const CLI::App* at = &app;
  std::vector<std::string> commands;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(verb->get_name());
    if (verb->parsed()) at = verb;
  }
  const std::vector<std::string> unknown = app.remaining(true);
  std::string what = error.what(), hint = at == &app ? "p2p_admin help" : "p2p_admin help " + at->get_name();
  if (!unknown.empty()) {
    const bool option = unknown.front().starts_with("-");
    what = (option       ? "unknown option "
            : at == &app ? "unknown command "
                         : "unexpected argument ") +
           unknown.front();
    const std::string word = unknown.front().substr(0, unknown.front().find('='));
    const std::string close = nearest(word, option ? option_names(*at) : commands);
    if (!close.empty() && (option || at == &app)) hint = "did you mean " + close + "?   (" + hint + ')';
  }
  return Error(Errc::invalid_params, what, Value{{"hint", hint}});
}

Result<void> settle(Arguments& arguments, const Raw& raw) {
  Config& config = arguments.config;
  if (raw.port >= 0) config.port = static_cast<std::uint16_t>(raw.port);
  if (!raw.log_level.empty()) {
    const auto level = log_level_of(raw.log_level);
    if (!level)
      return fail(Errc::invalid_params,
                  "--log-level: " + raw.log_level + " is none of trace, debug, info, warn, error");
    config.log_level = *level;
  }
  if (raw.verbose) config.log_level = LogLevel::debug;
  config.log_format = raw.log_format == "json" ? Log::Format::json : Log::Format::text;
  if (!raw.coordinators.empty()) config.coordinators = raw.coordinators;
  return {};
}

}  // namespace

Result<Arguments> read_arguments(int argc, const char* const* argv, Config environment) {
  Arguments arguments;
  arguments.config = std::move(environment);
  Raw raw;
  CLI::App app;
  app.set_help_flag();
  app.require_subcommand(0, 1);
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  CLI::App* coordinator = app.add_subcommand("coordinator", "Runs a coordinator until SIGTERM or Ctrl-C.");
  CLI::App* worker =
      app.add_subcommand("worker", "Runs a worker, which looks for its coordinator until it answers.");
  CLI::App* version = app.add_subcommand("version", "Prints the version.");
  CLI::App* help = app.add_subcommand("help", "Prints the help of a command.");
  help->add_option("COMMAND", raw.topic);
  for (CLI::App* verb : {coordinator, worker}) {
    add_node_options(*verb, arguments.config, raw);
    verb->set_help_flag();
    verb->add_flag("-h,--help", wants_help, "this text");
  }
  worker
      ->add_option("--coord,--coordinator", raw.coordinators,
                   "HOST:PORT of the coordinator; repeatable, or a list with commas")
      ->delimiter(',');
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(error, app));
  }
  const CLI::App* topic = nullptr;
  for (CLI::App* verb : {coordinator, worker, version, help})
    if (raw.topic == verb->get_name() || (wants_help && verb->parsed())) topic = verb;
  if (help->parsed() && !raw.topic.empty() && topic == nullptr)
    return fail(Errc::invalid_params, "no command " + raw.topic, Value{{"hint", "p2p_admin help"}});
  if (wants_help || help->parsed() || app.get_subcommands().empty()) {
    arguments.verb = Arguments::Verb::help;
    arguments.help = topic == nullptr ? top_text() : topic->help("p2p_admin");
    arguments.help_exit = wants_help || help->parsed() ? 0 : 2;
    return arguments;
  }
  if (version->parsed()) arguments.verb = Arguments::Verb::version;
  if (coordinator->parsed()) arguments.verb = Arguments::Verb::coordinator;
  if (worker->parsed()) arguments.verb = Arguments::Verb::worker;
  arguments.config.role = worker->parsed() ? "worker" : "coordinator";
  if (auto settled = settle(arguments, raw); !settled) return fail(settled.error());
  return arguments;
}

}  // namespace p2p

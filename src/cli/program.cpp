#include "cli/program.hpp"

#include <cstring>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/help.hpp"
#include "cli/live_names.hpp"
#include "cli/parser.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

bool has(const Invocation& said, std::string_view key) {
  if (said.command == nullptr) return false;
  for (const Option* option : options_of(*said.command))
    if (option->key() == key) return said.has(key);
  return false;
}

ColourWish colour_wish(const Invocation& said, const ClientEnvironment& environment) {
  if (has(said, "color")) {
    if (said.text("color") == "always") return ColourWish::always;
    if (said.text("color") == "never") return ColourWish::never;
    return ColourWish::automatic;
  }
  if (environment.no_color) return ColourWish::never;
  return environment.force_color ? ColourWish::always : ColourWish::automatic;
}

/// What is common to all commands: format, colour, quiet.
Result<void> prepare(const Invocation& said, World& world) {
  world.terminal.set_colour(colour_wish(said, world.environment));
  if (said.command == nullptr || (said.command->shares & has_output) == 0) return {};
  if (has(said, "output")) {
    world.output = *output_of(said.text("output"));
  } else if (!world.environment.output.empty()) {
    const auto output = output_of(world.environment.output);
    if (!output)
      return fail(Errc::invalid_params, "P2P_OUTPUT: '" + world.environment.output + "' is no format",
                  Value{{"hint", "P2P_OUTPUT=table, wide, json, yaml, ndjson or name"}});
    world.output = *output;
  }
  return {};
}

Result<int> run_command(const Invocation& said, World& world) {
  if (said.version && said.command == nullptr) {
    Invocation version;
    version.command = find_command("version");
    return show_version(version, world);
  }
  if (said.help || said.command == nullptr || said.command->run == nullptr) {
    const std::string text = said.command == nullptr ? top_help() : command_help(*said.command);
    said.help ? world.terminal.out(text) : world.terminal.err(text);
    return said.help ? 0 : exit_usage;
  }
  world.terminal.set_quiet(has(said, "quiet"));
  return said.command->run(said, world);
}

/// `__complete SHELL -- WORDS`: what the stubs of `completions` ask. Whatever goes wrong is silence.
int run_completion(const std::vector<std::string>& words, World& world) {
  if (words.size() < 4 || words[2] != "--") return exit_usage;
  const std::vector<std::string> line(words.begin() + 3, words.end());
  for (const Candidate& candidate : complete(line, live_names(line, world))) {
    const bool told = words[1] == "fish" && !candidate.purpose.empty();
    world.terminal.out(candidate.text + (told ? '\t' + std::string(candidate.purpose) : "") + '\n');
  }
  return 0;
}

}  // namespace

int run_program(const std::vector<std::string>& words, World& world) {
  if (!words.empty() && words.front() == describe_verb) return describe_library(words);
  if (!words.empty() && words.front() == "__complete") return run_completion(words, world);
  Reading reading = read_command_line(words);
  if (auto prepared = prepare(reading.said, world); !prepared && !reading.error)
    reading.error = prepared.error();
  if (reading.error) return complain(world.terminal, world.output, *reading.error);
  const Result<int> code = run_command(reading.said, world);
  if (world.terminal.closed()) return 0;
  if (const int wrong = world.terminal.out_error(); wrong != 0)
    return complain(
        world.terminal, Output::table,
        Error(Errc::internal, std::string("cannot write to standard output: ") + ::strerror(wrong)));
  return code ? *code : complain(world.terminal, world.output, code.error());
}

}  // namespace p2p

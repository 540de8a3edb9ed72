#include "cli/parser.hpp"

#include <deque>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/suggestions.hpp"

namespace p2p {
namespace {

/// One app of CLI11 and what it may be given.
struct Level {
  CLI::App* app = nullptr;
  const Command* command = nullptr;  ///< null: the program itself
  std::vector<std::pair<const Option*, CLI::Option*>> options;
  std::vector<std::pair<const Argument*, CLI::Option*>> arguments;
};

const CLI::callback_t keep = [](const CLI::results_t&) { return true; };

void add_options(Level& level, const std::vector<const Option*>& options) {
  for (const Option* option : options) {
    const std::string names(option->names);
    CLI::Option* made = option->is_flag() ? level.app->add_flag(names) : level.app->add_option(names, keep);
    made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (option->list) made->delimiter(',');
    level.options.emplace_back(option, made);
  }
}

void add_arguments(Level& level) {
  for (const Argument& argument : level.command->arguments) {
    CLI::Option* made = level.app->add_option(std::string(argument.name), keep);
    if (argument.many) made->allow_extra_args();
    made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    level.arguments.emplace_back(&argument, made);
  }
}

/// The words understood at one level, checked against the choices of the table.
class Reader {
 public:
  Reader();
  Reading read(std::vector<std::string> words);

 private:
  void add(CLI::App& parent, const Command& command);
  [[nodiscard]] Level* parsed(CLI::App& parent);
  Result<void> take(Invocation& said, const Level& level) const;
  [[nodiscard]] Error unknown_word(const Level& at, const std::string& word) const;
  [[nodiscard]] Error unknown_option(const Level& at, const std::string& word) const;

  CLI::App app_;
  std::deque<Level> levels_;
  Level* root_;
};

Reader::Reader() {
  app_.set_help_flag();
  app_.require_subcommand(0, 1);
  root_ = &levels_.emplace_back(Level{&app_, nullptr, {}, {}});
  std::vector<const Option*> shared;
  for (const SharedOption& entry : shared_options()) shared.push_back(&entry.option);
  add_options(*root_, shared);
  app_.add_flag("--version");
  for (const Command& command : commands()) add(app_, command);
}

void Reader::add(CLI::App& parent, const Command& command) {
  Level& level =
      levels_.emplace_back(Level{parent.add_subcommand(std::string(command.name)), &command, {}, {}});
  level.app->set_help_flag();
  level.app->require_subcommand(0, command.verbs.empty() ? 0 : 1);
  add_options(level, options_of(command));
  add_arguments(level);
  for (const Command& verb : command.verbs) add(*level.app, verb);
}

Level* Reader::parsed(CLI::App& parent) {
  for (Level& level : levels_)
    if (level.app->get_parent() == &parent && level.app->parsed()) return &level;
  return nullptr;
}

Result<void> check_choice(std::string_view name, std::string_view choices, const std::string& value) {
  if (choices.empty()) return {};
  std::vector<std::string> known;
  std::string listed;
  while (!choices.empty()) {
    known.emplace_back(choices.substr(0, choices.find('|')));
    choices.remove_prefix(std::min(choices.size(), known.back().size() + 1));
    if (known.back() == value) return {};
    listed += (listed.empty() ? "" : ", ") + known.back();
  }
  return fail(Errc::invalid_params, fmt::format("{}: '{}' is none of {}", name, value, listed),
              Value{{"hint", suggest(value, known, "write one of them")}});
}

Result<void> Reader::take(Invocation& said, const Level& level) const {
  for (const auto& [option, made] : level.options) {
    if (made->count() == 0) continue;
    const std::string key(option->key());
    if (key == "help") said.help = true;
    if (option->is_flag()) {
      said.put(key, {"true"});
      continue;
    }
    for (const std::string& value : made->results())
      if (auto good = check_choice("--" + key, option->choices, value); !good) return good;
    std::vector<std::string> values = option->repeatable ? said.given(key) : std::vector<std::string>();
    values.insert(values.end(), made->results().begin(), made->results().end());
    said.put(key, std::move(values));
  }
  for (const auto& [argument, made] : level.arguments) {
    if (made->count() == 0) continue;
    for (const std::string& value : made->results())
      if (auto good = check_choice(argument->name, argument->choices, value); !good) return good;
    said.put(argument->name, made->results());
  }
  return {};
}

std::string help_of(const Level& at) {
  return at.command == nullptr ? "p2p_admin help" : "p2p_admin help " + full_name(*at.command);
}

Error Reader::unknown_option(const Level& at, const std::string& word) const {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const auto& [option, made] : at.options)
    for (const std::string& each : made->get_lnames()) known.push_back("--" + each);
  std::string hint = suggest(name, known, help_of(at));
  const bool takes_parameters = at.command != nullptr && !at.command->arguments.empty() &&
                                at.command->arguments.back().words == Words::parameter;
  if (takes_parameters && word.starts_with("--")) {
    const std::string parameter = "write " + word.substr(2) + (word.contains('=') ? "" : "=VALUE");
    hint = close_words(name, known).empty() ? parameter : hint + "; a parameter of the method: " + parameter;
  }
  return Error(Errc::invalid_params, "unknown option " + name, Value{{"hint", std::move(hint)}});
}

Error Reader::unknown_word(const Level& at, const std::string& word) const {
  const std::span<const Command> here = at.command == nullptr ? commands() : at.command->verbs;
  if (here.empty())
    return Error(Errc::invalid_params, "unexpected argument " + word, Value{{"hint", help_of(at)}});
  const std::string family = at.command == nullptr ? "" : full_name(*at.command) + ' ';
  std::vector<std::string> known;
  for (const Command& command : here) known.push_back(family + std::string(command.name));
  return Error(Errc::invalid_params, "unknown command " + family + word,
               Value{{"hint", suggest(family + word, known, help_of(at))}});
}

/// "--port: 1 required TEXT missing" says it for programmers.
std::string missing_value(const CLI::ParseError& error) {
  const std::string_view text = error.what();
  return std::string(text.substr(0, text.find(':'))) + " needs a value";
}

/// Options that were given before the command, and that it does not have.
std::optional<Error> misplaced(const Level& root, const Level& at) {
  for (const auto& [option, made] : root.options) {
    if (made->count() == 0 || at.command == nullptr) continue;
    const auto has = [&](const auto& entry) { return entry.first->key() == option->key(); };
    if (std::ranges::none_of(at.options, has))
      return Error(Errc::invalid_params,
                   fmt::format("{} takes no --{}", full_name(*at.command), option->key()),
                   Value{{"hint", help_of(at)}});
  }
  return std::nullopt;
}

Reading Reader::read(std::vector<std::string> words) {
  Reading reading;
  std::ranges::reverse(words);  // as CLI11 wants them
  std::optional<std::string> complaint;
  try {
    app_.parse(words);
  } catch (const CLI::ExtrasError&) {
  } catch (const CLI::ArgumentMismatch& error) {
    complaint = missing_value(error);
  } catch (const CLI::ParseError& error) {
    complaint = error.what();
  }
  std::vector<const Level*> path{root_};
  for (Level* next = parsed(app_); next != nullptr; next = parsed(*next->app)) path.push_back(next);
  const Level& at = *path.back();
  Invocation& said = reading.said;
  said.command = at.command;
  said.version = app_.count("--version") > 0;
  for (const Level* level : path)
    if (auto taken = take(said, *level); !taken && !reading.error) reading.error = taken.error();
  const std::vector<std::string> extras = app_.remaining(true);
  if (!extras.empty())
    reading.error = extras.front().starts_with('-') ? unknown_option(at, extras.front())
                                                    : unknown_word(at, extras.front());
  else if (complaint)
    reading.error = Error(Errc::invalid_params, *complaint, Value{{"hint", help_of(at)}});
  else if (const auto wrong = misplaced(*root_, at); wrong && !reading.error)
    reading.error = wrong;
  return reading;
}

/// Whether every required argument is there.
void check_complete(Reading& reading) {
  const Invocation& said = reading.said;
  if (reading.error || said.command == nullptr || said.help) return;
  for (const Argument& argument : said.command->arguments)
    if (argument.required && !said.has(argument.name))
      reading.error = Error(
          Errc::invalid_params, fmt::format("{}: {} is missing", full_name(*said.command), argument.name),
          Value{{"hint", said.command->examples.empty() ? "p2p_admin help " + full_name(*said.command)
                                                        : std::string(said.command->examples.front())}});
}

}  // namespace

Reading read_command_line(const std::vector<std::string>& words) {
  Reading reading = Reader().read(words);
  check_complete(reading);
  return reading;
}

}  // namespace p2p

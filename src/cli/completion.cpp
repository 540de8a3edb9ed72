#include "cli/completion.hpp"

#include "cli/commands.hpp"
#include "node/config_keys.hpp"

namespace p2p {
namespace {

bool names_option(const Option& option, std::string_view word) {
  std::string_view names = option.names;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (name == word) return true;
  }
  return false;
}

/// Where the words lead: the command, the option that waits for its value, the arguments so far.
class Walk {
 public:
  explicit Walk(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) step(words[i]);
  }
  const Command* command = nullptr;
  const Option* waiting = nullptr;
  std::vector<std::string> arguments;

  [[nodiscard]] std::vector<const Option*> options() const {
    if (command != nullptr) return options_of(*command);
    std::vector<const Option*> all;
    for (const SharedOption& entry : shared_options()) all.push_back(&entry.option);
    return all;
  }
  [[nodiscard]] std::span<const Command> commands_here() const {
    return command == nullptr ? commands() : command->verbs;
  }

 private:
  void step(const std::string& word) {
    if (waiting != nullptr) {
      waiting = nullptr;
      return;
    }
    if (word.starts_with('-')) {
      for (const Option* option : options())
        if (!option->is_flag() && names_option(*option, word)) waiting = option;
      return;
    }
    for (const Command& each : commands_here())
      if (each.name == word) {
        command = &each;
        return;
      }
    arguments.push_back(word);
  }
};

class Found {
 public:
  explicit Found(std::string_view begun) : begun_(begun) {}
  void add(std::string_view text, std::string_view purpose = {}) {
    if (text.starts_with(begun_)) all.push_back({std::string(text), purpose});
  }
  void add_choices(std::string_view choices) {
    while (!choices.empty()) {
      const std::string_view word = choices.substr(0, choices.find('|'));
      choices.remove_prefix(std::min(choices.size(), word.size() + 1));
      add(word);
    }
  }
  std::vector<Candidate> all;

 private:
  std::string_view begun_;
};

void add_values(Found& found, Words kind, std::string_view choices, const std::string& of,
                const NameSource& names) {
  found.add_choices(choices);
  if (kind == Words::command)
    for (const Command& command : commands()) found.add(command.name, command.purpose);
  if (kind == Words::setting)
    for (const ConfigKey& key : config_keys()) found.add(key.name, key.cost);
  if (kind == Words::any || kind == Words::setting || kind == Words::file || kind == Words::folder ||
      kind == Words::chosen || kind == Words::command)
    return;
  for (const std::string& name : names(kind, of)) found.add(kind == Words::parameter ? name + '=' : name);
}

void add_options(Found& found, const Walk& walk) {
  for (const Option* option : walk.options()) {
    std::string_view listed = option->names;
    while (!listed.empty()) {
      const std::string_view name = listed.substr(0, listed.find(','));
      listed.remove_prefix(std::min(listed.size(), name.size() + 1));
      if (name.starts_with("--")) found.add(name, option->purpose);
    }
  }
}

}  // namespace

std::vector<Candidate> complete(const std::vector<std::string>& words, const NameSource& names) {
  if (words.empty()) return {};
  const Walk walk(words);
  Found found(words.back());
  if (walk.waiting != nullptr) {
    add_values(found, walk.waiting->words, walk.waiting->choices, {}, names);
  } else if (words.back().starts_with('-')) {
    add_options(found, walk);
  } else if (!walk.commands_here().empty()) {
    for (const Command& command : walk.commands_here()) found.add(command.name, command.purpose);
  } else if (walk.command != nullptr && !walk.command->arguments.empty()) {
    const auto& arguments = walk.command->arguments;
    const std::size_t at = walk.arguments.size();
    if (at < arguments.size() || arguments.back().many) {
      const Argument& argument = arguments[std::min(at, arguments.size() - 1)];
      const std::string of = walk.arguments.empty() ? std::string() : walk.arguments.front();
      add_values(found, argument.words, argument.choices, of, names);
    }
  }
  return std::move(found.all);
}

}  // namespace p2p

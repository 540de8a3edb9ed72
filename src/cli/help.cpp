#include "cli/help.hpp"

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

constexpr std::size_t width = 100, name_column = 23, option_column = 27, standard_column = 71;

constexpr std::pair<Group, std::string_view> groups[] = {{Group::run, "Run a node"},
                                                         {Group::look, "Look"},
                                                         {Group::act, "Act"},
                                                         {Group::develop, "Develop"},
                                                         {Group::set_up, "Set up"}};

constexpr std::string_view top_examples = R"(Examples
  p2p_admin coordinator --verbose
  p2p_admin worker --coord 127.0.0.1:8001 --port 8002
  p2p_admin call system.get_system_metrics
  p2p_admin call system.get_system_info -o json | jq .hostname
)";

constexpr std::string_view exit_codes =
    R"(Exit codes: 0 ok, 1 failed, 2 usage, 3 unreachable, 4 not allowed, 5 not found, 6 timeout,
            7 partly failed, 8 nothing matched, 78 node refused to start,
            130 interrupted.   More: p2p_admin cheat
)";

/// `left`, then `right` from `column` on, wrapped at the width; below a `left` that is too long.
std::string entry(std::string_view left, std::string_view right, std::size_t column) {
  std::string text, line(left);
  if (left.size() + 1 > column) text = std::exchange(line, {}) + '\n';
  line.resize(column, ' ');
  while (!right.empty()) {
    std::string_view word = right.substr(0, right.find(' '));
    right.remove_prefix(word.size());
    const auto spaces = std::min(right.find_first_not_of(' '), right.size());
    if (line.size() + word.size() > width && line.find_first_not_of(' ') < line.size()) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
      line.assign(column, ' ');
    }
    line += word;
    line.append(spaces, ' ');
    right.remove_prefix(spaces);
  }
  return text + line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
}

/// "-o, --output FORMAT", with the long names under each other.
std::string option_names(const Option& option) {
  std::string text;
  std::string_view names = option.names;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (text.empty())
      text = name.starts_with("--") ? "      " : "  ";
    else
      text += ", ";
    text += name;
  }
  return option.value.empty() ? text : text + ' ' + std::string(option.value);
}

std::string option_entry(const Option& option) {
  std::string text = entry(option_names(option), option.purpose, option_column);
  if (option.standard.empty()) return text;
  text.pop_back();
  const std::size_t last = text.size() - (text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1);
  const std::string standard = fmt::format("[{}]", option.standard);
  if (last + 1 + standard.size() > width)
    return text + '\n' + std::string(option_column, ' ') + standard + '\n';
  text.append(last < standard_column ? standard_column - last : 1, ' ');
  return text + standard + '\n';
}

std::string shown_name(const Command& command) {
  if (!command.shown.empty()) return std::string(command.shown);
  return std::string(command.name);
}

std::string list_of_commands() {
  std::string text;
  for (const auto& [group, title] : groups) {
    std::string rows;
    for (const Command& command : commands())
      if (command.group == group) rows += entry("  " + shown_name(command), command.purpose, name_column);
    if (!rows.empty()) text += fmt::format("{}\n{}\n", title, rows);
  }
  return text;
}

/// Those for all commands; short ones share the last line.
std::string list_of_shared_options() {
  std::string text, brief;
  for (const auto& [share, option, top] : shared_options()) {
    if (share == picks_nodes || top == SharedOption::Top::unlisted) continue;
    const std::string names = option_names(option);
    if (top == SharedOption::Top::line)
      text += option_entry(option);
    else
      brief += (brief.empty() ? "  " : "   ") + names.substr(names.find_first_not_of(' '));
  }
  return "Options for all commands\n" + text + brief + '\n';
}

std::string list_of_selectors() {
  std::string users, text;
  for (const Command& command : commands()) {
    const Shares shares = command.verbs.empty() ? command.shares : command.verbs.front().shares;
    if ((shares & picks_nodes) != 0) users += (users.empty() ? "" : ", ") + std::string(command.name);
  }
  if (users.empty()) return {};
  for (const auto& [share, option, top] : shared_options())
    if (share == picks_nodes && top != SharedOption::Top::unlisted) text += option_entry(option);
  return fmt::format("Choose nodes ({})\n{}\n", users, text);
}

std::string list_of_arguments(const Command& command) {
  std::string text;
  for (const Argument& argument : command.arguments)
    text += entry("  " + std::string(argument.name), argument.purpose, name_column);
  return text.empty() ? text : "\nArguments\n" + text;
}

std::string list_of_verbs(const Command& command) {
  std::string text;
  for (const Command& verb : command.verbs)
    text += entry("  " + std::string(verb.name), verb.purpose, name_column);
  return text.empty() ? text : "\nCommands\n" + text;
}

std::string list_of_options(const Command& command) {
  std::string own, common, selectors;
  for (const Option& option : command.options) own += option_entry(option);
  for (const auto& [share, option, top] : shared_options())
    if ((command.shares & share) == share)
      (share == picks_nodes ? selectors : common) += option_entry(option);
  if (!own.empty()) own = "\nOptions\n" + own;
  if (!selectors.empty()) selectors = "\nChoose nodes\n" + selectors;
  return own + selectors + "\nCommon options\n" + common;
}

std::string list_of_examples(const Command& command) {
  std::string text;
  for (const std::string_view example : command.examples) text += "  " + std::string(example) + '\n';
  return text.empty() ? text : "\nExamples\n" + text;
}

}  // namespace

std::string top_help() {
  return fmt::format(
      "p2p_admin {} - administration of distributed services\n\n"
      "Usage: p2p_admin <command> [options]\n\n{}{}\n{}{}\n{}",
      product_version, list_of_commands(), list_of_shared_options(), list_of_selectors(), top_examples,
      exit_codes);
}

std::string usage_of(const Command& command) {
  std::string text = "p2p_admin " + full_name(command);
  if (!command.verbs.empty()) text += " <command>";
  for (const Argument& argument : command.arguments) {
    const std::string name = std::string(argument.name) + (argument.many ? " ..." : "");
    text += argument.required ? ' ' + name : " [" + name + ']';
  }
  return text + " [options]";
}

std::string command_help(const Command& command) {
  std::string text =
      fmt::format("p2p_admin {} - {}\n\nUsage: {}\n", full_name(command), command.purpose, usage_of(command));
  if (!command.about.empty()) text += '\n' + std::string(command.about);
  return text + list_of_verbs(command) + list_of_arguments(command) + list_of_options(command) +
         list_of_examples(command);
}

}  // namespace p2p

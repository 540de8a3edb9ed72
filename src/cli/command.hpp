// Command: one command of p2p_admin as it is written down in the one table (commands.cpp). From it come the
// parser, every help text, the completions and `capabilities`; no option is declared anywhere else.
//
// To add a command: write its handler in verbs/, declare it in verbs/verbs.hpp, give it a row in
// commands.cpp. A command that is not built has no row, and so is not in the help.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace p2p {

class Invocation;
struct World;

/// What the words of an argument or the value of an option are: for the completions.
enum class Words { any, method, parameter, node, service, context, setting, file, folder, command, chosen };

struct Argument {
  std::string_view name;  ///< "METHOD"
  std::string_view purpose;
  bool required = false;
  bool many = false;  ///< takes all that follow; the last one only
  Words words = Words::any;
  std::string_view choices{};  ///< "bash|zsh|fish": other words are refused
};

struct Option {
  std::string_view names;    ///< "-f,--follow"
  std::string_view value{};  ///< "DUR"; empty: a flag
  std::string_view purpose{};
  std::string_view standard{};  ///< the default, as the help shows it
  Words words = Words::any;
  std::string_view choices{};  ///< "table|wide|json": other words are refused
  bool repeatable = false;
  bool list = false;  ///< repeatable, and one value may hold several with commas

  [[nodiscard]] bool is_flag() const noexcept { return value.empty(); }
  /// The long name without its dashes: by it a handler asks (invocation.hpp).
  [[nodiscard]] std::string_view key() const noexcept;
};

/// Sets of options that many commands share (shared_options), as bits.
using Shares = unsigned;
inline constexpr Shares reaches_node = 1;    ///< --coord --context --token --token-file --timeout
inline constexpr Shares has_output = 2;      ///< -o
inline constexpr Shares can_watch = 4;       ///< -w
inline constexpr Shares picks_nodes = 8;     ///< --node --role --tag --service --status
inline constexpr Shares asks_first = 16;     ///< -y
inline constexpr Shares has_state_dir = 32;  ///< --state-dir
inline constexpr Shares talks = 64;          ///< -q -v --color: of every command that is no node

struct SharedOption {
  enum class Top { line, brief, unlisted };  ///< in the help of the program
  Shares share;                              ///< 0: every command has it
  Option option;
  Top top = Top::line;
};

enum class Group { run, look, act, develop, set_up };

/// Does it. The exit code, or the error that becomes the error block and the exit code of the error table.
using Handler = Result<int> (*)(const Invocation& said, World& world);

struct Command {
  std::string_view name;
  Group group;
  std::string_view purpose;  ///< one line, in the list of commands
  Handler run = nullptr;     ///< null: a family, of which `verbs` are the members
  std::span<const Argument> arguments{};
  std::span<const Option> options{};  ///< its own, besides what it shares
  Shares shares = talks;
  std::span<const std::string_view> examples{};
  std::span<const Command> verbs{};
  std::string_view about{};  ///< further lines of its help
  std::string_view shown{};  ///< in the list of commands instead of the name: "nodes [NODE]"
};

}  // namespace p2p

#include "cli/asking.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace p2p {
namespace {

/// One line from the terminal, in small letters; none when Ctrl-C came instead.
std::optional<std::string> read_answer_line() {
  std::string line;
  for (char c = 0; line.size() < 100;) {
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0) return std::nullopt;
    if (count == 0 || c == '\n') break;
    line += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return line;
}

Error interrupted() { return Error(Errc::cancelled, "interrupted").with("interrupted", true); }

Result<void> ask_person(World& world, const std::string& question, const char* without_terminal) {
  if (!world.terminal.facts().in_is_terminal || !world.terminal.facts().err_is_terminal)
    return fail(Errc::invalid_params, question + without_terminal, Value{{"hint", "add --yes"}});
  world.terminal.err(question + ". Go on? [y/N] ");
  const auto answer = read_answer_line();
  if (!answer) return fail(interrupted());
  if (*answer == "y" || *answer == "yes") return {};
  return fail(Errc::cancelled, "nothing was done");
}

}  // namespace

Result<void> agree(const Invocation& said, World& world, const NodeLink& link, const std::string& what) {
  if (!link.is_protected() || said.has("yes")) return {};
  return ask_person(world, fmt::format("{} on context '{}' ({})", what, link.context(), link.place()),
                    " would ask first");
}

Result<void> agree_to_risk(const Invocation& said, World& world, const std::string& why) {
  return said.has("yes") ? Result<void>() : ask_person(world, why, "");
}

}  // namespace p2p

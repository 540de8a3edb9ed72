#include "cli/invocation.hpp"

#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "base/units.hpp"
#include "cli/commands.hpp"

namespace p2p {
namespace {

bool is_of(const Command& command, std::string_view key) {
  for (const Argument& argument : command.arguments)
    if (argument.name == key) return true;
  for (const Option* option : options_of(command))
    if (option->key() == key) return true;
  return false;
}

/// How a person wrote it: "--port", or "NAME" for an argument.
std::string spelled(const Command* command, std::string_view key) {
  if (command != nullptr)
    for (const Argument& argument : command->arguments)
      if (argument.name == key) return std::string(key);
  return "--" + std::string(key);
}

}  // namespace

const std::vector<std::string>& Invocation::all(std::string_view key) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(key);
  if (found != values_.end()) return found->second;
  if (command == nullptr || !is_of(*command, key))
    throw std::logic_error("the command has no " + std::string(key));
  return none;
}

std::string Invocation::text(std::string_view key, std::string_view fallback) const {
  const auto& values = all(key);
  return values.empty() ? std::string(fallback) : values.back();
}

Result<std::int64_t> Invocation::number(std::string_view key, std::int64_t fallback, std::int64_t least,
                                        std::int64_t most) const {
  const std::string text = this->text(key);
  if (text.empty() && !has(key)) return fallback;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    return fail(Errc::invalid_params, fmt::format("{}: expected a whole number from {} to {}, got '{}'",
                                                  spelled(command, key), least, most, text));
  return number;
}

Result<std::chrono::milliseconds> Invocation::duration(std::string_view key,
                                                       std::chrono::milliseconds fallback) const {
  const std::string text = this->text(key);
  if (text.empty() && !has(key)) return fallback;
  const auto span = duration_of(text);
  if (!span || *span < std::chrono::milliseconds(1))
    return fail(Errc::invalid_params, fmt::format("{}: '{}' is no duration", spelled(command, key), text),
                Value{{"hint", "write 500ms, 30s, 5m or 1h; a bare number is seconds"}});
  return std::chrono::duration_cast<std::chrono::milliseconds>(*span);
}

std::vector<std::string> Invocation::given(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

void Invocation::put(std::string_view key, std::vector<std::string> values) {
  values_.insert_or_assign(std::string(key), std::move(values));
}

}  // namespace p2p

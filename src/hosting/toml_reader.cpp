#include "hosting/impl/toml_reader.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <p2p/detail/nearest.hpp>

#include "base/json.hpp"
#include "base/units.hpp"

namespace p2p {
namespace {

/// `"30 s"`, `7`, `a table`: what stands there, cut to a size for a sentence.
std::string shown(const TomlNode& node) {
  constexpr std::size_t enough = 64;
  if (node.is_table) return "a table";
  if (!node.foreign.empty()) return std::string(node.foreign);
  if (node.value.is_array()) return "an array";
  std::string text = json::dump(node.value);
  if (text.size() > enough) text = text.substr(0, enough) + "...";
  return text;
}

/// How many levels there are below this one, at most `most` + 1.
int levels_in(const Value& value, int most) {
  int deepest = 0;
  if (most < 0) return 1;
  if (value.is_array())
    for (const Value& item : value.as_array()) deepest = std::max(deepest, 1 + levels_in(item, most - 1));
  if (value.is_object())
    for (const Member& member : value.as_object())
      deepest = std::max(deepest, 1 + levels_in(member.second, most - 1));
  return deepest;
}

}  // namespace

bool TomlReader::flag(const TomlNode& node, const std::string& path) {
  if (!node.is_table && node.value.kind() == Value::Kind::boolean) return node.value.as_bool();
  expected(node, path, "true or false");
  return false;
}

std::int64_t TomlReader::integer(const TomlNode& node, const std::string& path, std::int64_t least,
                                 std::int64_t most) {
  if (node.value.kind() == Value::Kind::integer)
    if (const std::int64_t number = node.value.as_int(); number >= least && number <= most) return number;
  expected(node, path, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::string TomlReader::text(const TomlNode& node, const std::string& path) {
  if (node.value.is_string() && node.value.as_string().size() <= longest) return node.value.as_string();
  expected(node, path, "a text of at most " + std::to_string(longest) + " bytes");
  return {};
}

std::string TomlReader::word(const TomlNode& node, const std::string& path) {
  return check_word(node, node.value, path) ? node.value.as_string() : std::string();
}

std::vector<std::string> TomlReader::words(const TomlNode& node, const std::string& path) {
  std::vector<std::string> list;
  if (!node.value.is_array()) {
    expected(node, path, "a list of texts");
  } else if (node.value.size() > most_items) {
    wrong(node.value_at, path + ": at most " + std::to_string(most_items) + " items");
  } else {
    for (const Value& item : node.value.as_array())
      if (check_word(node, item, path)) list.push_back(item.as_string());
  }
  return list;
}

bool TomlReader::check_word(const TomlNode& node, const Value& value, const std::string& path) {
  const bool fits = value.is_string() && !value.as_string().empty() && value.as_string().size() <= longest;
  if (!fits) expected(node, path, "a text of 1 to " + std::to_string(longest) + " bytes");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (!fits || std::ranges::none_of(value.as_string(), control)) return fits;
  wrong(node.value_at, path + ": control characters have no place here");
  return false;
}

std::size_t TomlReader::choice(const TomlNode& node, const std::string& path,
                               std::span<const std::string_view> words) {
  const std::string given = node.value.is_string() ? node.value.as_string() : std::string();
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (given == words[i]) return i;
    list += (i == 0 ? "\"" : ", \"") + std::string(words[i]) + '"';
  }
  const std::string close = nearest(given, words);
  expected(node, path, "one of " + list, close.empty() ? "" : "; did you mean \"" + close + "\"?");
  return 0;
}

std::chrono::nanoseconds TomlReader::time(const TomlNode& node, const std::string& path,
                                          std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
  constexpr double year = 366.0 * 24 * 3600;
  std::optional<std::chrono::nanoseconds> given;
  if (node.value.is_string() && !node.value.as_string().empty()) given = duration_of(node.value.as_string());
  if (node.value.kind() == Value::Kind::integer || node.value.kind() == Value::Kind::real)
    if (const double seconds = node.value.as_double(); seconds >= 0 && seconds <= year)
      given = std::chrono::nanoseconds(std::llround(seconds * 1e9));
  if (given && *given >= least && *given <= most) return *given;
  expected(node, path,
           "a time from " + duration_text(least) + " to " + duration_text(most) +
               " (\"250ms\", \"30s\", or a number of seconds)");
  return least;
}

Value TomlReader::document(const TomlNode& node, const std::string& path) {
  if (!node.is_table)
    expected(node, path, "a table");
  else
    check_free(node, path, 0);
  return reason_ ? Value::object() : node.document();
}

void TomlReader::check_free(const TomlNode& node, const std::string& path, int level) {
  if (!node.foreign.empty())
    wrong(node.value_at, path + " is " + std::string(node.foreign) + "; write it as a text, in quotes");
  if (level > most_levels || level + levels_in(node.value, most_levels) > most_levels)
    return wrong(node.value_at,
                 path.substr(0, 64) + ": nested more than " + std::to_string(most_levels) + " deep");
  for (const TomlNode& member : node.members) check_free(member, path + '.' + member.key, level + 1);
}

void TomlReader::wrong(TomlPlace place, std::string message) {
  const int line = static_cast<int>(place.line), column = static_cast<int>(place.column);
  if (reason_ && std::tie(reason_->line, reason_->column) <= std::tie(line, column)) return;
  reason_ = FailureReason{"settings", std::move(message), file_, line, column, {}};
}

void TomlReader::expected(const TomlNode& node, const std::string& path, const std::string& what,
                          const std::string& more) {
  wrong(node.value_at, path + ": expected " + what + ", got " + shown(node) + more);
}

void TomlReader::unknown(const TomlNode& node, const std::string& path,
                         const std::vector<std::string_view>& known) {
  const std::string before = path.empty() ? path : path + '.';
  const std::string close = nearest(node.key, known);
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  wrong(node.key_at, "unknown key " + before + node.key.substr(0, 64) +
                         (close.empty() ? "; known: " + names : "; did you mean " + before + close + '?'));
}

}  // namespace p2p

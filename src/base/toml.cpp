#include "base/toml.hpp"

#include <algorithm>
#include <cmath>

// toml++ 3.3 asserts what a text from outside may break ("[."), and with NDEBUG tells the compiler that it
// never happens. Without either it goes on to its own check, which is an error with a place.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16  // each level of the text is one of the stack, here and in every reader
#define TOML_ENABLE_FORMATTERS 0
// Its tables of characters call unreachable what a letter like U+00E9 outside a text reaches: "no" is the
// answer that is meant.
#include <toml++/impl/forward_declarations.h>
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE \
  return {}
#include <toml++/impl/unicode.h>
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE __builtin_unreachable()
#include <toml++/toml.h>

#include "base/json.hpp"

namespace p2p {
namespace {

TomlPlace place_of(const toml::source_region& region) {
  return {std::max(region.begin.line, 1U), std::max(region.begin.column, 1U)};
}

Error error_at(TomlPlace place, const std::string& what) {
  return {Errc::parse_error, std::to_string(place.line) + ':' + std::to_string(place.column) + ": " + what,
          Value{{"line", place.line}, {"column", place.column}, {"what", what}}};
}

/// toml++ begins with what it was doing, which the place says already.
std::string plain(std::string_view description) {
  constexpr std::string_view doing = "Error while parsing ";
  if (description.starts_with(doing)) {
    description.remove_prefix(doing.size());
    const auto colon = description.find(": ");
    const std::string_view what = description.substr(0, colon);
    const std::string_view why = colon == description.npos ? description : description.substr(colon + 2);
    if (why == "could not determine value type") return "a value is expected here; texts stand in quotes";
    if (why == "encountered end-of-file") return "the text ends within a " + std::string(what);
    return "in a " + std::string(what) + ": " + std::string(why);
  }
  return std::string(description);
}

/// A key of a thousand parts is a thousand tables, one inside the other: that is the stack's business too.
const char* too_deep(std::string_view text, std::size_t most, TomlPlace& place) {
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++place.line;
      dots = 0;
    } else if (c == '.' && ++dots > most) {
      return "too many dots in one line";
    }
  }
  return nullptr;
}

Value value_of(const toml::node& node, std::string_view& foreign);

Value array_of(const toml::array& items, std::string_view& foreign) {
  Value all = Value::array();
  for (const toml::node& item : items) all.push_back(value_of(item, foreign));
  return all;
}

Value object_of(const toml::table& table, std::string_view& foreign) {
  Value all = Value::object();
  for (const auto& [key, item] : table) all.set(key.str(), value_of(item, foreign));
  return all;
}

Value value_of(const toml::node& node, std::string_view& foreign) {
  if (const auto* table = node.as_table()) return object_of(*table, foreign);
  if (const auto* items = node.as_array()) return array_of(*items, foreign);
  if (const auto* text = node.as_string()) return Value(text->get());
  if (const auto* number = node.as_integer()) return Value(number->get());
  if (const auto* flag = node.as_boolean()) return Value(flag->get());
  if (const auto* real = node.as_floating_point(); real != nullptr && std::isfinite(real->get()))
    return Value(real->get());
  foreign = node.is_floating_point() ? "a number that is not finite" : "a date or time";
  return {};
}

TomlNode node_of(const toml::key* key, const toml::node& from) {
  TomlNode node;
  node.value_at = node.key_at = place_of(from.source());
  if (key != nullptr) {
    node.key = key->str();
    node.key_at = place_of(key->source());
  }
  const auto* table = from.as_table();
  node.is_table = table != nullptr;
  if (table == nullptr) {
    node.value = value_of(from, node.foreign);
    return node;
  }
  for (const auto& [name, member] : *table) node.members.push_back(node_of(&name, member));
  std::ranges::sort(node.members, {}, [](const TomlNode& member) {
    return std::pair(member.key_at.line, member.key_at.column);
  });
  return node;
}

bool is_bare(std::string_view key) {
  return !key.empty() && key.find_first_not_of(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == key.npos;
}

/// JSON's string is TOML's, but for DEL, which TOML wants escaped.
std::string quoted(std::string_view text) {
  std::string out;
  json::write_string(text, out);
  for (std::size_t at = out.find('\x7f'); at != out.npos; at = out.find('\x7f', at))
    out.replace(at, 1, "\\u007f");
  return out;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view name) const {
  const auto at = std::ranges::find(members, name, &TomlNode::key);
  return at == members.end() ? nullptr : &*at;
}

Value TomlNode::document() const {
  if (!is_table) return value;
  Value all = Value::object();
  for (const TomlNode& member : members) all.set(member.key, member.document());
  return all;
}

Result<TomlNode> read_toml(std::string_view text, const TomlLimits& limits) {
  if (text.size() > limits.bytes)
    return fail(error_at({}, "the file is over " + std::to_string(limits.bytes) + " bytes"));
  TomlPlace place;
  if (const char* why = too_deep(text, limits.dots, place)) return fail(error_at(place, why));
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(error_at(place_of(error.source()), plain(error.description())));
  }
  return node_of(nullptr, parsed.table());
}

std::string toml_text(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return R"("")";
    case Value::Kind::string: return quoted(value.as_string());
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::real: return json::dump(value);
    case Value::Kind::array: {
      std::string out;
      for (const Value& item : value.as_array()) out += (out.empty() ? "" : ", ") + toml_text(item);
      return '[' + out + ']';
    }
    case Value::Kind::object: {
      std::string out;
      for (const auto& [key, item] : value.as_object())
        out += (out.empty() ? " " : ", ") + (is_bare(key) ? key : quoted(key)) + " = " + toml_text(item);
      return '{' + out + (out.empty() ? "}" : " }");
    }
  }
  return {};
}

}  // namespace p2p

#include "cli/output.hpp"

#include "base/json.hpp"
#include "cli/terminal.hpp"

namespace p2p {
namespace {

void indent(std::string& text, std::size_t depth) { text.append(2 * depth, ' '); }

void write_pretty(const Value& value, std::size_t depth, std::string& text) {
  if (value.size() == 0 || !(value.is_array() || value.is_object())) return json::write(value, text);
  text += value.is_array() ? "[\n" : "{\n";
  for (std::size_t i = 0; i < value.size(); ++i) {
    indent(text, depth + 1);
    if (value.is_object()) {
      json::write_string(value.as_object()[i].first, text);
      text += ": ";
    }
    write_pretty(value.is_array() ? value[i] : value.as_object()[i].second, depth + 1, text);
    text += i + 1 < value.size() ? ",\n" : "\n";
  }
  indent(text, depth);
  text += value.is_array() ? ']' : '}';
}

/// Whether `text` may stand without quotes and be read as itself by YAML 1.1 and 1.2: a word of letters,
/// digits and - _ . / that begins with a letter and is none of the words with a meaning.
bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > 80) return false;
  std::string small;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool later = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/' || c == ' ';
    if (!letter && (small.empty() || !later)) return false;
    small += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  if (small.back() == ' ') return false;
  for (const char* word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
    if (small == word) return false;
  return true;
}

void write_scalar(const Value& value, std::string& text) {
  if (value.is_string() && is_plain(value.as_string())) {
    text += value.as_string();
  } else {
    json::write(value, text);  // a JSON scalar, [] and {} are YAML
  }
}

bool is_block(const Value& value) { return (value.is_array() || value.is_object()) && value.size() > 0; }

void write_yaml(const Value& value, std::size_t depth, bool after_dash, std::string& text) {
  if (!is_block(value)) {
    write_scalar(value, text);
    text += '\n';
    return;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0 || !after_dash) indent(text, depth);
    if (value.is_array()) {
      text += "- ";
      write_yaml(value[i], depth + 1, true, text);
      continue;
    }
    const auto& [name, member] = value.as_object()[i];
    write_scalar(Value(name), text);
    text += is_block(member) ? ":\n" : ": ";
    write_yaml(member, depth + 1, false, text);
  }
}

}  // namespace

std::optional<Output> output_of(std::string_view word) {
  if (word == "table") return Output::table;
  if (word == "wide") return Output::wide;
  if (word == "json") return Output::json;
  if (word == "yaml") return Output::yaml;
  if (word == "ndjson") return Output::ndjson;
  if (word == "name") return Output::name;
  return std::nullopt;
}

bool is_document(Output output) noexcept {
  return output == Output::json || output == Output::yaml || output == Output::ndjson;
}

std::string pretty_json(const Value& value) {
  std::string text;
  write_pretty(value, 0, text);
  return text;
}

std::string yaml(const Value& value) {
  std::string text;
  write_yaml(value, 0, false, text);
  return text;
}

void print_document(Terminal& terminal, Output output, const Value& document) {
  if (output == Output::yaml) return terminal.out(yaml(document));
  const bool pretty = output != Output::ndjson && terminal.facts().out_is_terminal;
  terminal.out((pretty ? pretty_json(document) : json::dump(document)) + '\n');
}

}  // namespace p2p

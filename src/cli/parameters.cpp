#include "cli/parameters.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"

namespace p2p {
namespace {

struct Word {
  std::string name, text;
  bool is_json = false;  ///< key:=JSON
};

Result<Word> split(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == word.npos || equals == 0 || (equals == 1 && word[0] == ':'))
    return fail(Errc::invalid_params, "'" + word + "' is no parameter",
                Value{{"hint", "write NAME=VALUE, NAME:=JSON or NAME=@FILE"}});
  const bool is_json = word[equals - 1] == ':';
  return Word{word.substr(0, is_json ? equals - 1 : equals), word.substr(equals + 1), is_json};
}

/// The type words that a schema allows, through anyOf and oneOf.
void collect_types(const Value& schema, std::vector<std::string>& types) {
  if (schema["type"].is_string()) types.push_back(schema["type"].as_string());
  if (schema["type"].is_array())
    for (const Value& type : schema["type"].as_array())
      if (type.is_string()) types.push_back(type.as_string());
  for (const char* choice : {"anyOf", "oneOf"})
    if (schema[choice].is_array())
      for (const Value& each : schema[choice].as_array()) collect_types(each, types);
}

bool fits(const Value& value, const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    if (type == kind_name(value.kind())) return true;
    if (type == "number" && value.kind() == Value::Kind::integer) return true;
  }
  return false;
}

Result<Value> parse(const Word& word, const std::string& text) {
  Result<Value> value = json::parse(text);
  if (value) return value;
  return fail(Errc::invalid_params, fmt::format("{}: {}", word.name, value.error().message()),
              Value{{"hint", fmt::format("'{}:=' takes JSON; a text is {}=TEXT", word.name, word.name)}});
}

}  // namespace

Value value_by_schema(const std::string& text, const Value& schema) {
  std::vector<std::string> types;
  collect_types(schema, types);
  if (std::ranges::find(types, "string") != types.end()) return text;
  Result<Value> read = json::parse(text);
  if (read && (types.empty() || fits(*read, types))) return *std::move(read);
  return text;
}

bool needs_schema(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) {
    const Result<Word> parts = split(word);
    return parts && !parts->is_json;
  });
}

Result<Value> read_parameters(const std::vector<std::string>& words, const Value& schema,
                              const FileReader& read_file) {
  Value parameters = Value::object();
  for (const std::string& word : words) {
    Result<Word> parts = split(word);
    if (!parts) return fail(parts.error());
    if (parameters.find(parts->name) != nullptr)
      return fail(Errc::invalid_params, "parameter " + parts->name + " stands twice");
    std::string text = parts->text;
    if (text.starts_with('@')) {
      Result<std::string> content = read_file(text.substr(1));
      if (!content) return fail(content.error());
      text = *std::move(content);
    }
    if (parts->is_json) {
      Result<Value> value = parse(*parts, text);
      if (!value) return value;
      parameters.set(parts->name, *std::move(value));
    } else {
      parameters.set(parts->name, value_by_schema(text, schema["properties"][parts->name]));
    }
  }
  return parameters;
}

Result<Value> read_document(const std::string& text, const FileReader& read_file) {
  std::string source = text;
  if (text == "-" || text.starts_with('@')) {
    Result<std::string> content = read_file(text == "-" ? text : text.substr(1));
    if (!content) return fail(content.error());
    source = *std::move(content);
  }
  Result<Value> document = json::parse(source, {.string = 16 * 1024 * 1024});
  if (!document) return fail(Errc::invalid_params, "-d: " + document.error().message());
  if (document->is_object() || document->is_array()) return document;
  return fail(Errc::invalid_params,
              "-d: expected an object of parameters, or an array of them in their order");
}

}  // namespace p2p

#include "cli/method_page.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/cells.hpp"

namespace p2p {
namespace {

std::string word(const Value& value) { return cell_text(Cell::text, value, {}); }

bool is_required(const Value& schema, const std::string& name) {
  const Value& required = schema["required"];
  return required.is_array() &&
         std::ranges::find(required.as_array(), Value(name)) != required.as_array().end();
}

/// Something a parameter of this schema could be.
std::string sample(const Value& schema) {
  if (!schema["default"].is_null()) return word(schema["default"]);
  if (schema["enum"].size() > 0) return word(schema["enum"][0]);
  const std::string type = schema_type(schema);
  if (type.starts_with("integer") || type.starts_with("number"))
    return schema["minimum"].is_null() ? "1" : word(schema["minimum"]);
  if (type.starts_with("boolean")) return "true";
  if (type.starts_with("array")) return "[]";
  if (type.starts_with("object")) return "{}";
  return "TEXT";
}

std::string parameter_lines(const Value& schema) {
  struct Row {
    std::string name, type, rules, description;
  };
  std::vector<Row> rows;
  std::size_t names = 0, types = 0;
  if (schema["properties"].is_object())
    for (const auto& [name, rules] : schema["properties"].as_object()) {
      rows.push_back({word(Value(name)), schema_type(rules),
                      parameter_rules(rules, is_required(schema, name)),
                      rules["description"].is_null() ? "" : word(rules["description"])});
      names = std::max(names, rows.back().name.size());
      types = std::max(types, rows.back().type.size());
    }
  std::string text;
  for (const Row& row : rows)
    text += fmt::format("  {:<{}}  {:<{}}  {}{}{}\n", row.name, names, row.type, types, row.rules,
                        row.description.empty() ? "" : "   ", row.description);
  return text;
}

std::string try_line(const Value& method) {
  std::string line = "p2p_admin call " + cell_text(Cell::method, method["method"], {});
  const Value& schema = method["params_schema"];
  if (schema["properties"].is_object())
    for (const auto& [name, rules] : schema["properties"].as_object())
      if (is_required(schema, name)) {
        const bool structured =
            schema_type(rules).starts_with("array") || schema_type(rules).starts_with("object");
        line += ' ' + word(Value(name)) + (structured ? ":=" : "=") + sample(rules);
      }
  return line;
}

std::string policy_line(const Value& method) {
  std::string line = "on " + counted(method["nodes"].size(), "node");
  const std::string cache = cell_text(Cell::span, method["cache_ttl_ms"], {});
  line += cache == "-" ? ", no cache" : ", cached " + cache;
  line += ", role " + word(method["role"]) + ", timeout " + cell_text(Cell::span, method["timeout_ms"], {});
  if (method["idempotent"] == Value(true)) line += ", idempotent";
  const Value& statistics = method["statistics"];
  if (!statistics["p95_ms"].is_null())
    line += ", p95 " + cell_text(Cell::milliseconds, statistics["p95_ms"], {});
  else if (!statistics["average_ms"].is_null() && statistics["calls"] != Value(0))
    line += ", average " + cell_text(Cell::milliseconds, statistics["average_ms"], {});
  return line;
}

}  // namespace

std::string schema_type(const Value& schema) {
  const Value& type = schema["type"];
  if (type.is_string()) return word(type);
  std::string text;
  if (type.is_array())
    for (const Value& each : type.as_array()) text += (text.empty() ? "" : " or ") + word(each);
  for (const char* choice : {"anyOf", "oneOf"})
    if (schema[choice].is_array())
      for (const Value& each : schema[choice].as_array())
        text += (text.empty() ? "" : " or ") + schema_type(each);
  return text.empty() ? "any" : text;
}

std::string parameter_rules(const Value& schema, bool required) {
  std::string text = required ? "required" : "optional";
  if (const Value& standard = schema["default"]; !standard.is_null())
    text = "default " + word(Value(json::dump(standard)));
  const Value &least = schema["minimum"], &most = schema["maximum"];
  const Value &shortest = schema["minLength"], &longest = schema["maxLength"];
  if (!least.is_null() || !most.is_null())
    text += fmt::format(", {}..{}", least.is_null() ? "" : word(least), most.is_null() ? "" : word(most));
  if (!shortest.is_null() || !longest.is_null())
    text += fmt::format(", {}..{} characters", shortest.is_null() ? "0" : word(shortest),
                        longest.is_null() ? "" : word(longest));
  if (const Value& choices = schema["enum"]; choices.size() > 0) text += ", one of " + word(choices);
  return text;
}

std::string method_page(const Value& method) {
  const std::string description = method["description"].is_null() ? "" : word(method["description"]);
  return fmt::format("{}  {}\n{}  {}\n  try: {}\n", cell_text(Cell::method, method["method"], {}),
                     description, parameter_lines(method["params_schema"]), policy_line(method),
                     try_line(method));
}

}  // namespace p2p

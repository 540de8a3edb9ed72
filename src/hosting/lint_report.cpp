#include "hosting/lint_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace p2p {
namespace {

std::string_view word_of(LintFinding::Level level) {
  return level == LintFinding::Level::error ? "error" : "warning";
}

std::string counted(std::size_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

bool listed(const Value& list, const std::string& name) {
  return std::ranges::any_of(list.as_array(), [&](const Value& item) { return item.as_string() == name; });
}

/// "name = \"world\", limit, tags?" as the schema tells them.
std::string parameters_of(const Value& schema) {
  std::string text;
  if (!schema["properties"].is_object()) return text;
  for (const Member& property : schema["properties"].as_object()) {
    const bool required = schema["required"].is_array() && listed(schema["required"], property.first);
    text += (text.empty() ? "" : ", ") + property.first + (required ? "" : "?");
  }
  return text;
}

struct Row {
  std::string name, parameters, role, description;
};

std::vector<Row> rows_of(const Value& methods) {
  std::vector<Row> rows;
  for (const Value& method : methods.as_array()) {
    if (method["inherited"].as_bool()) continue;
    rows.push_back({method["name"].as_string(), parameters_of(method["params_schema"]),
                    method["public"].as_bool() ? method["role"].as_string() : "internal",
                    method["description"].as_string()});
  }
  return rows;
}

std::string table_of(const Value& methods) {
  std::vector<Row> rows = rows_of(methods);
  if (rows.empty()) return {};
  rows.insert(rows.begin(), Row{"METHOD", "PARAMETERS", "ROLE", "DESCRIPTION"});
  std::size_t name = 0, parameters = 0, role = 0;
  for (const Row& row : rows) {
    name = std::max(name, row.name.size());
    parameters = std::max(parameters, row.parameters.size());
    role = std::max(role, row.role.size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("{:<{}}  {:<{}}  {:<{}}  {}", row.name, name,
                                   row.parameters.empty() ? "-" : row.parameters, parameters, row.role, role,
                                   row.description.empty() ? "-" : row.description);
    text += line + '\n';
  }
  return text;
}

std::size_t public_ones(const Value& methods) {
  return static_cast<std::size_t>(std::ranges::count_if(
      methods.as_array(), [](const Value& method) { return method["public"].as_bool(); }));
}

/// "4 methods (2 of every service), 4 public, ": what a node counts.
std::string count_of(const Value& methods) {
  const std::size_t own = rows_of(methods).size(), all = methods.size();
  return counted(all, "method") + (own < all ? fmt::format(" ({} of every service)", all - own) : "") +
         fmt::format(", {} public, ", public_ones(methods));
}

}  // namespace

std::string LintFinding::text() const {
  std::string place = file;
  if (line > 0) place += fmt::format(":{}", line);
  if (line > 0 && column > 0) place += fmt::format(":{}", column);
  return fmt::format("{}{}{}: {}", place, place.empty() ? "" : ": ", word_of(level), message);
}

Value LintFinding::value() const {
  Value row{{"level", word_of(level)}, {"message", message}};
  if (!file.empty()) row.set("file", file);
  if (line > 0) row.set("line", line);
  if (column > 0) row.set("column", column);
  return row;
}

std::size_t LintReport::count(LintFinding::Level level) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(findings, [&](const LintFinding& finding) { return finding.level == level; }));
}

Value LintReport::value() const {
  Value list = Value::array();
  for (const LintFinding& finding : findings) list.push_back(finding.value());
  return Value{{"folder", folder},
               {"service", service},
               {"ok", ok()},
               {"errors", count(LintFinding::Level::error)},
               {"warnings", count(LintFinding::Level::warning)},
               {"findings", std::move(list)},
               {"methods", description.is_null() ? Value::array() : description["methods"]}};
}

std::string LintReport::text() const {
  std::string text;
  for (const LintFinding& finding : findings) text += finding.text() + '\n';
  const std::size_t errors = count(LintFinding::Level::error), warnings = count(LintFinding::Level::warning);
  std::string last = service + ": ";
  if (!description.is_null()) {
    text += table_of(description["methods"]);
    last += count_of(description["methods"]);
  }
  last += errors == 0 && warnings == 0 ? "nothing to complain about"
                                       : counted(errors, "error") + ", " + counted(warnings, "warning");
  return text + last + '\n';
}

}  // namespace p2p

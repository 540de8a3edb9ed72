#include "framework/declared_methods.hpp"

#include <algorithm>

#include <p2p/detail/nearest.hpp>

#include "base/json.hpp"
#include "registry/generation.hpp"

namespace p2p {
namespace {

/// The schema tells of the default too.
void put_default(Value& params_schema, const std::string& name, const Value& fallback) {
  for (Member& part : params_schema.make_object()) {
    if (part.first != "properties") continue;
    for (Member& property : part.second.make_object())
      if (property.first == name) property.second.set("default", fallback);
  }
}

std::optional<FailureReason> read_default(MethodInfo& method, Parameter& parameter, std::size_t index) {
  const auto wrong = [&](const std::string& why) {
    return FailureReason{
        "load", method.name + ": the default of " + parameter.name + " is wrong: " + why, {}, 0, 0, {}};
  };
  Result<Value> value = json::parse(parameter.fallback_text);
  if (!value) return wrong(value.error().message());
  try {
    method.check_fallback(*value, index);
  } catch (const Error& error) {
    return wrong(error.message());
  }
  put_default(method.params_schema, parameter.name, *value);
  parameter.fallback = *std::move(value);
  return std::nullopt;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string close = nearest(word, known);
  return close.empty() ? close : "; did you mean " + close + '?';
}

}  // namespace

MethodParameters parameters_of(const std::vector<MethodInfo>& methods) {
  MethodParameters known;
  for (const MethodInfo& method : methods) {
    std::vector<std::string>& names = known[method.name];
    for (const Parameter& parameter : method.parameters) names.push_back(parameter.name);
  }
  return known;
}

std::optional<FailureReason> check_overrides(const MethodOverrides& words, const std::string& file,
                                             const MethodParameters& known) {
  std::vector<std::string> methods;
  for (const auto& [name, parameters] : known) methods.push_back(name);
  for (const auto& [name, word] : words) {
    const auto wrong = [&](std::string message) {
      return FailureReason{
          "settings", "methods." + name.substr(0, 64) + message, file, word.line, word.column, {}};
    };
    const auto method = known.find(name);
    if (method == known.end()) return wrong(": the service has no such method" + did_you_mean(name, methods));
    for (const std::string& secret : word.secrets.value_or(std::vector<std::string>()))
      if (std::ranges::find(method->second, secret) == method->second.end())
        return wrong(".secret: the method has no parameter " + secret.substr(0, 64) +
                     did_you_mean(secret, method->second));
  }
  return std::nullopt;
}

std::optional<FailureReason> read_defaults(std::vector<MethodInfo>& methods) {
  for (MethodInfo& method : methods)
    for (std::size_t i = 0; i < method.parameters.size(); ++i)
      if (method.parameters[i].has_fallback)
        if (auto failure = read_default(method, method.parameters[i], i)) return failure;
  return std::nullopt;
}

std::vector<std::string> rejected_names(const std::vector<MethodInfo>& methods) {
  std::vector<std::string> rejected;
  CallTable unused;
  const Generation judged("judged", 0, nullptr, methods, unused.loop(0), &rejected);
  return rejected;
}

}  // namespace p2p

#include "framework/declared_methods.hpp"

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

}  // namespace

std::optional<FailureReason> read_defaults(std::vector<MethodInfo>& methods) {
  for (MethodInfo& method : methods)
    for (std::size_t i = 0; i < method.parameters.size(); ++i)
      if (method.parameters[i].has_fallback)
        if (auto failure = read_default(method, method.parameters[i], i)) return failure;
  return std::nullopt;
}

std::vector<std::string> rejected_names(const std::vector<MethodInfo>& methods) {
  std::vector<std::string> rejected;
  CallStats unused;
  const Generation judged("judged", 0, nullptr, methods, unused, &rejected);
  return rejected;
}

}  // namespace p2p

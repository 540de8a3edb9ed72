// What an object of a service declares, judged before it is registered: the defaults of its parameters, which
// are text until the node reads them, and names that can be no method's. Read by whoever starts a service
// (LiveService) and by who only looks at it (hosting's lint).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <p2p/method.hpp>

#include "framework/failure_reason.hpp"
#include "registry/method_override.hpp"

namespace p2p {

/// Fills `fallback` of each parameter from its text, and the schema with it; the first default that is no
/// JSON or has the wrong type is why the service cannot be loaded.
[[nodiscard]] std::optional<FailureReason> read_defaults(std::vector<MethodInfo>& methods);

/// Names that are not registered whatever they do: no path can have them, or the node uses them itself.
[[nodiscard]] std::vector<std::string> rejected_names(const std::vector<MethodInfo>& methods);

/// Methods with the names of their parameters.
using MethodParameters = std::map<std::string, std::vector<std::string>, std::less<>>;
[[nodiscard]] MethodParameters parameters_of(const std::vector<MethodInfo>& methods);

/// The operator's words, in `file`, about a method or parameter that is not there: nobody would follow them.
[[nodiscard]] std::optional<FailureReason> check_overrides(const MethodOverrides& words,
                                                           const std::string& file,
                                                           const MethodParameters& known);

}  // namespace p2p

// One method for people: what it does, its parameters, its policy, and a line to try.
#pragma once

#include <string>

#include <p2p/value.hpp>

namespace p2p {

/// From the body of GET /methods/{service}/{method}.
[[nodiscard]] std::string method_page(const Value& method);

/// "required, 1..4194304", "default 30, 1..60": what a schema says of one parameter.
[[nodiscard]] std::string parameter_rules(const Value& schema, bool required);

/// The type words of a schema: "integer", "string or null", "any".
[[nodiscard]] std::string schema_type(const Value& schema);

}  // namespace p2p

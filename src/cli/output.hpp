// Output: the formats of -o, and documents printed in those that machines read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

namespace p2p {

class Terminal;

enum class Output { table, wide, json, yaml, ndjson, name };
inline constexpr std::string_view output_words = "table|wide|json|yaml|ndjson|name";

[[nodiscard]] std::optional<Output> output_of(std::string_view word);
/// json, yaml, ndjson: an error is a document too.
[[nodiscard]] bool is_document(Output output) noexcept;

/// Two spaces a level, as people read it.
[[nodiscard]] std::string pretty_json(const Value& value);
/// YAML 1.2 in block style; strings are quoted where they could be read as anything else.
[[nodiscard]] std::string yaml(const Value& value);

/// The document in the wanted format, with its line end: json indented on a terminal and on one line in a
/// pipe, yaml, ndjson on one line. The other formats are as json.
void print_document(Terminal& terminal, Output output, const Value& document);

}  // namespace p2p

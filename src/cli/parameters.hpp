// The parameters of a call, as a person writes them: key=value by the method's schema (a string keeps 007),
// key:=JSON, key=@FILE; or all of them as one document with -d.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace p2p {

/// Reads a file's text; handed in, so that tests need none.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Whether any of `words` needs the schema to be read.
[[nodiscard]] bool needs_schema(const std::vector<std::string>& words);

/// `schema`: that of the parameters, or null when it is not known: then text that is JSON is taken as JSON.
/// invalid_params for a word that is no parameter, or stands twice.
[[nodiscard]] Result<Value> read_parameters(const std::vector<std::string>& words, const Value& schema,
                                            const FileReader& read_file);

/// -d JSON, -d @FILE, -d - (stdin): an object, or an array in the declared order.
[[nodiscard]] Result<Value> read_document(const std::string& text, const FileReader& read_file);

/// `text` as the parameter's schema wants it. What does not fit stays text: the node says what is wrong with
/// it.
[[nodiscard]] Value value_by_schema(const std::string& text, const Value& schema);

}  // namespace p2p

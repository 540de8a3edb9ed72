// JSON (RFC 8259) to Value and back. Boost.JSON reads, under limits; the writing is ours, since a result goes
// straight into the bytes of an answer.
//
// Refused besides what is no JSON: invalid UTF-8, NUL-padded or trailing text, more depth, values, string or
// number length than the limits, integers beyond 64 bits and numbers beyond a double (they would be rounded).
// Of a key that stands twice in an object the last counts.
//
// Threads: any; each thread keeps a parser.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace p2p::json {

struct Limits {
  std::size_t depth = 64;            ///< nesting; a deeper document costs stack where it is walked
  std::size_t values = 100'000;      ///< in all; 16 bytes and more each
  std::size_t string = 1024 * 1024;  ///< bytes of one string or key
  std::size_t number = 64;           ///< digits of one number
};

/// The document, or parse_error with the offset: "line 1, column 9: expected a value".
[[nodiscard]] Result<Value> parse(std::string_view text, const Limits& limits = {});

/// Takes the members of a top-level object in their order, repeated ones too.
class Members {
 public:
  virtual void member(std::string_view key, Value value) = 0;

 protected:
  ~Members() = default;
};

/// As `parse`, for an object whose members have a meaning of their own (an envelope). invalid_request when
/// the document is sound but no object.
[[nodiscard]] Result<void> read_members(std::string_view text, Members& members, const Limits& limits = {});

/// Appends `value` as compact JSON. Strings must be UTF-8; bytes that are not are written as U+FFFD.
void write(const Value& value, std::string& out);
/// Appends `text` as a JSON string, with its quotes.
void write_string(std::string_view text, std::string& out);
[[nodiscard]] std::string dump(const Value& value);

}  // namespace p2p::json

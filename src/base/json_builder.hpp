// Builder: what the parser calls while it reads, for json_reader.cpp alone. Each `on_...` returns false to
// stop; `refusal` then says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include "base/json_reader.hpp"

namespace p2p::json {

class Builder {
 public:
  using Code = boost::json::error_code;
  using Text = boost::json::string_view;

  // The parser's own limits stay out of the way: ours are counted here and have better messages.
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  void begin(const Limits& limits, Reader::Top top);

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code& code) { return open(false, code); }
  bool on_array_end(std::size_t count, Code&);
  bool on_object_begin(Code& code) { return open(true, code); }
  bool on_object_end(std::size_t count, Code&);
  bool on_key_part(Text part, std::size_t total, Code& code) { return add_part(part, total, code); }
  bool on_key(Text last, std::size_t total, Code& code);
  bool on_string_part(Text part, std::size_t total, Code& code) { return add_part(part, total, code); }
  bool on_string(Text last, std::size_t total, Code& code);
  bool on_number_part(Text, Code&) { return true; }  // only of a number that the end of the text cuts off
  bool on_int64(std::int64_t number, Text digits, Code& code);
  bool on_uint64(std::uint64_t number, Text digits, Code& code);
  bool on_double(double rounded, Text digits, Code& code);
  bool on_bool(bool flag, Code& code) { return room(code) && push(Value(flag)); }
  bool on_null(Code& code) { return room(code) && push(Value()); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

  std::string refusal;            ///< why this stopped; empty when the parser did
  std::vector<Value> values;      ///< read and not yet part of a container
  std::vector<std::string> keys;  ///< of the open objects
  bool top_is_object = false;     ///< Top::members, and the document was an object

  [[nodiscard]] bool in_object() const { return !open_.empty() && open_.back(); }
  /// Bytes held for the next document, besides values and keys.
  [[nodiscard]] std::size_t spare_bytes() const;

 private:
  bool open(bool object, Code& code);
  bool room(Code& code);
  bool push(Value value);
  bool add_part(Text part, std::size_t total, Code& code);
  bool refuse(std::string why, Code& code);

  Limits limits_;
  Reader::Top top_ = Reader::Top::whole;
  std::vector<bool> open_;  // the containers around here, outermost first: whether each is an object
  std::size_t count_ = 0;
  std::string text_;                  // the parts of a string that has escapes in it
  std::vector<std::uint32_t> order_;  // of the members of a large object, to find repeated keys
};

}  // namespace p2p::json

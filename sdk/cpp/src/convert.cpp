#include <string>

#include <p2p/convert.hpp>

namespace p2p::detail {
namespace {

void append(const Path& path, std::string& out) {
  if (path.up != nullptr) append(*path.up, out);
  if (path.up == nullptr || !path.name.empty()) {
    if (!out.empty() && !path.name.empty()) out += '.';
    out += path.name;
  } else {
    out += '[' + std::to_string(path.index) + ']';
  }
}
void append_pointer(const Path& path, std::string& out) {
  if (path.up != nullptr) append_pointer(*path.up, out);
  if (path.up == nullptr && path.name.empty()) return;
  out += '/';
  if (path.name.empty()) out += std::to_string(path.index);
  for (const char c : path.name) {  // RFC 6901
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
}

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int digit_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/// Whether a text that does not fit was at least a text.
bool wants_text(std::string_view expected) {
  return expected.starts_with("one of") || expected.starts_with("base64");
}

}  // namespace

void throw_wrong(const Path& path, std::string_view expected, const Value& got) {
  std::string where;
  append(path, where);
  std::string pointer = "#";
  append_pointer(path, pointer);
  std::string what = "expected " + std::string(expected);
  const bool right_kind = expected == "integer in range" || (got.is_string() && wants_text(expected));
  if (!right_kind) what += ", got " + std::string(kind_name(got.kind()));
  throw Error(Errc::invalid_params, where.empty() ? what : where + ": " + what,
              Value{{"pointer", std::move(pointer)}, {"detail", what}});
}

Value bytes_to_value(const Bytes& bytes) {
  std::string text;
  text.reserve((bytes.data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.data.size(); i += 3) {
    const std::size_t left = bytes.data.size() - i;
    const unsigned group = static_cast<unsigned>(bytes.data[i] << 16) |
                           (left > 1 ? static_cast<unsigned>(bytes.data[i + 1] << 8) : 0) |
                           (left > 2 ? static_cast<unsigned>(bytes.data[i + 2]) : 0);
    text += digits[group >> 18];
    text += digits[group >> 12 & 63];
    text += left > 1 ? digits[group >> 6 & 63] : '=';
    text += left > 2 ? digits[group & 63] : '=';
  }
  return Value(std::move(text));
}

Bytes value_to_bytes(const Value& value, const Path& path) {
  if (!value.is_string()) throw_wrong(path, "base64 string", value);
  const std::string& text = value.as_string();
  if (text.size() % 4 != 0) throw_wrong(path, "base64 string (its length is a multiple of 4)", value);
  Bytes bytes;
  bytes.data.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int pad = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
    unsigned group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int digit = static_cast<int>(k) < 4 - pad ? digit_value(text[i + k]) : 0;
      if (digit < 0) throw_wrong(path, "base64 string", value);
      group = group << 6 | static_cast<unsigned>(digit);
    }
    if ((group & (pad == 2 ? 0xffffU : pad == 1 ? 0xffU : 0U)) != 0)
      throw_wrong(path, "base64 string", value);
    bytes.data.push_back(static_cast<unsigned char>(group >> 16));
    if (pad < 2) bytes.data.push_back(static_cast<unsigned char>(group >> 8 & 255));
    if (pad < 1) bytes.data.push_back(static_cast<unsigned char>(group & 255));
  }
  return bytes;
}

Value enum_schema(const std::string_view* names, std::size_t count) {
  Value known = Value::array();
  for (std::size_t i = 0; i < count; ++i)
    if (!names[i].empty()) known.push_back(names[i]);
  Value text = schema_of("string");
  text.set("enum", std::move(known));
  return text;
}

Value enum_to_value(std::size_t index, const std::string_view* names, std::size_t count) {
  if (index >= count || names[index].empty())
    throw Error(Errc::invalid_params, "the number " + std::to_string(static_cast<std::int64_t>(index)) +
                                          " is no value of its enum that has a name (0 to 31)");
  return names[index];
}

std::size_t enum_index(const Value& value, const std::string_view* names, std::size_t count,
                       const Path& path) {
  std::string known;
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i].empty()) continue;
    if (value.is_string() && value.as_string() == names[i]) return i;
    known += (known.empty() ? "" : ", ") + std::string(names[i]);
  }
  throw_wrong(path, "one of " + known, value);
}

Value schema_of(std::string_view type) { return Value{{"type", type}}; }

Value schema_or_null(Value schema) {
  if (const Value* type = schema.find("type"); type != nullptr && type->is_string())
    schema.set("type", Value::array({*type, "null"}));
  else if (schema.size() > 0)
    schema = Value{{"anyOf", Value::array({std::move(schema), schema_of("null")})}};
  if (const Value* known = schema.find("enum")) {
    Value with_null = *known;
    with_null.push_back(Value());
    schema.set("enum", std::move(with_null));
  }
  return schema;
}

Value integer_schema(std::int64_t least, std::int64_t most) {
  Value integer = schema_of("integer");
  if (least != std::numeric_limits<std::int64_t>::min()) integer.set("minimum", least);
  if (most != std::numeric_limits<std::int64_t>::max()) integer.set("maximum", most);
  return integer;
}

}  // namespace p2p::detail

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace p2p::json {
namespace {

// What a byte of a string becomes: 0 itself, 'u' a \u00XX, '8' the begin of a longer character, else \ and
// it.
constexpr auto escape_of = [] {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
  for (std::size_t i = 0x80; i < 0x100; ++i) table[i] = '8';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

// Whether all eight bytes stand for themselves: none below 0x20, none above 0x7F, no quote, no backslash.
bool eight_plain(const char* bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const std::uint64_t low = word - ones * 0x20;
  const std::uint64_t quote = (word ^ (ones * '"')) - ones;
  const std::uint64_t backslash = (word ^ (ones * '\\')) - ones;
  return ((word | low | quote | backslash) & (ones * 0x80)) == 0;
}

std::size_t plain_from(std::string_view text, std::size_t at) noexcept {
  while (text.size() - at >= 8 && eight_plain(text.data() + at)) at += 8;
  while (at < text.size() && escape_of[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at;
}

// Appends the byte or the character at `at`, which is not plain; returns where the next begins.
std::size_t write_escaped(std::string_view text, std::size_t at, std::string& out) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const char escape = escape_of[byte];
  if (escape == '8') {
    const std::size_t length = utf8_length(text.substr(at));
    out += length == 0 ? replacement_character : text.substr(at, length);
    return at + (length == 0 ? 1 : length);
  }
  if (escape == 'u') {
    constexpr std::string_view digits = "0123456789abcdef";
    const char written[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    out.append(written, sizeof written);
  } else {
    const char written[] = {'\\', escape};
    out.append(written, sizeof written);
  }
  return at + 1;
}

void write_integer(std::int64_t number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// The shortest digits that read back as the same double; always with a point or an exponent, so that it reads
// back as a double at all.
void write_real(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void write_array(const Array& items, std::string& out) {
  out += '[';
  bool first = true;
  for (const Value& item : items) {
    if (!first) out += ',';
    first = false;
    write(item, out);
  }
  out += ']';
}

void write_object(const Object& members, std::string& out) {
  out += '{';
  bool first = true;
  for (const Member& member : members) {
    if (!first) out += ',';
    first = false;
    write_string(member.first, out);
    out += ':';
    write(member.second, out);
  }
  out += '}';
}

}  // namespace

void write_string(std::string_view text, std::string& out) {
  std::size_t at = plain_from(text, 0);
  if (at == text.size()) {  // as most are: one growth for all of it
    const std::size_t begin = out.size(), end = begin + text.size() + 2;
    out.resize_and_overwrite(end, [&](char* bytes, std::size_t) {  // which libstdc++ 12 gives the capacity
      bytes[begin] = '"';
      std::ranges::copy(text, bytes + begin + 1);
      bytes[end - 1] = '"';
      return end;
    });
    return;
  }
  out += '"';
  out += text.substr(0, at);
  while (at < text.size()) {
    const std::size_t end = plain_from(text, at);
    out += text.substr(at, end - at);
    at = end < text.size() ? write_escaped(text, end, out) : end;
  }
  out += '"';
}

void write(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::null: out += "null"; return;
    case Value::Kind::boolean: out += value.as_bool() ? "true" : "false"; return;
    case Value::Kind::integer: write_integer(value.as_int(), out); return;
    case Value::Kind::real: write_real(value.as_double(), out); return;
    case Value::Kind::string: write_string(value.as_string(), out); return;
    case Value::Kind::array: write_array(value.as_array(), out); return;
    case Value::Kind::object: write_object(value.as_object(), out); return;
  }
}

std::string dump(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace p2p::json

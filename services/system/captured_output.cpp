#include "captured_output.hpp"

#include <algorithm>

namespace system_service {
namespace {

bool continues(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0U) == 0x80U;
}

/// How long a character is that begins with `first`; 0 for a byte that begins none (RFC 3629).
std::size_t promised_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
bool second_byte_sound(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second < 0xA0;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second < 0x90;
    default: return true;
  }
}

/// Bytes of the character that `bytes` begins with; 0 when it begins with none.
std::size_t character_length(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const std::size_t length = promised_length(first);
  for (std::size_t i = 1; i < length; ++i)
    if (!continues(bytes, i)) return 0;
  if (length > 1 && !second_byte_sound(first, static_cast<unsigned char>(bytes[1]))) return 0;
  return length;
}

/// `bytes` without the beginning of a character at its end.
std::string_view without_cut_character(std::string_view bytes) {
  std::size_t tail = 0;
  while (tail < 3 && tail < bytes.size() && continues(bytes, bytes.size() - 1 - tail)) ++tail;
  if (tail == bytes.size()) return bytes;
  const std::size_t start = bytes.size() - 1 - tail;
  const bool cut = promised_length(static_cast<unsigned char>(bytes[start])) > tail + 1;
  return cut ? bytes.substr(0, start) : bytes;
}

}  // namespace

std::string as_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    if (length == 0)
      text += "\xEF\xBF\xBD";
    else
      text += bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

void CapturedOutput::append(std::string_view bytes) {
  written_ += static_cast<std::int64_t>(bytes.size());
  kept_ += bytes.substr(0, most_ - std::min(most_, kept_.size()));
}

std::string CapturedOutput::text() const {
  return as_utf8(truncated() ? without_cut_character(kept_) : kept_);
}

}  // namespace system_service

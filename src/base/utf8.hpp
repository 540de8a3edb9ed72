// UTF-8 (RFC 3629): which bytes are a character. For writers of text that came from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace p2p {

/// Bytes of the character that `text` begins with, 1 to 4; 0 when it begins with none: a stray or missing
/// continuation, an overlong form, a surrogate, above U+10FFFF, or nothing at all.
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first < 0xC2 || first > 0xF4 || !continues(1)) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continues(2) ? 3 : 0;
  }
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return continues(2) && continues(3) ? 4 : 0;
}

/// U+FFFD, for what is no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

}  // namespace p2p

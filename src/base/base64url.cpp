#include <cstdint>

#include "base/digest.hpp"

namespace p2p {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xFF;
constexpr auto digit_of = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += alphabet[(bits >> (held - 6)) & 63];
  }
  if (held > 0) text += alphabet[(bits << (6 - held)) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string bytes(text.size() * 3 / 4, '\0');
  char* out = bytes.data();
  std::uint32_t seen = 0;  // every digit is below 64, no_digit is not
  const auto take = [&](std::size_t at, std::size_t letters) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < letters; ++i) {
      const std::uint32_t digit = digit_of[static_cast<unsigned char>(text[at + i])];
      seen |= digit;
      bits = (bits << 6) | digit;
    }
    return bits;
  };
  for (std::size_t at = 0; at + 4 <= text.size(); at += 4) {
    const std::uint32_t bits = take(at, 4);
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  }
  // One text for one run of bytes: bits that decode to nothing must be zero.
  const std::uint32_t bits = take(text.size() - rest, rest);
  if (rest == 2 && (bits & 0xF) == 0) {
    *out = static_cast<char>(bits >> 4);
  } else if (rest == 3 && (bits & 0x3) == 0) {
    out[0] = static_cast<char>(bits >> 10);
    out[1] = static_cast<char>(bits >> 2);
  } else if (rest != 0) {
    return std::nullopt;
  }
  if ((seen & ~63U) != 0) return std::nullopt;
  return bytes;
}

}  // namespace p2p

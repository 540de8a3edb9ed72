// CRC-32 as zlib has it (IEEE 802.3): what some agents put around a datagram.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace p2p::gossip {

inline constexpr std::array<std::uint32_t, 256> crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1U) != 0 ? sum >> 1 ^ 0xEDB8'8320U : sum >> 1;
    table[byte] = sum;
  }
  return table;
}();

[[nodiscard]] constexpr std::uint32_t crc32(std::string_view bytes) noexcept {
  std::uint32_t sum = 0xFFFF'FFFFU;
  for (const char byte : bytes)
    sum = crc32_table[(sum ^ static_cast<unsigned char>(byte)) & 0xffU] ^ sum >> 8;
  return ~sum;
}
static_assert(crc32("123456789") == 0xCBF4'3926U);

}  // namespace p2p::gossip

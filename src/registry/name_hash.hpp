// NameHash and NameEqual: for tables looked up by service and method names on every call. Names of usual
// length take a few loads and one multiplication, and no call of memcpy or memcmp; the hash is good enough to
// need no second mixing. Names come from loaded services, so it need not withstand an attacker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace p2p {

namespace name_bytes {
template <class Word>
[[nodiscard]] inline std::uint64_t load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
[[nodiscard]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
}  // namespace name_bytes

struct NameHash {
  using is_transparent = void;
  using is_avalanching = void;

  std::size_t operator()(std::string_view name) const noexcept {
    using namespace name_bytes;
    const char* at = name.data();
    const std::size_t size = name.size();
    std::uint64_t hash = 0x9e3779b97f4a7c15ull ^ size, low = 0, high = 0;
    if (size >= 8) {
      for (std::size_t left = size; left > 16; at += 16, left -= 16)
        hash = fold(load<std::uint64_t>(at) ^ hash, load<std::uint64_t>(at + 8) ^ 0xc2b2ae3d27d4eb4full);
      const char* end = name.data() + size;  // the last words may overlap what was read before
      low = load<std::uint64_t>(size >= 16 ? end - 16 : at);
      high = load<std::uint64_t>(end - 8);
    } else if (size >= 4) {
      low = load<std::uint32_t>(at);
      high = load<std::uint32_t>(at + size - 4);
    } else if (size > 0) {
      low = load<std::uint8_t>(at) << 16 | load<std::uint8_t>(at + size / 2) << 8 |
            load<std::uint8_t>(at + size - 1);
    }
    return static_cast<std::size_t>(fold(low ^ hash, high ^ 0x165667b19e3779f9ull));
  }
};

struct NameEqual {
  using is_transparent = void;

  bool operator()(std::string_view a, std::string_view b) const noexcept {
    using namespace name_bytes;
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (size >= 8) {
      for (std::size_t i = 0; i + 8 < size; i += 8)
        if (load<std::uint64_t>(a.data() + i) != load<std::uint64_t>(b.data() + i)) return false;
      return load<std::uint64_t>(a.data() + size - 8) == load<std::uint64_t>(b.data() + size - 8);
    }
    if (size >= 4)
      return load<std::uint32_t>(a.data()) == load<std::uint32_t>(b.data()) &&
             load<std::uint32_t>(a.data() + size - 4) == load<std::uint32_t>(b.data() + size - 4);
    for (std::size_t i = 0; i < size; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }
};

}  // namespace p2p

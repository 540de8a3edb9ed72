// LZW both ways: whatever is unpacked stays within its bound, and any bytes come back from packing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gossip/lzw.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace p2p::gossip;
  constexpr std::size_t limit = 64 * 1024;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto text = lzw_decode(bytes, limit)) {
    must(text->size() <= limit);
    must(lzw_decode(lzw_encode(*text), limit) == *text);
    if (!text->empty()) must(!lzw_decode(bytes, text->size() - 1));
  }
  must(lzw_decode(lzw_encode(bytes), size) == bytes);
  return 0;
}

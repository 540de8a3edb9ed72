// A datagram that has been opened, or came in clear: whatever is understood can be said again, is then
// understood as the same, and takes as many bytes as was said beforehand.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gossip/codec.hpp"

namespace {

using namespace p2p::gossip;

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  LeftOut left_out;
  const auto parts = decode_packet({reinterpret_cast<const char*>(data), size}, &left_out);
  if (!parts) return 0;
  must(!parts->empty() && parts->size() + left_out.truncated + left_out.refused <= part_limit);
  const std::size_t total = encoded_packet_size(*parts);
  // What was left out may be less than what is said in full: it need not fit any more.
  if (total > packet_limit ||
      std::ranges::any_of(*parts, [](const Message& part) { return encoded_size(part) > 0xffff; }))
    return 0;
  const Bytes bytes = encode_packet(*parts);
  must(bytes.size() == total);
  LeftOut nothing;
  const auto again = decode_packet(bytes, &nothing);
  must(again && again->size() == parts->size() && nothing.truncated == 0 && nothing.refused == 0);
  must(encode_packet(*again) == bytes);
  return 0;
}

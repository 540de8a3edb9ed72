// A stream's bytes, as they come: where the message ends is the same whether they come at once or bit by bit,
// and whatever is understood lies within it, and can be said again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gossip/codec.hpp"
#include "gossip/stream_framer.hpp"

namespace {

using namespace p2p::gossip;

constexpr std::size_t limit = 256 * 1024;  // what inflates to megabytes is slow under the sanitizers

void must(bool holds) {
  if (!holds) std::abort();
}

/// The length of the message, or 0 when it is none or not all there.
std::size_t framed(std::string_view stream) {
  const auto at_once = StreamFramer(limit).needed(stream);
  StreamFramer framer(limit);
  p2p::Result<std::size_t> needed = 0;
  for (std::size_t size = 0; size <= stream.size() && needed; size += 1 + size / 16) {
    needed = framer.needed(stream.substr(0, size));
    must(!needed || *needed > 0);
    if (needed && *needed <= size) break;
  }
  if (needed) needed = framer.needed(stream);
  must(needed.has_value() == at_once.has_value());
  must(!needed || *needed == *at_once);
  return needed && *needed <= stream.size() ? *needed : 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const std::size_t whole = framed(stream);
  LeftOut left_out;
  const auto message = decode_stream(stream, limit, &left_out);
  if (!message) return 0;
  must(whole > 0);
  const auto exact = decode_stream(stream.substr(0, whole), limit);
  const Bytes bytes = encode_stream(*message);
  must(exact && encode_stream(*exact) == bytes);
  must(encoded_stream_size(*message) == bytes.size());
  if (bytes.size() > limit) return 0;
  must(framed(bytes) == bytes.size());
  const auto again = decode_stream(bytes, limit);
  must(again && encode_stream(*again) == bytes);
  return 0;
}

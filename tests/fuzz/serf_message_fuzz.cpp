// What other nodes have put into a User message, into a push/pull's user state, or into their tags: whatever
// is understood can be said again, and is then understood as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gossip/serf_message.hpp"
#include "gossip/tags.hpp"

namespace {

using namespace p2p::gossip;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_message(std::string_view body) {
  const auto message = decode_serf(body);
  if (!message) return;
  const Bytes bytes = encode_serf(*message);
  must(encoded_serf_size(*message) == bytes.size());
  const auto again = decode_serf(bytes);
  must(again && again->index() == message->index());
  must(encode_serf(*again) == bytes);
}

void check_tags(std::string_view meta) {
  const auto tags = decode_tags(meta);
  if (!tags) return;
  // Old forms are shorter than ours: what was understood need not fit any more.
  if (const auto bytes = encode_tags(*tags)) must(decode_tags(*bytes) == *tags);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_message(bytes);
  check_tags(bytes);
  return 0;
}

#include "testing/sim_wire.hpp"

#include <utility>

#include "gossip/codec.hpp"
#include "gossip/stream_framer.hpp"

namespace p2p::gossip {

Keyring& SealedWire::keyring(Node node) {
  while (keyrings_.size() <= node)
    keyrings_.push_back(
        std::make_unique<Keyring>(Keyring::make(Secret(std::string(32, 'k')), random_, 1'024).value()));
  return *keyrings_[node];
}

Bytes SealedWire::pack(Node from, std::span<const Message> parts) {
  return keyring(from).seal(encode_packet(parts));
}

std::optional<std::vector<Message>> SealedWire::unpack(Node to, std::string_view datagram) {
  if (const Result<Bytes> plain = keyring(to).open(datagram))
    if (auto parts = decode_packet(*plain)) return std::move(*parts);
  ++unreadable_;
  return std::nullopt;
}

Bytes SealedWire::frame(Node from, const Message& message) {
  return keyring(from).seal_frame(encode_stream(message));
}

std::optional<Message> SealedWire::unframe(Node to, std::string_view stream) {
  StreamFramer framer;
  if (const Result<std::size_t> size = framer.needed(stream); size && *size == stream.size())
    if (const Result<Bytes> plain = keyring(to).open_frame(stream))
      if (auto message = decode_stream(*plain)) return std::move(*message);
  ++unreadable_;
  return std::nullopt;
}

}  // namespace p2p::gossip

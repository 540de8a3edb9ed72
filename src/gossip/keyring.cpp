#include "gossip/keyring.hpp"

#include <algorithm>
#include <cassert>

#include "gossip/codec.hpp"
#include "gossip/stream_framer.hpp"

namespace p2p::gossip {
namespace {

Result<void> check_size(const Secret& key) {
  if (AesGcm::is_key_size(key.size())) return {};
  return fail(Errc::invalid_params, "a gossip key has 16, 24 or 32 bytes");
}

// What stands before a frame's payload, and is covered by its tag.
Bytes frame_header(std::size_t payload) {
  Bytes header(1, static_cast<char>(MessageType::encrypt));
  for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<char>(payload >> shift & 0xff));
  return header;
}

}  // namespace

Keyring::Keyring(Secret primary, Random& random, std::size_t window)
    : random_(&random), seen_(window, random.next()) {
  keys_.emplace_back(std::move(primary));
}

Result<Keyring> Keyring::make(Secret primary, Random& random, std::size_t window) {
  if (auto fine = check_size(primary); !fine) return fail(std::move(fine.error()));
  return Keyring(std::move(primary), random, window);
}

std::vector<AesGcm>::iterator Keyring::find(std::string_view key) {
  return std::ranges::find_if(keys_,
                              [&](const AesGcm& one) { return equal_in_constant_time(one.key(), key); });
}

Result<void> Keyring::add(Secret key) {
  if (auto fine = check_size(key); !fine) return fine;
  if (find(key.reveal()) != keys_.end()) return {};
  if (keys_.size() >= keys_limit) return fail(Errc::too_large, "the keyring is full: remove a key first");
  keys_.emplace_back(std::move(key));
  return {};
}

Result<void> Keyring::use(std::string_view key) {
  const auto found = find(key);
  if (found == keys_.end()) return fail(Errc::not_found, "the keyring does not have this key: add it first");
  std::rotate(keys_.begin(), found, found + 1);
  return {};
}

Result<void> Keyring::remove(std::string_view key) {
  const auto found = find(key);
  if (found == keys_.end()) return fail(Errc::not_found, "the keyring does not have this key");
  if (found == keys_.begin()) return fail(Errc::conflict, "this key is in use: use another one first");
  keys_.erase(found);
  return {};
}

std::vector<std::string_view> Keyring::keys() const {
  std::vector<std::string_view> keys;
  keys.reserve(keys_.size());
  for (const AesGcm& key : keys_) keys.push_back(key.key());
  return keys;
}

Bytes Keyring::seal(std::string_view datagram) {
  Bytes sealed;
  keys_.front().seal(datagram, {}, *random_, sealed);
  return sealed;
}

Result<Bytes> Keyring::open_with_any(std::string_view payload, std::string_view about) {
  if (payload.size() < sealed_overhead) return fail(Errc::parse_error, "too short to be encrypted");
  for (AesGcm& key : keys_)
    if (auto plain = key.open(payload, about)) return std::move(*plain);
  return fail(Errc::unauthenticated, "no key of the keyring opens it");
}

Result<Bytes> Keyring::open(std::string_view datagram) {
  if (datagram.size() > packet_limit) return fail(Errc::too_large, "a datagram of more than 64 KiB");
  auto plain = open_with_any(datagram, {});
  if (plain && !seen_.add(nonce_of(datagram))) return fail(Errc::conflict, "it has been received before");
  return plain;
}

Bytes Keyring::seal_frame(std::string_view message) {
  const std::size_t payload = message.size() + sealed_overhead;
  assert(payload <= 0xffff'ffff);
  const Bytes header = frame_header(payload);
  Bytes frame;
  frame.reserve(header.size() + payload);
  frame = header;
  keys_.front().seal(message, header, *random_, frame);
  return frame;
}

Result<Bytes> Keyring::open_frame(std::string_view frame) {
  const std::size_t payload = frame.size() < frame_header_size ? 0 : frame.size() - frame_header_size;
  if (payload > stream_limit) return fail(Errc::too_large, "an encrypted message is larger than its limit");
  const std::string_view header = frame.substr(0, frame_header_size);
  if (header != frame_header(payload)) return fail(Errc::parse_error, "no whole encrypted message");
  return open_with_any(frame.substr(frame_header_size), header);
}

}  // namespace p2p::gossip

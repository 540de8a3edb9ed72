// AesGcm: one key, expanded once. Seals and opens payloads as memberlist makes them: version, nonce,
// ciphertext, tag (docs/protocol/gossip.md, section 4.4).
//
// Threads: one at a time. A payload costs no allocation but its own bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "gossip/node_info.hpp"

namespace p2p::gossip {

inline constexpr std::size_t nonce_size = 12;
inline constexpr std::size_t tag_size = 16;
inline constexpr std::size_t sealed_overhead = 1 + nonce_size + tag_size;  ///< bytes that sealing adds

class AesGcm {
 public:
  /// 16, 24 or 32 bytes: AES-128, -192 or -256.
  [[nodiscard]] static bool is_key_size(std::size_t bytes) {
    return bytes == 16 || bytes == 24 || bytes == 32;
  }

  /// `key` has one of these sizes.
  explicit AesGcm(Secret key);
  ~AesGcm();
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;

  [[nodiscard]] std::string_view key() const noexcept { return key_.reveal(); }

  /// Appends the payload of `plain` to `out`, in version 1. `about` is what the tag covers besides: it must
  /// be the same when the payload is opened.
  void seal(std::string_view plain, std::string_view about, Random& random, Bytes& out);
  /// None when this key did not seal it, or not all of it is as it was. Takes version 0 as well, whose plain
  /// text is padded.
  [[nodiscard]] std::optional<Bytes> open(std::string_view payload, std::string_view about);

 private:
  struct Contexts;
  Secret key_;
  std::unique_ptr<Contexts> contexts_;
};

/// The nonce of a payload, which is at least `sealed_overhead` long.
[[nodiscard]] inline std::string_view nonce_of(std::string_view payload) {
  return payload.substr(1, nonce_size);
}

}  // namespace p2p::gossip

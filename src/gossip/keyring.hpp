// Keyring: the keys of a cluster. The first, the primary, seals what this node sends; each is tried on what
// comes in, so that keys are changed without a stop: add the new one everywhere, use it everywhere, remove
// the old one (docs/protocol/gossip.md, section 4.4).
//
// Invariants: never without a key, so nothing leaves in clear.
// Threads:    one at a time; the gossip thread's.
// Does not:   read keys from files, judge how good they are.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "gossip/aes_gcm.hpp"
#include "gossip/limits.hpp"
#include "gossip/nonce_window.hpp"

namespace p2p::gossip {

inline constexpr std::size_t replay_window = 16'384;  ///< datagrams; more remembers longer, 16 bytes each
inline constexpr std::size_t keys_limit = 16;  ///< each costs an attempt on every datagram of strangers

class Keyring {
 public:
  /// `primary` has 16, 24 or 32 bytes, else invalid_params. `random` outlives the keyring.
  [[nodiscard]] static Result<Keyring> make(Secret primary, Random& random,
                                            std::size_t window = replay_window);

  // Changing keys. All take effect at once.
  /// Behind the others. A key that is here already stays where it is. too_large above `keys_limit`.
  [[nodiscard]] Result<void> add(Secret key);
  /// Makes it the primary; not_found unless it has been added.
  [[nodiscard]] Result<void> use(std::string_view key);
  /// Not the primary: that is a conflict.
  [[nodiscard]] Result<void> remove(std::string_view key);
  /// The primary first. The views are good until the next change.
  [[nodiscard]] std::vector<std::string_view> keys() const;

  // Datagrams.
  [[nodiscard]] Bytes seal(std::string_view datagram);
  /// parse_error: too short to be sealed; unauthenticated: no key opens it; conflict: it has been here
  /// before.
  [[nodiscard]] Result<Bytes> open(std::string_view datagram);

  // The messages of streams, with the header that says their length (gossip/stream_framer.hpp).
  [[nodiscard]] Bytes seal_frame(std::string_view message);
  [[nodiscard]] Result<Bytes> open_frame(std::string_view frame);

 private:
  Keyring(Secret primary, Random& random, std::size_t window);
  [[nodiscard]] std::vector<AesGcm>::iterator find(std::string_view key);
  [[nodiscard]] Result<Bytes> open_with_any(std::string_view payload, std::string_view about);

  std::vector<AesGcm> keys_;
  Random* random_;
  NonceWindow seen_;
};

}  // namespace p2p::gossip

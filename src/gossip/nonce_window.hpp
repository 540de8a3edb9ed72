// NonceWindow: the last so many nonces, so that a datagram sent again by somebody else is noticed. Only what
// a key has opened comes in here: who has no key can fill nothing.
//
// Remembers 8 of a nonce's 12 random bytes: two different ones are taken for one once in 10^15 datagrams.
// Adding costs one look into a list that is one long on average; `seed` keeps it so for chosen nonces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace p2p::gossip {

class NonceWindow {
 public:
  /// `capacity` at least 1; each costs 16 bytes.
  NonceWindow(std::size_t capacity, std::uint64_t seed);

  /// False when `nonce` (8 bytes or more) is among the last that were added. Else it is added now, and the
  /// oldest forgotten when there are too many.
  [[nodiscard]] bool add(std::string_view nonce);

 private:
  using Slot = std::uint32_t;
  static constexpr Slot none = ~Slot{0};
  struct Entry {
    std::uint64_t print = 0;
    Slot next = none;  // in the same bucket
  };

  [[nodiscard]] Slot& bucket_of(std::uint64_t print);
  [[nodiscard]] bool has(std::uint64_t print);
  void unlink(Slot slot);

  std::size_t capacity_;
  std::uint64_t seed_;
  std::size_t oldest_ = 0;      // the slot that is written next when all are in use
  std::vector<Entry> entries_;  // a ring once it has `capacity`
  std::vector<Slot> buckets_;   // a power of two of them
};

}  // namespace p2p::gossip

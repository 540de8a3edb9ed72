// TokenCache: tokens that were verified already, so that a request costs a look-up and not a signature.
//
// The key is the whole text of the token. A slot is found by a seeded hash over its last 32 characters, which
// belong to the signature: nobody can choose them for a token that verifies, so slots spread evenly and
// cannot be aimed at. Then length and every byte are compared.
//
// An entry dies when its token expires, and all die when the revocation number changes.
//
// Invariants: at most `slots` entries of at most `text_limit` bytes. A hit allocates nothing.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/caller.hpp"

namespace p2p {

class TokenCache {
 public:
  static constexpr std::size_t default_slots = 4096;   ///< about 3 MiB when full of ordinary tokens
  static constexpr std::size_t text_limit = 4 * 1024;  ///< a longer token is verified each time

  /// `slots` is rounded up to a power of two, at least 4.
  explicit TokenCache(std::uint64_t seed, std::size_t slots = default_slots);

  /// The caller of `token`, or null: verify it then.
  [[nodiscard]] CallerPtr find(std::string_view token, WallTime now, std::uint64_t revocations);

  /// Remembers `token` until `caller->expires`. A full set gives up its oldest guess.
  void put(std::string_view token, CallerPtr caller, WallTime now, std::uint64_t revocations);

  [[nodiscard]] std::size_t size() const noexcept;
  void clear() noexcept;

 private:
  static constexpr std::size_t ways = 4;
  struct Entry {
    std::uint64_t hash = 0;
    WallTime expires{};
    std::string text;
    CallerPtr caller;  // null: a free slot
  };

  [[nodiscard]] std::uint64_t hash(std::string_view token) const noexcept;
  [[nodiscard]] Entry* set_of(std::uint64_t hash) noexcept { return &entries_[(hash & mask_) * ways]; }
  [[nodiscard]] Entry& victim(Entry* set, WallTime now) noexcept;
  void follow(std::uint64_t revocations) noexcept;

  std::uint64_t seed_;
  std::uint64_t mask_;  // number of sets - 1
  std::uint64_t revocations_ = 0;
  std::size_t turn_ = 0;  // which way is given up next
  std::vector<Entry> entries_;
};

}  // namespace p2p

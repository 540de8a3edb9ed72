// Random: where random bytes come from. Keys take them from the kernel, simulations from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace p2p {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  /// Fills `bytes`. Ends the program when the kernel has none: no key may ever be made without them.
  virtual void fill(std::span<std::byte> bytes) = 0;

  [[nodiscard]] std::uint64_t next() {
    std::uint64_t number = 0;
    fill(std::as_writable_bytes(std::span(&number, 1)));
    return number;
  }
};

/// getrandom(2). Threads: any.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;
};

}  // namespace p2p

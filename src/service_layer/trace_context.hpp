// The trace of a request: taken from a sound `traceparent` (W3C Trace Context, level 1), or new. A malformed
// one is replaced, not refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "model/call.hpp"

namespace p2p {

/// The trace id of "00-<32 hex>-<16 hex>-<2 hex>", if it is one and not all zero.
[[nodiscard]] std::optional<TraceId> read_traceparent(std::string_view header) noexcept;

/// New trace ids: random ones, from a fast generator that the kernel has seeded. They are no secrets.
class TraceIds {
 public:
  explicit TraceIds(Random& random) : state_{random.next() | 1, random.next()} {}
  [[nodiscard]] TraceId next() noexcept { return {step() | 1, step()}; }
  [[nodiscard]] std::uint64_t next_span() noexcept { return step() | 1; }

 private:
  std::uint64_t step() noexcept {  // xoroshiro128+
    const std::uint64_t a = state_[0];
    std::uint64_t b = state_[1];
    const std::uint64_t sum = a + b;
    b ^= a;
    state_[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
    state_[1] = (b << 37) | (b >> 27);
    return sum;
  }
  std::uint64_t state_[2];
};

}  // namespace p2p

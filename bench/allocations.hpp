// How many blocks the program has taken from the heap: operator new is replaced by one that counts.
#pragma once

#include <cstdint>

namespace p2p::bench {

[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace p2p::bench

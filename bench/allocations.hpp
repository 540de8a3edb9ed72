// Blocks that a thread has taken from the heap: operator new of this program counts for threads that say so.
#pragma once

#include <cstdint>

namespace p2p::allocations {

/// From now on this thread's blocks are counted, or not.
void count_here(bool wanted) noexcept;
/// Of all threads that are counted.
[[nodiscard]] std::uint64_t taken() noexcept;

}  // namespace p2p::allocations

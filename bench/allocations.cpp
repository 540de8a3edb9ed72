#include "bench/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::uint64_t count = 0;  // the benchmarks have one thread

void* take(std::size_t size, std::size_t alignment) {
  ++count;
  void* block = alignment > alignof(std::max_align_t)
                    ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                    : std::malloc(size);  // NOLINT: this is the allocator
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

namespace p2p::bench {

std::uint64_t allocations() noexcept { return count; }

}  // namespace p2p::bench

void* operator new(std::size_t size) { return take(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }                                 // NOLINT
void operator delete(void* block, std::size_t) noexcept { std::free(block); }                    // NOLINT
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }               // NOLINT
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }  // NOLINT

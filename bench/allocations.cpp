#include "bench/allocations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> blocks{0};
constinit thread_local bool counted = false;

void* take(std::size_t size, std::size_t alignment) {
  if (counted) blocks.fetch_add(1, std::memory_order_relaxed);
  void* block = alignment > alignof(std::max_align_t)
                    ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                    : std::malloc(size);  // NOLINT: this is the allocator
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

namespace p2p::allocations {

void count_here(bool wanted) noexcept { counted = wanted; }
std::uint64_t taken() noexcept { return blocks.load(std::memory_order_relaxed); }

}  // namespace p2p::allocations

void* operator new(std::size_t size) { return take(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }                                 // NOLINT
void operator delete(void* block, std::size_t) noexcept { std::free(block); }                    // NOLINT
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }               // NOLINT
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }  // NOLINT

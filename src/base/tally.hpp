// Tally: a count that one thread keeps and any thread reads. Counting costs what it costs with a plain
// number: no atomic read-modify-write, since nobody else counts. What a reader sees may be a moment old.
//
// Threads: one writes, any reads.
#pragma once

#include <atomic>
#include <cstdint>

namespace p2p {

class Tally {
 public:
  Tally() = default;
  Tally(std::uint64_t count) noexcept : count_(count) {}  // NOLINT(google-explicit-constructor)
  Tally(const Tally& other) noexcept : count_(other.get()) {}
  Tally& operator=(const Tally& other) noexcept {
    set(other.get());
    return *this;
  }
  ~Tally() = default;

  [[nodiscard]] std::uint64_t get() const noexcept { return count_.load(std::memory_order_relaxed); }
  operator std::uint64_t() const noexcept { return get(); }  // NOLINT(google-explicit-constructor)

  void set(std::uint64_t count) noexcept { count_.store(count, std::memory_order_relaxed); }
  Tally& operator++() noexcept { return *this += 1; }
  Tally& operator--() noexcept { return *this += static_cast<std::uint64_t>(-1); }
  Tally& operator+=(std::uint64_t more) noexcept {
    set(get() + more);
    return *this;
  }

 private:
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace p2p

#include "gossip/nonce_window.hpp"

#include <bit>
#include <cassert>
#include <cstring>

namespace p2p::gossip {

NonceWindow::NonceWindow(std::size_t capacity, std::uint64_t seed)
    : capacity_(capacity), seed_(seed), buckets_(std::bit_ceil(capacity), none) {
  assert(capacity > 0 && capacity < none);
  entries_.reserve(capacity);
}

NonceWindow::Slot& NonceWindow::bucket_of(std::uint64_t print) {
  const std::uint64_t mixed = (print ^ seed_) * 0x9E37'79B9'7F4A'7C15U;
  return buckets_[(mixed ^ mixed >> 32) & (buckets_.size() - 1)];
}

bool NonceWindow::has(std::uint64_t print) {
  for (Slot slot = bucket_of(print); slot != none; slot = entries_[slot].next)
    if (entries_[slot].print == print) return true;
  return false;
}

void NonceWindow::unlink(Slot slot) {
  Slot* link = &bucket_of(entries_[slot].print);
  while (*link != slot) link = &entries_[*link].next;
  *link = entries_[slot].next;
}

bool NonceWindow::add(std::string_view nonce) {
  assert(nonce.size() >= sizeof(std::uint64_t));
  std::uint64_t print = 0;
  std::memcpy(&print, nonce.data(), sizeof print);
  if (has(print)) return false;
  Slot slot = static_cast<Slot>(entries_.size());
  if (slot < capacity_) {
    entries_.emplace_back();
  } else {
    slot = static_cast<Slot>(oldest_);
    oldest_ = (oldest_ + 1) % capacity_;
    unlink(slot);
  }
  Slot& bucket = bucket_of(print);
  entries_[slot] = {.print = print, .next = bucket};
  bucket = slot;
  return true;
}

}  // namespace p2p::gossip

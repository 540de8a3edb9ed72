#include "auth/token_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace p2p {
namespace {

constexpr std::size_t hashed_tail = 32;

std::uint64_t word_at(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Both halves of the 128-bit product: two unknown words in, one well-mixed word out.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

TokenCache::TokenCache(std::uint64_t seed, std::size_t slots)
    : seed_(seed), mask_(std::bit_ceil(std::max(slots, ways)) / ways - 1), entries_((mask_ + 1) * ways) {}

std::uint64_t TokenCache::hash(std::string_view token) const noexcept {
  const char* tail = token.data() + token.size() - hashed_tail;
  const std::uint64_t first = mix(word_at(tail) ^ seed_, word_at(tail + 8) ^ 0x9E3779B97F4A7C15U);
  const std::uint64_t last = mix(word_at(tail + 16) ^ seed_, word_at(tail + 24) ^ 0xD1B54A32D192ED03U);
  return mix(first ^ token.size(), last ^ seed_ ^ 0x8CB92BA72F3D8DD7U);
}

CallerPtr TokenCache::find(std::string_view token, WallTime now, std::uint64_t revocations) {
  if (token.size() < hashed_tail) return nullptr;
  follow(revocations);
  const std::uint64_t wanted = hash(token);
  Entry* set = set_of(wanted);
  for (Entry* entry = set; entry != set + ways; ++entry) {
    if (entry->hash != wanted || !entry->caller || entry->text != token) continue;
    if (now < entry->expires) return entry->caller;
    *entry = Entry{};
    return nullptr;
  }
  return nullptr;
}

void TokenCache::put(std::string_view token, CallerPtr caller, WallTime now, std::uint64_t revocations) {
  if (token.size() < hashed_tail || token.size() > text_limit || !caller || caller->expires <= now) return;
  follow(revocations);
  const std::uint64_t wanted = hash(token);
  Entry* set = set_of(wanted);
  const auto same = std::find_if(set, set + ways, [&](const Entry& entry) {
    return entry.caller && entry.hash == wanted && entry.text == token;
  });
  Entry& entry = same != set + ways ? *same : victim(set, now);
  const WallTime expires = caller->expires;
  entry.hash = wanted;
  entry.expires = expires;
  entry.text.assign(token);  // into the memory of the one that goes
  entry.caller = std::move(caller);
}

TokenCache::Entry& TokenCache::victim(Entry* set, WallTime now) noexcept {
  for (Entry* entry = set; entry != set + ways; ++entry) {
    if (!entry->caller || entry->expires <= now) return *entry;
  }
  return set[turn_++ % ways];
}

void TokenCache::follow(std::uint64_t revocations) noexcept {
  if (revocations == revocations_) return;
  clear();
  revocations_ = revocations;
}

std::size_t TokenCache::size() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const Entry& entry) { return entry.caller != nullptr; }));
}

void TokenCache::clear() noexcept {
  for (Entry& entry : entries_) entry = Entry{};
}

}  // namespace p2p

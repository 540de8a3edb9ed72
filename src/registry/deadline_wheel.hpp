// DeadlineWheel: until when each running call may take. Putting a call in and taking it out are a few
// instructions; what is over is found in slots of 20 ms, so a deadline is noticed at most that late.
//
// A pure machine: `advance(now)` hands out what is over. Entries live in the calls themselves.
//
// Threads: one loop's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace p2p {

class DeadlineWheel {
 public:
  static constexpr std::int64_t slot_ns = 20'000'000;

  struct Entry {
    std::int64_t deadline_ns = 0;
    Entry* next = nullptr;
    Entry** place = nullptr;  ///< who points here; null: not in the wheel
    [[nodiscard]] bool linked() const noexcept { return place != nullptr; }
  };

  void add(Entry& entry, std::int64_t deadline_ns) noexcept {
    entry.deadline_ns = deadline_ns;
    const std::int64_t tick = deadline_ns / slot_ns;  // what is over already belongs to the slot swept next
    link(entry, &slots_[static_cast<std::size_t>(tick > seen_ ? tick : seen_) % slots_.size()]);
  }
  void remove(Entry& entry) noexcept {
    if (entry.place == nullptr) return;
    *entry.place = entry.next;
    if (entry.next != nullptr) entry.next->place = entry.place;
    entry.place = nullptr;
    --count_;
  }
  /// Calls `visit(entry)` for each; `visit` may take out the entry it is given and no other.
  template <class F>
  void each(F visit) {
    for (Entry* entry : slots_)
      while (entry != nullptr) {
        Entry* next = entry->next;
        visit(*entry);
        entry = next;
      }
  }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// Takes out what is over at `now_ns` and calls `over(entry)` for each, the earliest first; `over` may add
  /// and remove others. What it adds is looked at in the next turn, even if it is over already: so this comes
  /// to an end.
  template <class F>
  void advance(std::int64_t now_ns, F over) {
    const std::int64_t last = now_ns / slot_ns;
    const auto turn = static_cast<std::int64_t>(slots_.size());
    if (last - seen_ >= turn) seen_ = last - turn + 1;
    Entry* due = nullptr;
    for (std::int64_t tick = last; tick >= seen_; --tick)
      sweep(static_cast<std::size_t>(tick) % slots_.size(), now_ns, due);
    seen_ = last;
    while (due != nullptr) {
      Entry& entry = *due;
      remove(entry);
      over(entry);
    }
  }

 private:
  void link(Entry& entry, Entry** place) noexcept {
    entry.next = *place;
    entry.place = place;
    if (entry.next != nullptr) entry.next->place = &entry.next;
    *place = &entry;
    ++count_;
  }
  /// Moves what is over to the list `due`.
  void sweep(std::size_t slot, std::int64_t now_ns, Entry*& due) noexcept {
    for (Entry* entry = slots_[slot]; entry != nullptr;) {
      Entry* next = entry->next;
      if (entry->deadline_ns <= now_ns) {  // else of a later turn of the wheel, which takes 10 s
        remove(*entry);
        link(*entry, &due);
      }
      entry = next;
    }
  }

  std::array<Entry*, 512> slots_{};
  std::size_t count_ = 0;
  std::int64_t seen_ = 0;  // the slot swept last
};

}  // namespace p2p

// ByteBuffer: bytes read and not yet used, in one piece. Reading appends, using takes from the front; memory
// moves only when there is no room.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace p2p {

class ByteBuffer {
 public:
  static constexpr std::size_t first_capacity = 4 * 1024;

  [[nodiscard]] const char* data() const noexcept { return bytes_.get() + begin_; }
  [[nodiscard]] char* data() noexcept { return bytes_.get() + begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::string_view view() const noexcept { return {data(), size()}; }

  /// At least `room` bytes behind the last one, to be written to. When the bytes in use move, `moved(from,
  /// to)` is called while both places are still there.
  template <class Moved>
  std::span<char> prepare(std::size_t room, Moved&& moved) {
    if (capacity_ - end_ < room) make_room(room, moved);
    return {bytes_.get() + end_, capacity_ - end_};
  }
  /// `count` bytes of the prepared room are filled.
  void commit(std::size_t count) noexcept { end_ += count; }
  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Gives back the memory of one that has grown over `keep`, once nothing is in it.
  void give_back(std::size_t keep) noexcept {
    if (!empty() || capacity_ <= keep) return;
    bytes_.reset();
    capacity_ = 0;
  }
  /// Keeps the first `count` bytes.
  void truncate(std::size_t count) noexcept { end_ = begin_ + count; }

 private:
  template <class Moved>
  void make_room(std::size_t room, Moved&& moved) {
    const auto used = size();
    if (capacity_ - used >= room) return move_to_front(moved);
    auto wanted = capacity_ < first_capacity ? first_capacity : capacity_;
    while (wanted - used < room) wanted *= 2;
    auto fresh = std::make_unique_for_overwrite<char[]>(wanted);
    if (used > 0) {
      std::string_view(data(), used).copy(fresh.get(), used);
      moved(static_cast<const char*>(data()), static_cast<const char*>(fresh.get()));
    }
    bytes_ = std::move(fresh);
    capacity_ = wanted;
    begin_ = 0;
    end_ = used;
  }

  template <class Moved>
  void move_to_front(Moved&& moved) {
    const auto used = size();
    moved(static_cast<const char*>(data()), static_cast<const char*>(bytes_.get()));
    std::memmove(bytes_.get(), data(), used);
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace p2p

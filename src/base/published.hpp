// Published: something that is made anew with each change and read as it was by whoever took it. A reader
// holds a lock for as long as a pointer is copied.
//
// Not std::atomic<std::shared_ptr>: that of libstdc++ 12 lets go of its own lock without ordering the read
// before it, which ThreadSanitizer reports and rightly so.
//
// Threads: any.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace p2p {

template <class T>
class Published {
 public:
  using Pointer = std::shared_ptr<const T>;

  explicit Published(Pointer first = std::make_shared<const T>()) : now_(std::move(first)) {}

  /// Never null.
  [[nodiscard]] Pointer get() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void set(Pointer next) {
    const std::lock_guard lock(mutex_);
    now_.swap(next);  // what was there goes after the lock
  }

 private:
  mutable std::mutex mutex_;
  Pointer now_;
};

}  // namespace p2p

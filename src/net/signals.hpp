// Signals: takes signals as jobs of the loop, where they may do anything. While it lives they do not end the
// program.
//
// Threads: the loop's own.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "net/loop.hpp"

namespace p2p {

class Signals {
 public:
  /// `handler(number)` runs for each signal that came. Throws std::system_error for a number that cannot be
  /// taken.
  Signals(Loop& loop, std::initializer_list<int> numbers, std::move_only_function<void(int)> handler);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the wait that is under way
};

}  // namespace p2p

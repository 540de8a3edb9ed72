// Poller: tells many sockets of one server when they are ready, level-triggered: an epoll set that the loop
// watches as one descriptor. Asio's own operations would cost each request a read that finds nothing and the
// weight of the operation, about a tenth of its CPU.
//
// Threads: the loop's own.
#pragma once

#include <array>
#include <cstdint>

#include <sys/epoll.h>

#include "net/fd_watch.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

/// Something with a socket in a Poller.
class Pollee {
 public:
  /// `events`: EPOLLIN and so on. May remove any pollee, itself too.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Pollee() = default;
};

class Poller {
 public:
  /// Throws std::system_error when the kernel has no epoll set left.
  explicit Poller(Loop& loop);

  /// False when the kernel takes no more.
  [[nodiscard]] bool add(int fd, std::uint32_t events, Pollee& pollee);
  void change(int fd, std::uint32_t events, Pollee& pollee);
  /// Nothing is told to `pollee` any more, not even what the kernel has reported already.
  void remove(int fd, Pollee& pollee);

 private:
  void dispatch();

  UniqueFd epoll_;
  std::array<epoll_event, 128> ready_{};  // of the dispatch under way
  int count_ = 0, next_ = 0;
  FdWatch watch_;
};

}  // namespace p2p

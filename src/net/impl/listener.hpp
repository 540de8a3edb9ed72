// Listener: accepts connections on a port, and pauses while the process runs out of descriptors: 32 and a
// tenth of them are kept for everything else. The kernel keeps waiting clients meanwhile.
//
// Threads: the loop's own.
#pragma once

#include <functional>
#include <memory>

#include "base/endpoint.hpp"
#include "net/fd_watch.hpp"
#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

/// A listening socket, not blocking, closed on exec. `conflict` when the port is taken.
[[nodiscard]] Result<UniqueFd> bind_and_listen(const Endpoint& at);
/// Another one on the port of `first`, which this process listens on: the kernel gives each its share of the
/// connections.
[[nodiscard]] Result<UniqueFd> listen_beside(const UniqueFd& first);

class Listener {
 public:
  using Take = std::function<void(UniqueFd, const Endpoint& client)>;

  /// Told when accepting pauses for want of descriptors, and when it goes on.
  using Tell = std::function<void(bool paused, int descriptors)>;

  Listener(Loop& loop, UniqueFd socket, Take take, Tell tell = {});

  [[nodiscard]] bool paused() const noexcept { return watch_ == nullptr; }
  /// Goes on if there is room again.
  void resume();
  /// A socket that shares the port with this one.
  [[nodiscard]] Result<UniqueFd> listen_beside() const { return p2p::listen_beside(socket_); }

 private:
  void accept_some();
  void pause();
  [[nodiscard]] bool has_room() const;

  Loop& loop_;
  UniqueFd socket_;
  Take take_;
  Tell tell_;
  int last_descriptor_;             // accepting pauses once a descriptor above it is given out
  std::unique_ptr<FdWatch> watch_;  // none while paused
};

}  // namespace p2p

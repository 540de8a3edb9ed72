// UdpSocket: datagrams in and out on one port. Does not parse, and does not wait: what the kernel cannot take
// now is lost, as datagrams may be.
//
// Threads: the loop's own. Lifetime: `take` is not called after `stop`, and may call that.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "net/fd_watch.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

class UdpSocket {
 public:
  using Take = std::function<void(const Endpoint& from, std::string_view datagram)>;

  /// `conflict` when the port is taken. Nothing is taken before `receive`; the kernel keeps what comes (about
  /// 1 MiB).
  [[nodiscard]] static Result<std::unique_ptr<UdpSocket>> bind(const Endpoint& at);
  explicit UdpSocket(UniqueFd socket) : socket_(std::move(socket)) {}

  /// From now on each datagram, at most 64 in a turn of the loop: whoever floods the port does not keep the
  /// loop.
  void receive(Loop& loop, Take take);
  void stop() { watch_.reset(); }
  /// What has come already, without waiting for the loop.
  void read_now() {
    if (watch_ != nullptr) read_some();
  }
  /// False when the kernel takes it not: no route, a full queue, too long (65,507 bytes).
  bool send(const Endpoint& to, std::string_view datagram);
  /// Where it is bound.
  [[nodiscard]] Endpoint local() const;

 private:
  void read_some();

  UniqueFd socket_;
  Take take_;
  std::unique_ptr<std::array<char, 65536>> buffer_ = std::make_unique<std::array<char, 65536>>();
  std::unique_ptr<FdWatch> watch_;
};

}  // namespace p2p

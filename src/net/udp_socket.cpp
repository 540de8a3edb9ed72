#include "net/udp_socket.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "net/impl/sockaddr.hpp"

namespace p2p {
namespace {

constexpr int a_turn = 64;  // datagrams
constexpr int kernel_buffer =
    1024 * 1024;  // more than one second of what a cluster of 10,000 nodes sends to one

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::bind(const Endpoint& at) {
  UniqueFd socket(::socket(at.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail(Errc::unavailable, std::string("no UDP socket: ") + std::strerror(errno));
  const int on = 1;
  if (at.v6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kernel_buffer,
               sizeof kernel_buffer);  // as much as it gives
  SocketAddress address = to_sockaddr(at);
  if (::bind(socket.get(), address.get(), address.size) != 0)
    return fail(errno == EADDRINUSE ? Errc::conflict : Errc::unavailable,
                "UDP " + at.text() + ": " + std::strerror(errno));
  return std::make_unique<UdpSocket>(std::move(socket));
}

void UdpSocket::receive(Loop& loop, Take take) {
  take_ = std::move(take);
  watch_ = std::make_unique<FdWatch>(loop, socket_.get(), [this] { read_some(); });
}

void UdpSocket::read_some() {
  for (int i = 0; i < a_turn; ++i) {
    SocketAddress from;
    const ssize_t size =
        ::recvfrom(socket_.get(), buffer_->data(), buffer_->size(), 0, from.get(), &from.size);
    // A peer that is not there comes back as an error of an earlier send: no reason to stop reading.
    if (size < 0 && (errno == EINTR || errno == ECONNREFUSED)) continue;
    if (size < 0) return;
    take_(from_sockaddr(from).unmapped(), {buffer_->data(), static_cast<std::size_t>(size)});
    if (watch_ == nullptr) return;  // stopped meanwhile
  }
}

bool UdpSocket::send(const Endpoint& to, std::string_view datagram) {
  SocketAddress address = to_sockaddr(to);
  return ::sendto(socket_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL, address.get(),
                  address.size) >= 0;
}

Endpoint UdpSocket::local() const { return local_endpoint(socket_.get()); }

}  // namespace p2p

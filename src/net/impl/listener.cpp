#include "net/impl/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

namespace p2p {
namespace {

constexpr int backlog = 1024;
constexpr int accepts_a_turn = 64;  // then other connections have theirs

bool set_option(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

std::unexpected<Error> listen_error(const Endpoint& at, int number) {
  const auto where = at.text();
  switch (number) {
    case EADDRINUSE:
      return fail(Errc::conflict,
                  fmt::format("port {} is taken: something else listens on {}", at.port, where));
    case EADDRNOTAVAIL:
      return fail(Errc::invalid_params, fmt::format("this machine has no address {}", at.address_text()));
    case EACCES: return fail(Errc::forbidden, fmt::format("no right to listen on {}", where));
    default:
      return fail(Errc::unavailable,
                  fmt::format("cannot listen on {}: {}", where, std::generic_category().message(number)));
  }
}

/// Descriptors are given out lowest first, so the number of a new one says how many are in use.
int last_descriptor() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
  const auto most = std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max());
  return static_cast<int>(std::min(most / 10 * 9, most - std::min<rlim_t>(most, 32)));
}

Result<UniqueFd> open_socket(const Endpoint& at) {
  UniqueFd fd(::socket(at.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return listen_error(at, errno);
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (at.v6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
  return fd;
}

Result<UniqueFd> listen_on(UniqueFd fd, const Endpoint& at) {
  auto address = to_sockaddr(at);
  if (::bind(fd.get(), address.get(), address.size) != 0) return listen_error(at, errno);
  if (::listen(fd.get(), backlog) != 0) return listen_error(at, errno);
  return fd;
}

}  // namespace

Result<UniqueFd> bind_and_listen(const Endpoint& at) {
  auto fd = open_socket(at);
  return fd ? listen_on(*std::move(fd), at) : std::move(fd);
}

/// Whoever binds a port must not share it: so it is found taken, also by a second node that would share. Once
/// this process listens it may say that it shares, and only sockets that do so before they bind come in:
/// those made here. (Of other programs only those of the same user could.)
Result<UniqueFd> listen_beside(const UniqueFd& first) {
  const Endpoint at = local_endpoint(first.get());
  if (!set_option(first.get(), SOL_SOCKET, SO_REUSEPORT)) return listen_error(at, errno);
  auto fd = open_socket(at);
  if (!fd) return fd;
  if (!set_option(fd->get(), SOL_SOCKET, SO_REUSEPORT)) return listen_error(at, errno);
  return listen_on(*std::move(fd), at);
}

Listener::Listener(Loop& loop, UniqueFd socket, Take take, Tell tell)
    : loop_(loop), socket_(std::move(socket)), take_(std::move(take)), last_descriptor_(last_descriptor()) {
  resume();
  tell_ = std::move(tell);
  if (paused() && tell_) tell_(true, last_descriptor_);
}

bool Listener::has_room() const {
  const UniqueFd probe(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
  return probe && probe.get() < last_descriptor_;
}

void Listener::resume() {
  if (!paused() || !has_room()) return;
  watch_ = std::make_unique<FdWatch>(loop_, socket_.get(), [this] { accept_some(); });
  if (tell_) tell_(false, last_descriptor_);
}

void Listener::pause() {
  watch_.reset();
  if (tell_) tell_(true, last_descriptor_);
}

void Listener::accept_some() {
  for (int i = 0; i < accepts_a_turn; ++i) {
    SocketAddress address;
    UniqueFd fd(::accept4(socket_.get(), address.get(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN) pause();  // no descriptors, no memory: the sweep tries again
      return;
    }
    const bool last = fd.get() >= last_descriptor_;
    set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY);
    take_(std::move(fd), from_sockaddr(address));
    if (last) return pause();
  }
}

}  // namespace p2p

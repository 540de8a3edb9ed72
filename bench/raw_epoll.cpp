// The yardstick: the least that a server can do on this machine. One thread, epoll; every REQUEST_BYTES that
// come are taken for a request, unread, and answered with the bytes of a file: those of the node's real
// answer, headers included.
//
//   p2p_bench_raw_epoll PORT REQUEST_BYTES ANSWER_FILE
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

struct Connection {
  int fd;
  std::size_t unanswered = 0;  // bytes of a request that has not come whole
};

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(fd, 1024) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  return fd;
}

void take_all(int listener, int epoll) {
  for (int fd = 0; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = new Connection{fd};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

int usage(const char* text) {
  std::fputs(text, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return usage("usage: p2p_bench_raw_epoll PORT REQUEST_BYTES ANSWER_FILE\n");
  const auto request_bytes = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
  std::ifstream file(argv[3], std::ios::binary);
  const std::string answer{std::istreambuf_iterator<char>(file), {}};
  if (request_bytes == 0 || answer.empty()) return usage("nothing to answer\n");
  const int listener = listen_on(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)));
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(512);
  std::vector<char> buffer(65536);
  std::string out;
  for (;;) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr) {
        take_all(listener, epoll);
        continue;
      }
      const ssize_t got = ::recv(connection->fd, buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        ::close(connection->fd);
        delete connection;
        continue;
      }
      connection->unanswered += static_cast<std::size_t>(got);
      out.clear();
      for (; connection->unanswered >= request_bytes; connection->unanswered -= request_bytes) out += answer;
      if (!out.empty() && ::send(connection->fd, out.data(), out.size(), MSG_NOSIGNAL) < 0)
        ::shutdown(connection->fd, SHUT_RDWR);
    }
  }
}

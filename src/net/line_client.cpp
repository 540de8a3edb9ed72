#include "net/line_client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <sys/un.h>

#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t most = 4096;  // bytes of an answer; who sends more is no such server

std::string cause_of(int number) {
  std::string text = std::generic_category().message(number);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + ('a' - 'A'));
  return text;
}

std::unexpected<Error> unreachable(const std::string& place, int number) {
  const std::string cause = cause_of(number);
  return fail(Errc::node_unreachable, fmt::format("cannot reach {}: {}", place, cause), {{"reason", cause}});
}

class Asking {
 public:
  Asking(std::string place, const LineQuestion& question)
      : place_(std::move(place)),
        question_(question),
        deadline_(std::chrono::steady_clock::now() + question.timeout) {}

  Result<std::string> run(SocketAddress address) {
    fd_ = UniqueFd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd_) return unreachable(place_, errno);
    if (auto connected = connect(address); !connected) return fail(connected.error());
    if (auto sent = send(); !sent) return fail(sent.error());
    return read();
  }

 private:
  Result<void> wait_for(short events) const {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
      pollfd look{fd_.get(), events, 0};
      const int ready = left <= 0 ? 0 : ::poll(&look, 1, static_cast<int>(left));
      if (ready > 0) return {};
      if (ready < 0 && errno == EINTR) continue;
      return fail(Errc::timeout,
                  fmt::format("{} did not answer within {} ms", place_, question_.timeout.count()),
                  {{"reason", "no answer"}});
    }
  }

  Result<void> connect(SocketAddress& address) const {
    if (::connect(fd_.get(), address.get(), address.size) == 0) return {};
    if (errno != EINPROGRESS && errno != EAGAIN) return unreachable(place_, errno);
    if (auto ready = wait_for(POLLOUT); !ready) return ready;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? Result<void>() : unreachable(place_, error);
  }

  Result<void> send() const {
    for (std::string_view left = question_.text; !left.empty();) {
      const ssize_t sent = ::send(fd_.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
      if (sent >= 0 || errno == EINTR) continue;
      if (errno != EAGAIN) return unreachable(place_, errno);
      if (auto ready = wait_for(POLLOUT); !ready) return ready;
    }
    return {};
  }

  Result<std::string> read() const {
    std::string answer;
    char bytes[512];
    while (answer.size() < most && lines_in(answer) < question_.lines) {
      if (auto ready = wait_for(POLLIN); !ready) return fail(ready.error());
      const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got < 0) return unreachable(place_, errno);
      if (got == 0) break;
      answer.append(bytes, static_cast<std::size_t>(got));
    }
    return answer;
  }

  static std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }

  std::string place_;
  const LineQuestion& question_;
  Deadline deadline_;
  UniqueFd fd_;
};

}  // namespace

Result<std::string> ask_lines(const Endpoint& server, const LineQuestion& question) {
  return Asking(server.text(), question).run(to_sockaddr(server));
}

Result<std::string> ask_lines(const std::string& socket_path, const LineQuestion& question) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof name.sun_path) return unreachable(socket_path, ENAMETOOLONG);
  std::memcpy(name.sun_path, socket_path.data(), socket_path.size());
  SocketAddress address;
  address.size = sizeof name;
  std::memcpy(&address.storage, &name, sizeof name);
  return Asking(socket_path, question).run(address);
}

}  // namespace p2p

// A load on an HTTP server: CONNECTIONS keep-alive connections, PIPELINE requests on the way on each. The
// file holds one request, or several of one length, which are sent in turns. Prints one line of JSON:
// requests, seconds, latencies in microseconds (of whole pipelines), answers that were not 200.
//
//   p2p_bench_http_load PORT CONNECTIONS PIPELINE SECONDS REQUEST_FILE [SAVE_FIRST_ANSWER_TO]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  std::string in;
  std::size_t waiting = 0;
  Clock::time_point sent;
};

struct Tally {
  std::uint64_t requests = 0, not_ok = 0;
  std::vector<float> latencies;
  std::string first_answer;
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) give_up("connect");
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

/// The length of the answer at the beginning of `bytes`, 0 while it has not come whole.
std::size_t answer_length(const std::string& bytes, std::size_t from) {
  const auto end = bytes.find("\r\n\r\n", from);
  if (end == bytes.npos) return 0;
  const auto length = std::min(bytes.find("Content-Length: ", from), bytes.find("content-length: ", from));
  if (length == bytes.npos || length > end) return 0;
  const std::size_t whole = end + 4 - from + std::strtoul(bytes.c_str() + length + 16, nullptr, 10);
  return bytes.size() - from >= whole ? whole : 0;
}

/// What is sent, a burst after the other: pieces of one long text.
class Bursts {
 public:
  Bursts(const std::string& requests, std::size_t pipeline) {
    const std::size_t length = length_of_first(requests), count = requests.size() / length;
    for (std::size_t i = 0; i < pipeline / std::gcd(count, pipeline); ++i) text_ += requests;
    size_ = length * pipeline;  // the text is a multiple of it: every burst is whole
  }
  std::string_view next() {
    const std::string_view burst = std::string_view(text_).substr(at_, size_);
    at_ = (at_ + size_) % text_.size();
    return burst;
  }

 private:
  static std::size_t length_of_first(const std::string& requests) {
    const auto second = requests.find("POST ", 1);
    return second == requests.npos ? requests.size() : second;
  }
  std::string text_;
  std::size_t size_ = 0, at_ = 0;
};

void send_all(Connection& connection, Bursts& bursts, std::size_t pipeline) {
  const std::string_view burst = bursts.next();
  connection.sent = Clock::now();
  connection.waiting = pipeline;
  for (std::size_t sent = 0; sent < burst.size();) {
    const ssize_t n = ::send(connection.fd, burst.data() + sent, burst.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) give_up("send");
    sent += static_cast<std::size_t>(n);
  }
}

void take_answers(Connection& connection, Tally& tally) {
  std::size_t from = 0;
  while (const std::size_t length = answer_length(connection.in, from)) {
    if (tally.first_answer.empty()) tally.first_answer = connection.in.substr(from, length);
    if (connection.in.compare(from, 12, "HTTP/1.1 200") != 0) ++tally.not_ok;
    ++tally.requests;
    --connection.waiting;
    from += length;
  }
  connection.in.erase(0, from);
  if (connection.waiting == 0)
    tally.latencies.push_back(
        std::chrono::duration<float, std::micro>(Clock::now() - connection.sent).count());
}

double at(std::vector<float>& sorted, double part) {
  return sorted.empty()
             ? 0
             : static_cast<double>(
                   sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * part)]);
}

int usage(const char* text) {
  std::fputs(text, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6)
    return usage("usage: p2p_bench_http_load PORT CONNECTIONS PIPELINE SECONDS REQUEST_FILE [SAVE]\n");
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
  const auto count = std::strtoul(argv[2], nullptr, 10), pipeline = std::strtoul(argv[3], nullptr, 10);
  const double wanted = std::strtod(argv[4], nullptr);
  std::ifstream file(argv[5], std::ios::binary);
  Bursts bursts({std::istreambuf_iterator<char>(file), {}}, pipeline);

  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(count);
  for (Connection& connection : connections) {
    connection.fd = connect_to(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, connection.fd, &event);
  }
  Tally tally;
  const auto begin = Clock::now(),
             end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wanted));
  for (Connection& connection : connections) send_all(connection, bursts, pipeline);
  std::vector<epoll_event> events(512);
  std::vector<char> buffer(262144);
  std::size_t busy = count;
  while (busy > 0) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 5000);
    if (ready <= 0) give_up("no answer for 5 s");
    for (int i = 0; i < ready; ++i) {
      Connection& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) give_up("recv");
      connection.in.append(buffer.data(), static_cast<std::size_t>(got));
      take_answers(connection, tally);
      if (connection.waiting > 0) continue;
      if (Clock::now() < end)
        send_all(connection, bursts, pipeline);
      else
        --busy;
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(tally.latencies.begin(), tally.latencies.end());
  std::printf(
      "{\"requests\":%llu,\"seconds\":%.3f,\"not_ok\":%llu,\"min_us\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f}"
      "\n",
      static_cast<unsigned long long>(tally.requests), seconds, static_cast<unsigned long long>(tally.not_ok),
      at(tally.latencies, 0), at(tally.latencies, 0.5), at(tally.latencies, 0.99));
  if (argc > 6) std::ofstream(argv[6], std::ios::binary) << tally.first_answer;
}

// For the tests of HttpServer: a server on a free loopback port, a handler that does what the test says, a
// client that sends bytes, and time that moves when it is told to. Everything on one thread: `until` turns
// the loop and looks.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/http_server.hpp"
#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"
#include "testing/manual_clock.hpp"

namespace p2p::test {

class ScriptedHandler final : public HttpHandler {
 public:
  void on_request(const HttpRequest& request, HttpExchange& exchange) override {
    ++requests;
    if (on) return on(request, exchange);
    exchange.respond({.body = request.oversized ? "oversized" : request.path});
  }
  std::size_t body_limit(const HttpRequest&) override { return limit; }
  std::string refusal(Errc code, std::string_view detail, std::string& headers) override {
    headers = "X-Refused: yes\r\n";
    return std::string(errc_name(code)) + ": " + std::string(detail);
  }

  std::function<void(const HttpRequest&, HttpExchange&)> on;
  std::size_t limit = 1024 * 1024;
  int requests = 0;
};

class HttpHarness {
 public:
  explicit HttpHarness(HttpLimits limits = {}) : server(loop, handler, log, limits, "X-Constant: 1\r\n") {
    const auto bound = server.listen(*Endpoint::parse("127.0.0.1", 0));
    EXPECT_TRUE(bound.has_value());
    if (bound) at = *bound;
  }
  ~HttpHarness() {
    server.close_all();
    turn();
  }

  void turn() {
    for (int i = 0; i < 4; ++i) loop.poll();
  }
  /// Turns the loop until `condition` holds; false when it does not within five seconds.
  bool until(const std::function<bool()>& condition) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > patience) return false;
      loop.poll();
    }
    return true;
  }
  /// Lets time pass, second by second, as the sweep sees it.
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock.advance(std::chrono::seconds(1));
      turn();
    }
  }

  ManualClock clock;
  Log log{LogLevel::off};
  Loop loop{clock, nullptr};
  ScriptedHandler handler;
  HttpServer server;
  Endpoint at;
};

class TestClient {
 public:
  explicit TestClient(HttpHarness& harness)
      : harness_(harness), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = to_sockaddr(harness.at);
    EXPECT_EQ(::connect(fd_.get(), address.get(), address.size), 0);
  }

  TestClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0 && errno != EAGAIN) break;  // it has closed: what it said is still to be read
      harness_.loop.poll();
    }
    return *this;
  }
  TestClient& get(std::string_view path, std::string_view headers = "") {
    return send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
                "\r\n");
  }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  /// Closes with a reset, as a program that is killed does.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.reset();
  }

  /// All that came so far.
  const std::string& received() {
    char bytes[65536];
    for (;;) {
      const auto count = ::recv(fd_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (count > 0) received_.append(bytes, static_cast<std::size_t>(count));
      if (count == 0) ended_ = true;
      if (count < 0 && errno != EAGAIN) reset_ = true;
      if (count <= 0) return received_;
    }
  }
  /// The bytes up to and with `text`, or up to the end when it is empty.
  std::string read_to(std::string_view text) {
    const bool there = harness_.until([&] { return received().find(text) != std::string::npos; });
    EXPECT_TRUE(there) << "no '" << text << "' in: " << received_;
    return received_;
  }
  std::string read_to_end() {
    EXPECT_TRUE(harness_.until([&] { return received(), ended_ || reset_; }))
        << "still open after: " << received_;
    EXPECT_FALSE(reset_) << "reset after: " << received_;
    return received_;
  }
  bool ended() {
    (void)received();
    return ended_ || reset_;
  }
  [[nodiscard]] bool was_reset() const { return reset_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] Endpoint local() const { return local_endpoint(fd_.get()); }

 private:
  HttpHarness& harness_;
  UniqueFd fd_;
  std::string received_;
  bool ended_ = false, reset_ = false;
};

inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

}  // namespace p2p::test

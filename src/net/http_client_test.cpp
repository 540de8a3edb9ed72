#include "net/http_client.hpp"

#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "net/fd_watch.hpp"
#include "net/impl/listener.hpp"

namespace p2p {
namespace {

using std::chrono::milliseconds;

/// Asks a server that says `says` to each connection and closes; nothing to keep it silent.
class HttpClient : public testing::Test {
 protected:
  void serve(std::string says) {
    auto socket = bind_and_listen(*Endpoint::parse("127.0.0.1", 0));
    ASSERT_TRUE(socket.has_value());
    at_ = local_endpoint(socket->get());
    listener_.emplace(loop_, std::move(*socket), [this, says](UniqueFd fd, const Endpoint&) {
      client_ = std::move(fd);
      if (says.empty()) return;
      watch_.emplace(loop_, client_.get(), [this, says] {
        char request[1024];
        const auto size = ::recv(client_.get(), request, sizeof request, MSG_DONTWAIT);
        if (size <= 0) return watch_.reset();
        asked_.assign(request, static_cast<std::size_t>(size));
        send_all(says);
        ::shutdown(client_.get(), SHUT_WR);
      });
    });
  }

  Result<HttpClientAnswer> get(const Endpoint& server, milliseconds timeout = std::chrono::seconds(5)) {
    std::optional<Result<HttpClientAnswer>> got;
    http_get(loop_, server, "/path?x=1", timeout, [&](Result<HttpClientAnswer> answer) {
      got = std::move(answer);
      loop_.stop();
    });
    EXPECT_FALSE(got.has_value()) << "never inside the call";
    loop_.run();
    return std::move(*got);
  }

  void send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0 && errno != EAGAIN) return;
      if (count < 0) loop_.poll();
    }
  }

  SystemClock clock_;
  Loop loop_{clock_, nullptr};
  std::optional<Listener> listener_;
  UniqueFd client_;
  std::optional<FdWatch> watch_;
  std::string asked_;
  Endpoint at_;
};

TEST_F(HttpClient, gets_an_answer) {
  serve("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello");
  const auto answer = get(at_);
  ASSERT_TRUE(answer.has_value()) << answer.error().what();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_TRUE(asked_.starts_with("GET /path?x=1 HTTP/1.1\r\nHost: " + at_.text() + "\r\n"));
}

TEST_F(HttpClient, reads_chunks_and_bodies_that_end_with_the_connection) {
  serve("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(get(at_)->body, "abc");
  serve("HTTP/1.0 200 OK\r\n\r\nto the end");
  EXPECT_EQ(get(at_)->body, "to the end");
}

TEST_F(HttpClient, says_why_a_node_cannot_be_reached) {
  const auto bound = bind_and_listen(*Endpoint::parse("127.0.0.1", 0));
  const auto free = local_endpoint(bound->get());
  ::close(bound->get());
  const auto answer = get(free);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Errc::node_unreachable);
  EXPECT_NE(answer.error().message().find("connection refused"), std::string::npos)
      << answer.error().message();
}

TEST_F(HttpClient, gives_up_in_time) {
  serve("");
  const auto answer = get(at_, milliseconds(20));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Errc::timeout);
}

TEST_F(HttpClient, refuses_what_is_no_answer) {
  const auto code_of = [this](std::string says) {
    serve(std::move(says));
    const auto answer = get(at_);
    return answer ? Errc::internal : answer.error().code();
  };
  EXPECT_EQ(code_of("nonsense\r\n\r\n"), Errc::parse_error);
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), Errc::parse_error);
  EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"), Errc::too_large);
}

}  // namespace
}  // namespace p2p

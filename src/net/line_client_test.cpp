#include "net/line_client.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "net/impl/sockaddr.hpp"
#include "net/unique_fd.hpp"

namespace p2p {
namespace {

/// A server of one connection: takes something, says `answer`, and closes or holds on.
class Server {
 public:
  Server(std::string answer, bool closes) {
    auto at = to_sockaddr(*Endpoint::parse("127.0.0.1", 0));
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(listener_.get(), at.get(), at.size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    place = local_endpoint(listener_.get());
    thread_ = std::thread([this, answer = std::move(answer), closes] {
      const UniqueFd fd(::accept(listener_.get(), nullptr, nullptr));
      char bytes[256];
      const ssize_t got = ::recv(fd.get(), bytes, sizeof bytes, 0);
      if (got > 0) taken.assign(bytes, static_cast<std::size_t>(got));
      (void)!::send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      if (!closes) (void)!::recv(fd.get(), bytes, sizeof bytes, 0);  // until the other end goes
    });
  }
  ~Server() { thread_.join(); }

  Endpoint place;
  std::string taken;

 private:
  UniqueFd listener_;
  std::thread thread_;
};

TEST(LineClient, takes_as_many_lines_as_it_asked_for) {
  Server server("+OK\r\n+PONG\r\n", false);
  const auto answer = ask_lines(server.place, {"AUTH x\r\nPING\r\n", 2, std::chrono::seconds(20)});
  ASSERT_TRUE(answer) << answer.error().what();
  EXPECT_EQ(*answer, "+OK\r\n+PONG\r\n");
}

TEST(LineClient, a_server_that_closes_early_has_said_what_it_said) {
  Server server("-ERR", true);
  EXPECT_EQ(ask_lines(server.place, {"PING\r\n", 1, std::chrono::seconds(20)}).value_or("nothing"), "-ERR");
}

TEST(LineClient, a_server_that_says_nothing_is_given_up) {
  Server server("", false);
  const auto answer = ask_lines(server.place, {"PING\r\n", 1, std::chrono::milliseconds(50)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::timeout);
}

TEST(LineClient, nobody_there_is_told_with_the_cause) {
  const auto answer = ask_lines(*Endpoint::parse("127.0.0.1", 1), {"PING\r\n", 1, std::chrono::seconds(20)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Errc::node_unreachable);
  EXPECT_EQ(answer.error().detail()["reason"].as_string(), "connection refused");
  const auto file = ask_lines("/nonexistent/redis.sock", {"PING\r\n", 1, std::chrono::seconds(20)});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().detail()["reason"].as_string(), "no such file or directory");
}

}  // namespace
}  // namespace p2p

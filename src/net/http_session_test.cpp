#include "net/http_session.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "net/http_harness_test.hpp"
#include "net/impl/listener.hpp"

namespace p2p {
namespace {

using namespace test;

/// Keeps what it is told.
struct Heard final : HttpReply {
  void on_reply_head(const HttpReplyHead& head) override {
    status = head.status;
    path = head.field("x-p2p-path");
    type = head.field("content-type");
  }
  void on_reply_body(std::string_view piece) override {
    body += piece;
    if (on_piece) on_piece();
  }
  void on_reply_end(Result<void> result) override {
    ++ends;
    end = std::move(result);
    if (on_end) on_end();
  }
  [[nodiscard]] bool ended() const { return ends > 0; }

  int status = 0, ends = 0;
  std::string path, type, body;
  Result<void> end;
  std::function<void()> on_piece, on_end;
};

TEST(HttpSession, asks_and_tells_head_body_and_end) {
  HttpHarness server;
  std::string seen;
  server.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    seen = std::string(request.method) + ' ' + std::string(request.target) + ' ' +
           std::string(request.header("x-mine")) + ' ' + std::string(request.body);
    exchange.respond({.status = 404, .headers = "X-P2P-Path: local\r\n", .body = "not here"});
  };
  HttpSession session(server.loop, server.at);
  Heard heard;
  session.ask({.method = "POST", .target = "/rpc?a=1", .headers = "X-Mine: 7\r\n", .body = "{}"}, heard);
  EXPECT_FALSE(heard.ended()) << "never inside the call";
  ASSERT_TRUE(server.until([&] { return heard.ended(); }));
  EXPECT_TRUE(heard.end.has_value());
  EXPECT_EQ(seen, "POST /rpc?a=1 7 {}");
  EXPECT_EQ(heard.status, 404);
  EXPECT_EQ(heard.body, "not here");
  EXPECT_EQ(heard.path, "local");
  EXPECT_EQ(heard.type, "application/json");
}

TEST(HttpSession, asks_again_on_the_same_connection_from_the_end_of_the_last_answer) {
  HttpHarness server;
  HttpSession session(server.loop, server.at);
  Heard first, second;
  first.on_end = [&] { session.ask({.target = "/second"}, second); };
  session.ask({.target = "/first"}, first);
  ASSERT_TRUE(server.until([&] { return second.ended(); }));
  EXPECT_EQ(first.body + ' ' + second.body, "/first /second");
  EXPECT_EQ(server.server.counters().accepted, 1U);
}

TEST(HttpSession, connects_anew_when_the_server_has_closed_meanwhile) {
  HttpHarness server;
  HttpSession session(server.loop, server.at);
  Heard first, second;
  session.ask({.target = "/first"}, first);
  ASSERT_TRUE(server.until([&] { return first.ended(); }));
  server.server.close_all();
  server.turn();
  session.ask({.target = "/second"}, second);
  ASSERT_TRUE(server.until([&] { return second.ended(); }));
  EXPECT_TRUE(second.end.has_value());
  EXPECT_EQ(second.body, "/second");
  EXPECT_EQ(server.server.counters().accepted, 2U);
}

TEST(HttpSession, does_not_keep_a_connection_that_the_server_wants_closed) {
  HttpHarness server;
  server.handler.on = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.body = "x", .close = true});
  };
  HttpSession session(server.loop, server.at);
  for (int i = 0; i < 2; ++i) {
    Heard heard;
    session.ask({}, heard);
    ASSERT_TRUE(server.until([&] { return heard.ended(); }));
    EXPECT_TRUE(heard.end.has_value());
  }
  EXPECT_EQ(server.server.counters().accepted, 2U);
}

TEST(HttpSession, that_is_closed_tells_nothing_more_and_the_server_sees_the_client_leave) {
  struct Left final : HttpAbort {
    void client_left() override { ++count; }
    int count = 0;
  } left;
  HttpHarness server;
  HttpExchange* open = nullptr;
  server.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&left);
    open = &exchange;
  };
  HttpSession session(server.loop, server.at);
  Heard heard;
  session.ask({}, heard);
  ASSERT_TRUE(server.until([&] { return open != nullptr; }));
  session.close();
  ASSERT_TRUE(server.until([&] { return left.count > 0; }));
  EXPECT_EQ(heard.ends, 0);
  open->respond({.body = "too late"});
}

/// A server that says `says` to each connection and closes.
class Blunt {
 public:
  Blunt(Loop& loop, std::string says)
      : says_(std::move(says)), listener_(loop, bound(), [this](UniqueFd fd, const Endpoint&) {
          (void)::send(fd.get(), says_.data(), says_.size(), MSG_NOSIGNAL);
          ::shutdown(fd.get(), SHUT_WR);
          kept_ = std::move(fd);
        }) {}
  Endpoint at;

 private:
  UniqueFd bound() {
    auto socket = bind_and_listen(*Endpoint::parse("127.0.0.1", 0));
    EXPECT_TRUE(socket.has_value());
    at = local_endpoint(socket->get());
    return std::move(*socket);
  }
  std::string says_;
  UniqueFd kept_;
  Listener listener_;
};

/// The end of an answer of these bytes, as text.
std::string end_of(std::string says, Heard& heard) {
  HttpHarness turner;
  Blunt server(turner.loop, std::move(says));
  HttpSession session(turner.loop, server.at);
  session.ask({}, heard);
  EXPECT_TRUE(turner.until([&] { return heard.ended(); }));
  EXPECT_EQ(heard.ends, 1);
  return heard.end ? "complete" : std::string(errc_name(heard.end.error().code()));
}

std::string end_of(std::string says) {
  Heard heard;
  return end_of(std::move(says), heard);
}

TEST(HttpSession, reads_chunks_and_bodies_that_end_with_the_connection) {
  Heard chunked, closed, interim;
  EXPECT_EQ(end_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                   chunked),
            "complete");
  EXPECT_EQ(chunked.body, "abcde");
  EXPECT_EQ(end_of("HTTP/1.0 200 OK\r\n\r\nto the end", closed), "complete");
  EXPECT_EQ(closed.body, "to the end");
  EXPECT_EQ(end_of("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", interim), "complete");
  EXPECT_EQ(interim.status, 204);
}

TEST(HttpSession, says_when_an_answer_was_cut_or_is_none) {
  EXPECT_EQ(end_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), "parse_error");
  EXPECT_EQ(end_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), "parse_error");
  EXPECT_EQ(end_of("220 mail ready\r\n\r\n"), "parse_error");
  EXPECT_EQ(end_of("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), "parse_error");
  EXPECT_EQ(end_of(""), "node_unreachable");
}

TEST(HttpSession, says_why_a_server_cannot_be_reached) {
  HttpHarness turner;
  const auto bound = bind_and_listen(*Endpoint::parse("127.0.0.1", 0));
  const Endpoint free = local_endpoint(bound->get());
  ::close(bound->get());
  HttpSession session(turner.loop, free);
  Heard heard;
  session.ask({}, heard);
  ASSERT_TRUE(turner.until([&] { return heard.ended(); }));
  ASSERT_FALSE(heard.end.has_value());
  EXPECT_EQ(heard.end.error().code(), Errc::node_unreachable);
  EXPECT_EQ(heard.end.error().detail()["reason"].as_string(), "connection refused");
}

TEST(HttpSession, may_be_closed_from_inside_of_what_it_tells) {
  HttpHarness turner;
  Blunt server(turner.loop,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  HttpSession session(turner.loop, server.at);
  Heard heard;
  heard.on_piece = [&] { session.close(); };
  session.ask({}, heard);
  ASSERT_TRUE(turner.until([&] { return !heard.body.empty(); }));
  turner.turn();
  EXPECT_EQ(heard.body, "abc");
  EXPECT_EQ(heard.ends, 0);
}

}  // namespace
}  // namespace p2p

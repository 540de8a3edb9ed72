// A server on one loop, the handler on another: here two loops turned by hand, at the end two threads.
#include "net/http_relay.hpp"

#include <atomic>
#include <thread>

#include "net/http_harness_test.hpp"
#include "net/loop_thread.hpp"
#include "testing/manual_executor.hpp"

namespace p2p::test {
namespace {

struct Leaver final : HttpAbort {
  void client_left() override { ++left; }
  void server_stops() override { ++stopped; }
  int left = 0, stopped = 0;
};

class HttpRelayTest : public testing::Test {
 protected:
  explicit HttpRelayTest(HttpRelay::Bounds bounds = {}) : relay(h.loop, there, far, bounds) {
    h.handler.on = [this](const HttpRequest& request, HttpExchange& exchange) {
      if (!relay.send(request, exchange)) exchange.respond({.status = 503});
    };
    far.on = [this](const HttpRequest&, HttpExchange& exchange) { exchanges.push_back(&exchange); };
  }
  /// Turns both loops until `condition` holds.
  bool until(const std::function<bool()>& condition) {
    return h.until([&] {
      there.run_ready();
      return condition();
    });
  }
  HttpExchange& next() {
    const auto before = taken_++;
    EXPECT_TRUE(until([&] { return exchanges.size() > before; }));
    return *exchanges.at(before);
  }
  void expect_answer(TestClient& client, std::string_view text) {
    EXPECT_TRUE(until([&] { return client.received().find(text) != std::string::npos; }))
        << "no '" << text << "' in: " << client.received();
  }
  [[nodiscard]] bool at_rest() {
    return until([&] { return h.server.counters().running == 0; });
  }

  HttpHarness h;
  ManualExecutor there{h.clock};
  ScriptedHandler far;
  HttpRelay relay;
  std::vector<HttpExchange*> exchanges;

 private:
  std::size_t taken_ = 0;
};

TEST_F(HttpRelayTest, a_request_arrives_whole_though_its_buffer_has_been_used_again) {
  std::vector<std::string> seen;
  far.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    seen.push_back(std::string(request.method) + ' ' + std::string(request.target) + ' ' +
                   std::string(request.path) + ' ' + std::string(request.query) + ' ' +
                   std::string(request.header("x-a")) + ' ' + std::to_string(request.count_header("x-a")) +
                   ' ' + std::string(request.body));
    EXPECT_EQ(*request.server, h.at);
    EXPECT_NE(request.client->port, h.at.port);
    exchange.respond(
        {.status = 202, .content_type = "text/plain", .headers = "X-B: c\r\n", .body = request.path});
  };
  TestClient client(h);
  client.send(
      "POST /p/q?r=s HTTP/1.1\r\nHost: localhost\r\nX-A: one\r\nx-a: two\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(h.until([&] { return h.server.counters().running == 1; }));
  client.get("/" + std::string(300, 'z'));
  ASSERT_TRUE(h.until([&] { return h.server.counters().running == 2; }));
  expect_answer(client, "zzz");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], "POST /p/q?r=s /p/q r=s one 2 hello");
  for (const std::string_view part : {"HTTP/1.1 202 Accepted\r\n", "Content-Type: text/plain\r\n",
                                      "X-B: c\r\n", "X-Constant: 1\r\n", "/p/q"})
    EXPECT_EQ(count_of(client.received().substr(0, client.received().find("/zzz")), part),
              part == "/p/q" ? 1U : 2U)
        << part;
  EXPECT_TRUE(at_rest());
}

TEST_F(HttpRelayTest, nothing_is_answered_before_the_other_loop_turns) {
  TestClient client(h);
  client.get("/a");
  ASSERT_TRUE(h.until([&] { return h.server.counters().running == 1; }));
  h.turn();
  EXPECT_TRUE(exchanges.empty());
  auto& exchange = next();
  exchange.respond({.body = "late"});
  expect_answer(client, "late");
}

TEST_F(HttpRelayTest, answers_leave_in_the_order_of_the_requests) {
  TestClient client(h);
  client.get("/a").get("/b");
  auto& a = next();
  auto& b = next();
  b.respond({.body = "second"});
  for (int i = 0; i < 5; ++i) {
    there.run_ready();
    h.turn();
  }
  EXPECT_EQ(client.received(), "");
  a.respond({.body = "first"});
  expect_answer(client, "second");
  EXPECT_LT(client.received().find("first"), client.received().find("second"));
}

TEST_F(HttpRelayTest, a_client_that_leaves_is_told_over_there_once) {
  TestClient client(h);
  client.get("/a");
  auto& exchange = next();
  Leaver leaver;
  exchange.on_client_left(&leaver);
  client.close();
  ASSERT_TRUE(until([&] { return leaver.left > 0; }));
  EXPECT_EQ(leaver.left, 1);
  EXPECT_EQ(h.server.counters().running, 1U) << "until it is answered";
  exchange.respond({.body = "to nobody"});
  EXPECT_TRUE(at_rest());
  EXPECT_EQ(leaver.left, 1);
}

TEST_F(HttpRelayTest, who_asks_later_is_told_at_once_that_the_client_has_left) {
  TestClient client(h);
  client.get("/a");
  auto& exchange = next();
  client.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 0; }));
  there.run_ready();
  Leaver leaver;
  exchange.on_client_left(&leaver);
  EXPECT_EQ(leaver.left, 1);
  exchange.respond({});
  EXPECT_TRUE(at_rest());
}

TEST_F(HttpRelayTest, an_answer_that_crosses_with_the_clients_leaving_is_dropped) {
  TestClient client(h);
  client.get("/a");
  auto& exchange = next();
  Leaver leaver;
  exchange.on_client_left(&leaver);
  client.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 0; }));
  exchange.respond({.body = "on its way"});
  EXPECT_TRUE(at_rest());
  there.run_ready();
  EXPECT_EQ(leaver.left, 0) << "it was answered: nobody is told any more";
}

TEST_F(HttpRelayTest, a_stream_arrives_in_its_pieces_and_ends) {
  TestClient client(h);
  client.get("/a");
  auto& stream = next();
  stream.begin({.content_type = "application/x-ndjson", .body = "one\n"});
  expect_answer(client, "one\n");
  stream.send("two\n");
  expect_answer(client, "two\n");
  EXPECT_EQ(stream.queued(), 0U);
  stream.end();
  expect_answer(client, "\r\n0\r\n\r\n");
  EXPECT_TRUE(at_rest());
  client.get("/b");
  next().respond({.body = "next"});
  expect_answer(client, "next");
}

TEST_F(HttpRelayTest, a_stream_that_is_cut_shows_it) {
  TestClient client(h);
  client.get("/a");
  auto& stream = next();
  stream.begin({.body = "begun"});
  stream.cut();
  ASSERT_TRUE(until([&] { return client.ended(); }));
  EXPECT_EQ(client.received().find("\r\n0\r\n"), std::string::npos);
  EXPECT_TRUE(at_rest());
}

TEST_F(HttpRelayTest, a_writer_sees_that_the_reader_lags_and_goes_on_when_it_has_caught_up) {
  TestClient client(h);
  client.get("/a");
  auto& stream = next();
  stream.begin({});
  const std::string piece(10'000, 'x');
  std::size_t sent = 0;
  for (int full = 0; full < 50;) {
    if (stream.queued() < stream_room) {
      stream.send(piece);
      sent += piece.size();
      full = 0;
    } else {
      ++full;
    }
    h.turn();
    there.run_ready();
  }
  bool writable = false;
  stream.on_writable([&] { writable = true; });
  h.turn();
  there.run_ready();
  EXPECT_FALSE(writable);
  ASSERT_TRUE(until([&] {
    (void)client.received();
    return writable;
  }));
  EXPECT_LT(stream.queued(), stream_room);
  stream.end();
  expect_answer(client, "\r\n0\r\n\r\n");
  EXPECT_EQ(count_of(client.received(), piece), sent / piece.size());
}

TEST_F(HttpRelayTest, a_writer_with_room_is_told_so_from_the_top_of_its_loop) {
  TestClient client(h);
  client.get("/a");
  auto& stream = next();
  stream.begin({});
  int told = 0;
  stream.on_writable([&] { ++told; });
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(until([&] { return told == 1; }));
  stream.end();
  EXPECT_TRUE(at_rest());
}

TEST_F(HttpRelayTest, a_server_that_stops_is_told_over_there) {
  TestClient client(h);
  client.get("/a");
  auto& stream = next();
  Leaver leaver;
  stream.on_client_left(&leaver);
  stream.begin({});
  h.turn();
  h.server.stop_accepting();
  ASSERT_TRUE(until([&] { return leaver.stopped == 1; }));
  Leaver late;
  stream.on_client_left(&late);
  EXPECT_EQ(late.stopped, 1);
  stream.end();
  EXPECT_TRUE(at_rest());
}

struct BoundedRelay : HttpRelayTest {
  BoundedRelay() : HttpRelayTest({.requests = 3, .bytes = 2000}) {}
};

TEST_F(BoundedRelay, more_than_may_wait_are_refused_at_once_and_room_comes_back) {
  TestClient client(h);
  client.get("/1").get("/2").get("/3").get("/4");
  ASSERT_TRUE(h.until([&] { return h.server.counters().requests == 4; }));
  EXPECT_EQ(h.server.counters().running, 3U);
  for (int i = 0; i < 3; ++i) next().respond({.body = "ok"});
  expect_answer(client, "503");
  EXPECT_EQ(count_of(client.received(), "200 OK"), 3U);
  client.get("/5");
  next().respond({.body = "five"});
  expect_answer(client, "five");
}

TEST_F(BoundedRelay, what_waits_is_bounded_in_bytes) {
  TestClient client(h);
  const std::string body(1500, 'b');
  for (int i = 0; i < 2; ++i)
    client.send("POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1500\r\n\r\n" + body);
  ASSERT_TRUE(h.until([&] { return h.server.counters().requests == 2; }));
  EXPECT_EQ(h.server.counters().running, 1U);
  next().respond({.body = "first"});
  expect_answer(client, "503");
}

TEST_F(BoundedRelay, what_the_other_loop_has_taken_does_not_wait_any_more) {
  TestClient client(h);
  for (int i = 0; i < 10; ++i) {
    client.get("/long");
    (void)next();
  }
  EXPECT_EQ(h.server.counters().running, 10U);
  for (HttpExchange* exchange : exchanges) exchange->respond({});
  EXPECT_TRUE(at_rest());
}

TEST(HttpRelayThreads, requests_of_many_clients_come_and_go_between_two_threads) {
  const SystemClock clock;
  ScriptedHandler far;
  std::atomic<int> left{0};
  struct Answerer final : HttpAbort {
    void client_left() override { ++*left; }
    std::atomic<int>* left = nullptr;
  };
  LoopThread there(clock, nullptr, "there");
  std::vector<std::unique_ptr<Answerer>> listening;  // the other thread's
  far.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    if (request.path == "/never") {
      listening.push_back(std::make_unique<Answerer>());
      listening.back()->left = &left;
      exchange.on_client_left(listening.back().get());
      return there.loop().post([&exchange] { exchange.respond({.body = "too late"}); });
    }
    if (request.path == "/stream") {
      exchange.begin({.body = "a"});
      exchange.send("b");
      return exchange.end();
    }
    exchange.respond({.body = request.path});
  };
  HttpHarness h;
  HttpRelay relay(h.loop, there.loop(), far);
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    if (!relay.send(request, exchange)) exchange.respond({.status = 503});
  };
  there.start();
  for (int round = 0; round < 20; ++round) {
    TestClient one(h), other(h), leaving(h);
    for (int i = 0; i < 10; ++i) {
      one.get("/plain");
      other.get("/stream");
      leaving.get("/never");
    }
    leaving.close();
    ASSERT_TRUE(h.until([&] { return count_of(one.received(), "/plain") == 10; })) << one.received();
    ASSERT_TRUE(h.until([&] { return count_of(other.received(), "\r\n0\r\n\r\n") == 10; }));
  }
  EXPECT_TRUE(h.until([&] { return h.server.counters().running == 0; }));
  there.stop();
}

}  // namespace
}  // namespace p2p::test

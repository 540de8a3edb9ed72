#include "net/http_server.hpp"

#include "net/http_harness_test.hpp"

namespace p2p::test {
namespace {

struct Leaver final : HttpAbort {
  void client_left() override {
    ++told;
    if (then) then();
  }
  int told = 0;
  std::function<void()> then;
};

TEST(HttpServer, answers_and_keeps_the_connection) {
  HttpHarness h;
  TestClient client(h);
  EXPECT_TRUE(client.get("/first").read_to("/first").starts_with("HTTP/1.1 200 OK\r\nDate: "));
  const auto all = client.get("/second").read_to("/second");
  EXPECT_EQ(count_of(all, "X-Constant: 1\r\n"), 2U);
  EXPECT_EQ(count_of(all, "Connection"), 0U);
  EXPECT_EQ(h.server.counters().accepted, 1U);
  EXPECT_EQ(h.server.counters().requests, 2U);
  EXPECT_EQ(h.server.counters().running, 0U);
}

TEST(HttpServer, hands_out_everything_about_a_request) {
  HttpHarness h;
  TestClient client(h);
  std::string seen;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    seen = std::string(request.method) + "|" + std::string(request.target) + "|" + std::string(request.path) +
           "|" + std::string(request.query) + "|" + std::string(request.body) + "|" +
           std::string(request.header("x-TWICE"));
    EXPECT_EQ(request.count_header("X-Twice"), 2U);
    EXPECT_TRUE(request.has_header("host"));
    EXPECT_FALSE(request.has_header("Authorization"));
    EXPECT_EQ(*request.client, client.local());
    EXPECT_EQ(*request.server, h.at);
    std::string names;
    request.each_header([&](std::string_view name, std::string_view) { names += std::string(name) + " "; });
    EXPECT_EQ(names, "Host X-Twice X-Twice Content-Length ");
    exchange.respond({.status = 204, .content_type = ""});
  };
  client.send(
      "POST /a/b?c=d HTTP/1.1\r\nHost: localhost\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: "
      "4\r\n\r\nbody");
  client.read_to("204 No Content");
  EXPECT_EQ(seen, "POST|/a/b?c=d|/a/b|c=d|body|1");
}

TEST(HttpServer, answers_a_hundred_pipelined_requests_in_their_order) {
  HttpHarness h;
  TestClient client(h);
  std::string bytes, paths;
  for (int i = 0; i < 100; ++i)
    bytes += "GET /" + std::to_string(1000 + i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto all = client.send(bytes).read_to("/1099");
  std::size_t at = 0;
  for (int i = 0; i < 100; ++i) {
    const auto found = all.find("\r\n\r\n/" + std::to_string(1000 + i), at);
    ASSERT_NE(found, std::string::npos) << i;
    at = found;
  }
}

TEST(HttpServer, answers_that_come_in_any_order_leave_in_the_order_of_the_requests) {
  HttpHarness h;
  TestClient client(h);
  std::vector<HttpExchange*> waiting;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { waiting.push_back(&exchange); };
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(bytes);
  const HttpLimits limits;
  ASSERT_TRUE(h.until([&] { return waiting.size() == limits.pipelined; }));
  h.turn();
  EXPECT_EQ(waiting.size(), limits.pipelined) << "no more than that run at once";
  EXPECT_EQ(h.server.counters().running, limits.pipelined);
  int next = 1000;
  std::vector<std::string> bodies;
  while (!waiting.empty()) {
    // The last first; each body is the number of its request.
    const auto batch = std::exchange(waiting, {});
    for (std::size_t i = batch.size(); i-- > 0;) {
      batch[i]->respond({.body = "[" + std::to_string(next + static_cast<int>(i)) + "]"});
    }
    next += static_cast<int>(batch.size());
    h.turn();
  }
  const auto all = client.read_to("[1099]");
  std::size_t at = 0;
  for (int i = 0; i < 100; ++i) {
    const auto found = all.find("[" + std::to_string(1000 + i) + "]", at);
    ASSERT_NE(found, std::string::npos) << i;
    at = found;
  }
}

TEST(HttpServer, reads_on_while_a_request_runs) {
  HttpHarness h;
  TestClient client(h);
  HttpExchange* slow = nullptr;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    if (request.path == "/slow") {
      slow = &exchange;
    } else {
      exchange.respond({.body = request.path});
    }
  };
  client.get("/slow").get("/quick");
  ASSERT_TRUE(h.until([&] { return h.server.counters().requests == 2; }));
  EXPECT_EQ(client.received(), "");
  slow->respond({.body = "/slow"});
  const auto all = client.read_to("/quick");
  EXPECT_LT(all.find("/slow"), all.find("/quick"));
}

TEST(HttpServer, decodes_chunked_bodies) {
  HttpHarness h;
  TestClient client(h);
  std::string body;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    body = request.body;
    exchange.respond({});
  };
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
      .send("2\r\nde\r\n0\r\n\r\n");
  client.read_to("200 OK");
  EXPECT_EQ(body, "abcde");
}

TEST(HttpServer, an_answer_to_head_has_no_body) {
  HttpHarness h;
  TestClient client(h);
  client.send("HEAD /head HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto all = client.read_to_end();
  EXPECT_NE(all.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST(HttpServer, http_1_0_is_answered_and_closed) {
  HttpHarness h;
  TestClient client(h);
  const auto all = client.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read_to_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpServer, closes_when_asked_by_client_or_handler) {
  HttpHarness h;
  TestClient client(h);
  const auto all = client.get("/a", "Connection: close\r\n").get("/never").read_to_end();
  EXPECT_EQ(count_of(all, "HTTP/1.1 200"), 1U);

  TestClient other(h);
  h.handler.on = [](const HttpRequest&, HttpExchange& exchange) { exchange.respond({.close = true}); };
  EXPECT_EQ(count_of(other.get("/a").get("/never").read_to_end(), "HTTP/1.1 200"), 1U);
}

TEST(HttpServer, says_continue_when_a_client_waits_for_it) {
  HttpHarness h;
  TestClient client(h);
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(h.handler.requests, 0);
  client.send("abc").read_to("/up");
}

TEST(HttpServer, continue_comes_behind_the_answers_before_it) {
  HttpHarness h;
  TestClient client(h);
  HttpExchange* first = nullptr;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { first = &exchange; };
  client.get("/a").send("POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(h.until([&] { return first != nullptr; }));
  h.turn();
  EXPECT_EQ(client.received(), "");
  first->respond({});
  EXPECT_TRUE(client.read_to("100 Continue").starts_with("HTTP/1.1 200 OK"));
}

TEST(HttpServer, a_client_that_leaves_is_noticed_by_its_running_requests) {
  for (const bool by_reset : {false, true}) {
    HttpHarness h;
    std::vector<HttpExchange*> running;
    Leaver leaver;
    h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
      exchange.on_client_left(&leaver);
      running.push_back(&exchange);
    };
    TestClient client(h);
    client.get("/a").get("/b");
    ASSERT_TRUE(h.until([&] { return running.size() == 2; }));
    by_reset ? client.reset() : client.close();
    ASSERT_TRUE(h.until([&] { return leaver.told == 2; }));
    EXPECT_EQ(h.server.counters().connections, 0U);
    EXPECT_EQ(h.server.counters().running, 2U) << "they run until they are answered";
    for (auto* exchange : running) exchange->respond({.body = "for nobody"});
    EXPECT_EQ(h.server.counters().running, 0U);
    EXPECT_EQ(leaver.told, 2);
  }
}

TEST(HttpServer, end_of_file_is_leaving_but_what_is_answered_already_is_sent) {
  HttpHarness h;
  Leaver leaver;
  HttpExchange* running = nullptr;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    if (request.path != "/slow") return exchange.respond({.body = request.path});
    exchange.on_client_left(&leaver);
    running = &exchange;
  };
  TestClient client(h);
  client.get("/one").get("/two").get("/slow").finish_sending();
  const auto all = client.read_to_end();
  EXPECT_EQ(count_of(all, "HTTP/1.1 200"), 2U);
  EXPECT_EQ(leaver.told, 1);
  running->respond({});
}

TEST(HttpServer, one_that_takes_its_listener_back_is_not_told) {
  HttpHarness h;
  Leaver leaver;
  HttpExchange* running = nullptr;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&leaver);
    exchange.on_client_left(nullptr);
    running = &exchange;
  };
  TestClient client(h);
  client.get("/a");
  ASSERT_TRUE(h.until([&] { return running != nullptr; }));
  client.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 0; }));
  EXPECT_EQ(leaver.told, 0);
  running->on_client_left(&leaver);
  EXPECT_EQ(leaver.told, 1) << "the client is gone already: told at once";
  running->respond({});
}

TEST(HttpServer, who_is_told_may_answer_at_once) {
  HttpHarness h;
  std::vector<HttpExchange*> running;
  std::vector<Leaver> leavers(3);
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&leavers[running.size()]);
    running.push_back(&exchange);
  };
  // The first to be told answers all of them.
  leavers[0].then = [&] {
    for (auto* exchange : running) exchange->respond({});
  };
  TestClient client(h);
  client.get("/a").get("/b").get("/c");
  ASSERT_TRUE(h.until([&] { return running.size() == 3; }));
  client.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().running == 0; }));
  EXPECT_EQ(leavers[0].told, 1);
  EXPECT_EQ(leavers[1].told, 0);
}

TEST(HttpServer, requests_behind_a_closing_answer_count_as_left) {
  HttpHarness h;
  std::vector<HttpExchange*> running;
  Leaver leaver;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&leaver);
    running.push_back(&exchange);
  };
  TestClient client(h);
  client.get("/a").get("/b");
  ASSERT_TRUE(h.until([&] { return running.size() == 2; }));
  running[0]->respond({.close = true});
  EXPECT_EQ(leaver.told, 1);
  running[1]->respond({.body = "never sent"});
  EXPECT_EQ(client.read_to_end().find("never sent"), std::string::npos);
}

TEST(HttpServer, an_exchange_outlives_its_server) {
  const SystemClock clock;
  Log log(LogLevel::off);
  Loop loop(clock, nullptr);
  ScriptedHandler handler;
  HttpExchange* running = nullptr;
  Leaver leaver;
  handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&leaver);
    running = &exchange;
  };
  auto server = std::make_unique<HttpServer>(loop, handler, log, HttpLimits{}, "");
  auto address = to_sockaddr(*server->listen(*Endpoint::parse("127.0.0.1", 0)));
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(client.get(), address.get(), address.size), 0);
  const std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_EQ(::send(client.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  const auto patience = clock.now() + std::chrono::seconds(5);
  while (running == nullptr && clock.now() < patience) loop.poll();
  ASSERT_NE(running, nullptr);
  server.reset();
  EXPECT_EQ(leaver.told, 1);
  running->respond({.body = "late"});
}

TEST(HttpServer, a_handler_may_close_everything) {
  HttpHarness h;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) {
    h.server.close_all();
    exchange.respond({});
  };
  TestClient client(h), other(h);
  client.get("/a").get("/b");
  ASSERT_TRUE(
      h.until([&] { return h.server.counters().connections == 0 && h.server.counters().requests > 0; }));
  EXPECT_EQ(h.server.counters().running, 0U);
  EXPECT_TRUE(h.until([&] { return other.ended(); }));
}

TEST(HttpServer, stops_by_finishing_what_runs) {
  HttpHarness h;
  HttpExchange* running = nullptr;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { running = &exchange; };
  TestClient busy(h), idle(h);
  busy.get("/slow");
  ASSERT_TRUE(h.until([&] { return running != nullptr && h.server.counters().connections == 2; }));
  h.server.stop_accepting();
  bool empty = false;
  h.server.when_empty([&] { empty = true; });
  EXPECT_TRUE(h.until([&] { return idle.ended(); }));
  h.turn();
  EXPECT_FALSE(empty);
  running->respond({.body = "done"});
  const auto all = busy.read_to("done");
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  busy.close();
  EXPECT_TRUE(h.until([&] { return empty; }));
  auto address = to_sockaddr(h.at);
  const UniqueFd late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_NE(::connect(late.get(), address.get(), address.size), 0);
}

TEST(HttpServer, is_empty_at_once_when_nobody_is_there) {
  HttpHarness h;
  h.server.stop_accepting();
  bool empty = false;
  h.server.when_empty([&] { empty = true; });
  EXPECT_FALSE(empty);
  h.turn();
  EXPECT_TRUE(empty);
}

TEST(HttpServer, a_taken_port_is_a_conflict_that_names_it) {
  HttpHarness h;
  HttpServer second(h.loop, h.handler, h.log, {}, "");
  const auto bound = second.listen(h.at);
  ASSERT_FALSE(bound.has_value());
  EXPECT_EQ(bound.error().code(), Errc::conflict);
  EXPECT_NE(bound.error().message().find(std::to_string(h.at.port)), std::string::npos);
}

TEST(HttpServer, what_is_no_http_is_closed_without_a_word) {
  HttpHarness h;
  TestClient client(h);
  EXPECT_EQ(client.send("\x16\x03\x01").read_to_end(), "");
  EXPECT_EQ(h.server.counters().rejected_not_http, 1U);
  EXPECT_EQ(h.handler.requests, 0);
}

TEST(HttpServer, what_begins_with_a_byte_of_another_protocol_is_handed_on_whole) {
  HttpHarness h;
  std::vector<HttpServer::Diverted> taken;
  h.server.divert(std::string("\x0a\x00", 2),
                  [&](HttpServer::Diverted one) { taken.push_back(std::move(one)); });
  TestClient client(h);
  client.send("\x0a and more");
  ASSERT_TRUE(h.until([&] { return taken.size() == 1; }));
  EXPECT_EQ(taken[0].read, "\x0a and more");
  EXPECT_TRUE(taken[0].client.is_loopback());
  EXPECT_EQ(h.server.counters().connections, 0U) << "it is no connection of the server any more";
  ASSERT_EQ(::send(taken[0].socket.get(), "hello", 5, 0), 5);
  taken.clear();
  EXPECT_EQ(client.read_to_end(), "hello");
  EXPECT_EQ(TestClient(h).send("\x0b").read_to_end(), "");
  EXPECT_EQ(h.server.counters().rejected_not_http, 1U);
}

TEST(HttpServer, serves_ipv6) {
  HttpHarness h;
  const auto bound = h.server.listen(*Endpoint::parse("::1", 0));
  if (!bound) GTEST_SKIP() << "this machine has no IPv6: " << bound.error().message();
  h.at = *bound;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    exchange.respond({.body = request.client->is_loopback() ? "loopback" : "foreign"});
  };
  auto address = to_sockaddr(*bound);
  const UniqueFd client(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), address.get(), address.size), 0);
  const std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_GT(::send(client.get(), bytes.data(), bytes.size(), 0), 0);
  char answer[1024];
  ssize_t size = 0;
  ASSERT_TRUE(
      h.until([&] { return (size = ::recv(client.get(), answer, sizeof answer, MSG_DONTWAIT)) > 0; }));
  EXPECT_TRUE(std::string_view(answer, static_cast<std::size_t>(size)).ends_with("loopback"));
}

}  // namespace
}  // namespace p2p::test

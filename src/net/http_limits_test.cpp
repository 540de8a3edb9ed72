// What HttpServer does with clients that send too much, too slowly, or nothing.
#include <list>
#include <optional>

#include <sys/resource.h>

#include "net/http_harness_test.hpp"
#include "net/http_reader.hpp"

namespace p2p::test {
namespace {

constexpr std::string_view head = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";

TEST(HttpLimits, what_is_refused_says_why_and_closes_politely) {
  HttpHarness h;
  TestClient client(h);
  // Far more than the server reads before it answers: a careless close would reset the connection.
  const auto all = client.send("GET / HTTP/1.1\nHost: a\n\n" + std::string(100'000, 'x')).read_to_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(all.find("Content-Type: application/problem+json\r\n"), std::string::npos);
  EXPECT_NE(all.find("X-Refused: yes\r\n"), std::string::npos);
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(all.find("invalid_request: "), std::string::npos);
  EXPECT_EQ(h.handler.requests, 0);
  EXPECT_EQ(h.server.counters().rejected_framing, 1U);
}

TEST(HttpLimits, a_refusal_comes_behind_the_answers_before_it) {
  HttpHarness h;
  HttpExchange* running = nullptr;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { running = &exchange; };
  TestClient client(h);
  client.get("/a").send("BAD\r\n\r\n");
  ASSERT_TRUE(h.until([&] { return h.server.counters().rejected_framing == 1; }));
  EXPECT_EQ(client.received(), "");
  running->respond({.body = "first"});
  const auto all = client.read_to_end();
  EXPECT_LT(all.find("first"), all.find("400 Bad Request"));
}

TEST(HttpLimits, that_change_hold_for_connections_that_are_open) {
  HttpHarness h;
  h.handler.limit = 10;
  TestClient client(h);
  HttpLimits smaller;
  smaller.body = 10;
  h.server.set_limits(smaller);
  const auto all =
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890").read_to_end();
  EXPECT_NE(all.find("oversized"), std::string::npos) << all;
  smaller.connections = 1;
  h.server.set_limits(smaller);
  TestClient one(h), more(h);
  EXPECT_NE(more.read_to_end().find("503"), std::string::npos);
}

TEST(HttpLimits, each_has_its_status) {
  HttpHarness h;
  const auto answer_to = [&](const std::string& bytes) {
    TestClient client(h);
    return client.send(bytes).read_to_end().substr(9, 3);
  };
  EXPECT_EQ(answer_to("GET /" + std::string(9000, 'a')), "414");
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nA: " + std::string(9000, 'a')), "431");
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(answer_to(many + "\r\n"), "431");
  EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), "400");
  EXPECT_EQ(h.server.counters().rejected_limit, 3U);
}

TEST(HttpLimits, an_oversized_body_is_the_handlers_to_refuse_before_it_is_sent) {
  HttpHarness h;
  h.handler.on = [](const HttpRequest& request, HttpExchange& exchange) {
    EXPECT_TRUE(request.oversized);
    EXPECT_EQ(request.body, "");
    exchange.respond({.status = 413});
  };
  TestClient client(h);
  client.send("POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n");
  const auto all = client.read_to_end();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(count_of(all, "100 Continue"), 0U);
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpLimits, a_method_may_take_larger_bodies) {
  HttpLimits limits;
  limits.body = 10;
  HttpHarness h(limits);
  h.handler.limit = 20;
  TestClient client(h);
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n" + std::string(20, 'x'))
      .read_to("/a");
  client.send("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n").read_to("oversized");
}

TEST(HttpLimits, headers_that_take_too_long_are_408) {
  HttpHarness h;
  TestClient client(h);
  client.send("GET / HT");
  h.turn();
  h.pass(9);
  EXPECT_EQ(client.received(), "");
  h.pass(2);
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(h.server.counters().rejected_timeout, 1U);
}

TEST(HttpLimits, a_byte_now_and_then_does_not_stretch_the_headers) {
  HttpHarness h;
  TestClient client(h);
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 12 && !client.ended(); ++i) {
    client.send("A");
    h.turn();
    h.pass(1);
  }
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST(HttpLimits, a_body_that_stops_coming_is_408) {
  HttpHarness h;
  TestClient client(h);
  client.send(head).send("begun");
  h.turn();
  h.pass(4);
  EXPECT_EQ(client.received(), "");
  h.pass(7);
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST(HttpLimits, a_body_that_comes_too_slowly_is_408) {
  HttpLimits limits;
  limits.body_rate = 5;
  HttpHarness h(limits);
  const auto dripped = [&](std::string_view each_second) {
    TestClient client(h);
    client.send(head);
    for (int i = 0; i < 12 && !client.ended(); ++i) {
      client.send(each_second);
      h.turn();
      h.pass(1);
    }
    return client.ended();
  };
  EXPECT_TRUE(dripped("abc"));
  EXPECT_FALSE(dripped("abcdefg"));
}

TEST(HttpLimits, a_connection_with_nothing_to_do_is_closed) {
  HttpHarness h;
  TestClient client(h), silent(h);
  client.get("/a").read_to("/a");
  h.pass(50);
  client.get("/b").read_to("/b");
  h.pass(11);
  EXPECT_TRUE(h.until([&] { return silent.ended(); }));
  EXPECT_FALSE(client.ended());
  h.pass(50);
  EXPECT_TRUE(h.until([&] { return client.ended(); }));
  EXPECT_EQ(h.server.counters().rejected_timeout, 0U);
}

TEST(HttpLimits, a_running_request_has_no_time_limit_of_the_connection) {
  HttpHarness h;
  HttpExchange* running = nullptr;
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { running = &exchange; };
  TestClient client(h);
  client.get("/slow");
  ASSERT_TRUE(h.until([&] { return running != nullptr; }));
  h.pass(300);
  running->respond({.body = "at last"});
  client.read_to("at last");
  h.pass(50);
  EXPECT_FALSE(client.ended()) << "idle since the answer, not since the request";
}

TEST(HttpLimits, a_client_that_does_not_read_is_not_read_and_then_closed) {
  HttpLimits limits;
  limits.output = 100'000;
  HttpHarness h(limits);
  const std::string big(50'000, 'x');
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { exchange.respond({.body = big}); };
  TestClient client(h);
  const int small = 4096;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  ASSERT_GT(::send(client.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT), 0);
  h.turn();
  ASSERT_TRUE(h.until([&] { return h.handler.requests > 0; }));
  for (int i = 0; i < 100; ++i) h.turn();
  EXPECT_LT(h.handler.requests, 500) << "100 MB of answers for a client that takes none";
  h.pass(11);
  EXPECT_EQ(h.server.counters().connections, 0U);
  EXPECT_EQ(h.server.counters().rejected_timeout, 1U);
}

TEST(HttpLimits, of_those_who_do_not_read_whoever_holds_most_goes_when_all_hold_too_much) {
  HttpLimits limits;
  limits.held = 16 << 20;
  HttpHarness h(limits);
  h.handler.on = [](const HttpRequest& request, HttpExchange& exchange) {
    exchange.respond({.body = std::string(request.path == "/much" ? 24 << 20 : 12 << 20, 'x')});
  };
  TestClient some(h), much(h);
  some.get("/some");
  ASSERT_TRUE(h.until([&] { return h.handler.requests == 1; }));
  EXPECT_EQ(h.server.counters().connections, 2U);
  much.get("/much");
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 1; }));
  EXPECT_EQ(h.server.counters().rejected_full, 1U);
  ASSERT_TRUE(h.until([&] { return some.received().size() > 12 << 20; })) << "the other gets its answer";
}

TEST(HttpLimits, answers_that_wait_for_an_earlier_one_count) {
  HttpLimits limits;
  limits.held = 8 << 20;
  HttpHarness h(limits);
  HttpExchange* first = nullptr;
  h.handler.on = [&](const HttpRequest& request, HttpExchange& exchange) {
    if (request.path == "/first")
      first = &exchange;
    else
      exchange.respond({.body = std::string(1 << 20, 'x')});
  };
  TestClient client(h);
  client.get("/first");
  for (int i = 0; i < 20; ++i) client.get("/more");
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 0; }));
  EXPECT_EQ(h.server.counters().rejected_full, 1U);
  first->respond({});
}

TEST(HttpLimits, bodies_that_do_not_come_to_their_end_count) {
  HttpLimits limits;
  limits.held = 1 << 20;
  HttpHarness h(limits);
  std::list<TestClient> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(h).send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" +
                                 std::string(400'000, 'x'));
  ASSERT_TRUE(h.until([&] { return h.server.counters().rejected_full > 0; }));
  EXPECT_LE(h.server.counters().connections, 3U);
  clients.emplace_back(h).get("/").read_to("/");
}

TEST(HttpLimits, memory_that_one_large_body_took_is_given_back) {
  const HttpLimits limits;
  HttpReader reader(limits);
  const std::string start = "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n";
  for (std::size_t left = start.size() + 900'000, at = 0; left > 0;) {
    const auto room = reader.prepare();
    const auto count = std::min(room.size(), left);
    for (std::size_t i = 0; i < count; ++i, ++at) room[i] = at < start.size() ? start[at] : 'x';
    reader.commit(count);
    left -= count;
    if (left > 0) {
      ASSERT_EQ(reader.next(), HttpReader::Event::need_more);
    }
  }
  ASSERT_EQ(reader.next(), HttpReader::Event::request);
  EXPECT_GT(reader.grown(), 900'000U);
  reader.pop();
  EXPECT_EQ(reader.grown(), 0U);
}

TEST(HttpLimits, a_slow_reader_gets_everything) {
  HttpLimits limits;
  limits.output = 100'000;
  HttpHarness h(limits);
  const std::string big(100'000, 'x');
  h.handler.on = [&](const HttpRequest&, HttpExchange& exchange) { exchange.respond({.body = big}); };
  TestClient client(h);
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(bytes);
  for (int i = 0; i < 50; ++i) h.turn();
  EXPECT_TRUE(h.until([&] { return count_of(client.received(), "HTTP/1.1 200") == 100; }));
  EXPECT_TRUE(h.until([&] { return client.received().size() > 100 * big.size(); }));
}

TEST(HttpLimits, one_connection_too_many_is_503) {
  HttpLimits limits;
  limits.connections = 2;
  HttpHarness h(limits);
  TestClient first(h), second(h);
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 2; }));
  {
    TestClient third(h);
    EXPECT_TRUE(third.get("/a").read_to_end().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  }
  EXPECT_EQ(h.server.counters().rejected_full, 1U);
  EXPECT_EQ(h.handler.requests, 0);
  first.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 1; }));
  TestClient fourth(h);
  fourth.get("/b").read_to("/b");
}

TEST(HttpLimits, who_does_not_leave_after_the_last_answer_is_closed) {
  HttpHarness h;
  TestClient client(h);
  client.get("/a", "Connection: close\r\n").read_to_end();
  EXPECT_EQ(h.server.counters().connections, 1U) << "the client may still read";
  h.pass(2);
  EXPECT_EQ(h.server.counters().connections, 0U);
}

/// Puts the limit of open files down for the length of a test.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto few = before_;
    few.rlim_cur = most;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(HttpLimits, accepting_pauses_before_the_descriptors_run_out_and_goes_on_after) {
  std::optional<FewDescriptors> few(128);
  HttpHarness h;  // accepts up to descriptor 96
  few.reset();    // the clients of this test live in the same process
  std::list<TestClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back(h);
    h.turn();
  }
  const auto open = h.server.counters().connections;
  EXPECT_GT(open, 10U);
  EXPECT_LT(open, 60U);
  h.pass(5);
  EXPECT_EQ(h.server.counters().connections, open) << "the sweep lets nobody in while there is no room";
  EXPECT_EQ(h.server.counters().descriptors_out, 1U) << "told once";
  clients.back().get("/late");
  while (clients.size() > 20) clients.pop_front();
  clients.back().read_to("/late");
}

}  // namespace
}  // namespace p2p::test

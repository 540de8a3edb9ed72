// Servers of one process on one port, and everybody else kept off it.
#include "net/http_harness_test.hpp"

namespace p2p::test {
namespace {

struct Beside {
  explicit Beside(HttpHarness& h, HttpLimits limits = {}) : server(h.loop, handler, h.log, limits, "") {
    handler.on = [](const HttpRequest&, HttpExchange& exchange) { exchange.respond({.body = "beside"}); };
  }
  ScriptedHandler handler;
  HttpServer server;
};

TEST(SharedPort, connections_are_spread_over_the_servers_and_stay_where_they_came) {
  HttpHarness h;
  Beside beside(h);
  ASSERT_TRUE(beside.server.listen_beside(h.server).has_value());
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(std::make_unique<TestClient>(h));
  const auto accepted = [&] { return h.server.counters().accepted + beside.server.counters().accepted; };
  ASSERT_TRUE(h.until([&] { return accepted() == 64; }));
  EXPECT_GT(h.server.counters().accepted, 0U);
  EXPECT_GT(beside.server.counters().accepted, 0U);
  for (const auto& client : clients) {
    client->get("/first").read_to("200 OK");
    const bool was_beside = client->read_to("\r\n\r\n").find("beside") != std::string::npos;
    client->get("/again");
    ASSERT_TRUE(h.until([&] { return count_of(client->received(), "200 OK") == 2; }));
    EXPECT_EQ(count_of(client->received(), "beside"), was_beside ? 2U : 0U);
  }
  EXPECT_EQ(accepted(), 64U);
  beside.server.close_all();
  h.turn();
}

TEST(SharedPort, somebody_else_is_told_that_the_port_is_taken_also_one_that_would_share) {
  HttpHarness h;
  Beside beside(h), stranger(h);
  const auto refused = [&] {
    const auto listens = stranger.server.listen(h.at);
    return !listens && listens.error().code() == Errc::conflict;
  };
  EXPECT_TRUE(refused());
  ASSERT_TRUE(beside.server.listen_beside(h.server).has_value());
  EXPECT_TRUE(refused()) << "a port that is shared is as taken";
}

TEST(SharedPort, two_that_start_at_once_do_not_both_get_it) {
  // Both have bound before either listens, which the kernel allows: the second to listen must fail.
  HttpHarness h;
  UniqueFd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(other.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto address = to_sockaddr(*Endpoint::parse("127.0.0.1", 0));
  ASSERT_EQ(::bind(other.get(), address.get(), address.size), 0);
  const Endpoint place = local_endpoint(other.get());
  Beside first(h), second(h);
  ASSERT_TRUE(first.server.listen(place).has_value());
  ASSERT_TRUE(second.server.listen_beside(first.server).has_value());
  EXPECT_NE(::listen(other.get(), 1), 0);
  EXPECT_EQ(errno, EADDRINUSE);
}

TEST(SharedPort, connections_are_counted_together) {
  HttpLimits limits;
  limits.connections = 6;
  HttpHarness h(limits);
  Beside beside(h, limits);
  ASSERT_TRUE(beside.server.listen_beside(h.server).has_value());
  std::vector<std::unique_ptr<TestClient>> clients;
  const auto open = [&] { return h.server.counters().connections + beside.server.counters().connections; };
  for (std::size_t i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TestClient>(h));
    ASSERT_TRUE(h.until([&] { return open() == i + 1; }));
  }
  TestClient seventh(h);
  EXPECT_TRUE(seventh.get("/").read_to_end().starts_with("HTTP/1.1 503")) << "whichever server it came to";
  clients.pop_back();
  ASSERT_TRUE(h.until([&] { return open() <= 6; }));
  seventh.close();
  ASSERT_TRUE(h.until([&] { return open() == 5; }));
  TestClient eighth(h);
  eighth.get("/").read_to("200 OK");
  beside.server.close_all();
  h.turn();
}

TEST(SharedPort, the_port_is_free_again_once_all_have_gone) {
  Endpoint at;
  {
    HttpHarness h;
    Beside beside(h);
    ASSERT_TRUE(beside.server.listen_beside(h.server).has_value());
    at = h.at;
  }
  HttpHarness h;
  Beside next(h);
  EXPECT_TRUE(next.server.listen(at).has_value());
}

}  // namespace
}  // namespace p2p::test

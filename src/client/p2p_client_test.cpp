#include "client/p2p_client.hpp"

#include "client/client_harness_test.hpp"

namespace p2p {
namespace {

using std::chrono::milliseconds;
using test::ClientHarness;

/// A problem with this status, as a node answers it.
auto problem(int status, std::string body) {
  return [status, body](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.status = status, .content_type = "application/problem+json", .body = body});
  };
}

struct Left final : HttpAbort {
  void client_left() override { left = true; }
  bool left = false;
};

TEST(P2PClient, asks_a_loopback_node_for_a_token_once_and_keeps_it) {
  ClientHarness node;
  const auto client = node.client();
  EXPECT_EQ(client->get("/a").value()["ok"], Value(true));
  EXPECT_EQ(node.authorization, "Bearer abc");
  EXPECT_TRUE(client->get("/b"));
  EXPECT_EQ(node.seen, (std::vector<std::string>{"POST /auth/token", "GET /a", "GET /b"}));
  EXPECT_EQ(node.server.counters().accepted, 1U) << "one connection for all";
}

TEST(P2PClient, asks_no_token_for_what_is_open_or_when_it_was_given_one) {
  ClientHarness node;
  EXPECT_TRUE(node.client()->get("/health", true));
  EXPECT_EQ(node.authorization, "");
  P2PClient::Settings settings;
  settings.token = Secret("mine");
  EXPECT_TRUE(node.client(std::move(settings))->get("/a"));
  EXPECT_EQ(node.authorization, "Bearer mine");
  EXPECT_EQ(node.seen, (std::vector<std::string>{"GET /health", "GET /a"}));
}

TEST(P2PClient, gives_back_the_error_that_the_node_answered) {
  ClientHarness node;
  node.answer = problem(404, R"({"type":"/errors/node_not_found","title":"Node not found","status":404,
      "detail":"no node web-9","code":"node_not_found","rpc_code":-32003,"trace_id":"ab","hint":"did you mean web-1?"})");
  const auto document = node.client()->get("/cluster/nodes/web-9");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::node_not_found);
  EXPECT_EQ(document.error().message(), "no node web-9");
  EXPECT_EQ(document.error().detail(), (Value{{"trace_id", "ab"}, {"hint", "did you mean web-1?"}}));
}

TEST(P2PClient, a_refused_token_is_the_answer_to_what_was_asked) {
  ClientHarness node;
  node.tokens = false;
  node.answer = problem(401, R"({"detail":"another user's socket","code":"unauthenticated"})");
  const auto document = node.client()->get("/a");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::unauthenticated);
  EXPECT_EQ(node.seen, std::vector<std::string>{"POST /auth/token"});
}

TEST(P2PClient, an_error_of_a_newer_node_is_taken_by_its_status) {
  ClientHarness node;
  node.answer = problem(403, R"({"detail":"no","code":"moon_phase"})");
  EXPECT_EQ(node.client()->get("/a").error().code(), Errc::forbidden);
}

TEST(P2PClient, says_when_something_else_listens_there) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.status = 404, .content_type = "text/html", .body = "<html>"});
  };
  const auto document = node.client()->get("/health", true);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::node_unreachable);
  EXPECT_EQ(document.error().message(), node.at.text() + " does not answer as a node");
  EXPECT_EQ(document.error().detail()["cause"].as_string(), "it said 404 with text/html");
}

TEST(P2PClient, says_why_nobody_answers) {
  Endpoint gone;
  {
    const ClientHarness node;
    gone = node.at;
  }
  const SystemClock clock;
  Loop loop(clock, nullptr);
  const auto client = P2PClient::make(loop, {.place = gone.text(), .unreachable_hint = "start it"});
  const auto document = (*client)->get("/a");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::node_unreachable);
  EXPECT_EQ(document.error().message(), gone.text() + " does not answer");
  EXPECT_EQ(document.error().detail()["cause"].as_string(), "connection refused");
  EXPECT_EQ(document.error().detail()["hint"].as_string(), "start it");
}

TEST(P2PClient, gives_up_at_its_deadline_and_the_node_sees_it_leave) {
  ClientHarness node;
  Left left;
  HttpExchange* open = nullptr;
  node.answer = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&left);
    open = &exchange;
  };
  const auto client = node.client({.timeout = milliseconds(30)});
  const auto document = client->get("/slow", true);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::timeout);
  EXPECT_EQ(document.error().message(), node.at.text() + " did not answer within 30 ms");
  for (int i = 0; i < 1000 && !left.left; ++i) node.loop.poll();
  EXPECT_TRUE(left.left);
  open->respond({});
}

TEST(P2PClient, that_is_cancelled_ends_what_is_under_way_and_what_follows) {
  ClientHarness node;
  Left left;
  HttpExchange* open = nullptr;
  const auto client = node.client();
  node.answer = [&](const HttpRequest&, HttpExchange& exchange) {
    exchange.on_client_left(&left);
    open = &exchange;
    node.loop.post([&] { client->cancel(); });
  };
  const auto document = client->get("/slow", true);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code(), Errc::cancelled);
  EXPECT_EQ(document.error().detail()["interrupted"], Value(true));
  for (int i = 0; i < 1000 && !left.left; ++i) node.loop.poll();
  EXPECT_TRUE(left.left);
  EXPECT_EQ(client->get("/next", true).error().code(), Errc::cancelled);
  EXPECT_FALSE(client->wait(milliseconds(60'000)));
  EXPECT_EQ(node.seen, std::vector<std::string>{"GET /slow"});
  open->respond({});
}

TEST(P2PClient, a_wait_ends_by_itself_or_when_it_is_cancelled) {
  ClientHarness node;
  const auto client = node.client();
  EXPECT_TRUE(client->wait(milliseconds(1)));
  node.loop.post([&] { client->cancel(); });
  EXPECT_FALSE(client->wait(milliseconds(60'000)));
}

TEST(P2PClient, hands_on_the_lines_of_a_stream_however_they_are_cut) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond(
        {.content_type = "application/x-ndjson", .body = "{\"a\":1}\n\n{\"b\":2}\n{\"last\":3}"});
  };
  std::vector<std::string> lines;
  const auto answer =
      node.client()->follow({.target = "/logs"}, "application/x-ndjson", [&](std::string_view line) {
        lines.emplace_back(line);
        return true;
      });
  ASSERT_TRUE(answer);
  EXPECT_EQ(lines, (std::vector<std::string>{R"({"a":1})", R"({"b":2})", R"({"last":3})"}));
}

TEST(P2PClient, closes_a_stream_when_its_taker_has_enough) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.content_type = "application/x-ndjson", .body = "1\n2\n3\n"});
  };
  int count = 0;
  EXPECT_TRUE(node.client()->follow({.target = "/logs"}, "application/x-ndjson",
                                    [&](std::string_view) { return ++count < 2; }));
  EXPECT_EQ(count, 2);
}

TEST(P2PClient, an_answer_of_another_type_is_no_stream) {
  ClientHarness node;
  node.answer = problem(403, R"({"code":"forbidden","detail":"no"})");
  const auto answer =
      node.client()->follow({.target = "/logs"}, "application/x-ndjson", [](std::string_view) {
        ADD_FAILURE() << "was taken";
        return true;
      });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->body, R"({"code":"forbidden","detail":"no"})");
}

TEST(P2PClient, takes_no_more_than_its_limits) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.content_type = "application/x-ndjson", .body = std::string(2000, 'x')});
  };
  EXPECT_EQ(node.client({.answer_limit = 1000})->get("/a", true).error().code(), Errc::too_large);
  EXPECT_EQ(node.client({.line_limit = 1000})
                ->follow({.target = "/a"}, "application/x-ndjson", [](std::string_view) { return true; })
                .error()
                .code(),
            Errc::too_large);
}

TEST(P2PClient, refuses_what_is_no_address) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  EXPECT_EQ(P2PClient::make(loop, {.place = "http://127.0.0.1"}).error().code(), Errc::invalid_params);
  EXPECT_EQ((*P2PClient::make(loop, {.place = "localhost"}))->endpoint().text(), "127.0.0.1:8001");
}

}  // namespace
}  // namespace p2p

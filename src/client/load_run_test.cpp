#include "client/load_run.hpp"

#include "client/client_harness_test.hpp"

namespace p2p {
namespace {

using std::chrono::milliseconds;
using test::ClientHarness;

TEST(LoadRun, makes_as_many_calls_as_asked_over_its_connections) {
  ClientHarness node;
  const auto client = node.client();
  LoadRun load(*client, {.target = "/rpc/a/b", .headers = "X-Mine: 1\r\n", .body = "{}", .connections = 4});
  const auto report = load.run(100, {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->latencies.count(), 100U);
  EXPECT_EQ(report->failed(), 0U);
  EXPECT_GT(report->took.count(), 0);
  EXPECT_EQ(node.seen.size(), 100U);
  EXPECT_EQ(node.seen.front(), "POST /rpc/a/b");
  EXPECT_EQ(node.server.counters().accepted, 4U);
  EXPECT_TRUE(load.run(8, {}));
  EXPECT_EQ(node.server.counters().accepted, 4U) << "the connections stay open between runs";
}

TEST(LoadRun, ends_with_its_duration_when_the_last_answers_are_there) {
  ClientHarness node;
  const auto client = node.client();
  LoadRun load(*client, {.target = "/", .connections = 2});
  const auto report = load.run(0, milliseconds(20));
  ASSERT_TRUE(report);
  EXPECT_GT(report->latencies.count(), 0U);
  EXPECT_EQ(report->latencies.count(), node.seen.size()) << "each that began was heard";
  EXPECT_GE(report->took, milliseconds(20));
}

TEST(LoadRun, counts_errors_by_their_names) {
  ClientHarness node;
  int calls = 0;
  node.answer = [&](const HttpRequest&, HttpExchange& exchange) {
    if (++calls % 2 == 0)
      exchange.respond({.status = 503, .body = R"({"result":null,"error":{"code":-32006,"message":"full",
        "data":{"code":"overloaded","detail":"full"}},"id":1})"});
    else
      exchange.respond({.body = "{}"});
  };
  const auto client = node.client();
  LoadRun load(*client, {.target = "/"});
  const auto report = load.run(10, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->latencies.count(), 5U);
  EXPECT_EQ(report->errors, (std::map<std::string, std::uint64_t>{{"overloaded", 5}}));
}

TEST(LoadRun, of_which_nothing_works_is_its_first_error) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.status = 404, .body = R"({"code":"method_not_found","detail":"no method a/b"})"});
  };
  const auto client = node.client();
  LoadRun load(*client, {.target = "/"});
  const auto report = load.run(3, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Errc::method_not_found);
}

TEST(LoadRun, ends_with_an_answer_that_says_that_none_will_ever_work) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond({.status = 403, .body = R"({"code":"forbidden","detail":"this needs role admin"})"});
  };
  const auto client = node.client();
  LoadRun load(*client, {.target = "/"});
  const auto report = load.run(1000, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Errc::forbidden);
  EXPECT_EQ(node.seen.size(), 1U);
}

TEST(LoadRun, does_not_hammer_a_node_that_is_gone) {
  ClientHarness node;
  const auto client = node.client();
  node.server.stop_accepting();
  LoadRun load(*client, {.target = "/", .connections = 2});
  const auto report = load.run(1'000'000, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Errc::node_unreachable);
}

TEST(LoadRun, that_is_cancelled_reports_what_it_has) {
  ClientHarness node;
  const auto client = node.client();
  node.answer = [&](const HttpRequest&, HttpExchange& exchange) {
    if (node.seen.size() == 50) client->cancel();
    exchange.respond({.body = "{}"});
  };
  LoadRun load(*client, {.target = "/"});
  const auto report = load.run(1'000'000, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->interrupted);
  EXPECT_EQ(report->latencies.count(), 49U);
}

}  // namespace
}  // namespace p2p

#include "client/method_call.hpp"

#include "client/client_harness_test.hpp"

namespace p2p {
namespace {

using test::ClientHarness;

TEST(MethodCall, sends_the_envelope_and_says_where_it_ran) {
  ClientHarness node;
  node.answer = [](const HttpRequest& request, HttpExchange& exchange) {
    EXPECT_EQ(request.header("cache-control"), "no-cache");
    exchange.respond({.headers = "X-P2P-Node: web-1\r\nX-P2P-Path: cache\r\nAge: 3\r\nX-Trace-Id: ab\r\n",
                      .body = R"({"result":{"pong":true},"error":null,"id":1})"});
  };
  const auto client = node.client();
  const auto outcome = call_method(
      *client, {.method = "system.ping", .params = Value{{"n", 1}}, .target = "web-1", .no_cache = true});
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->result, (Value{{"pong", true}}));
  EXPECT_EQ(outcome->node + ' ' + outcome->path + ' ' + outcome->age + ' ' + outcome->trace_id,
            "web-1 cache 3 ab");
  EXPECT_EQ(node.seen.back(), "POST /rpc/system/ping");
  const Value sent = json::parse(node.body).value();
  EXPECT_EQ(sent["params"], (Value{{"n", 1}}));
  EXPECT_EQ(sent["target"], Value("web-1"));
  EXPECT_GT(sent["timeout_ms"].as_int(), 0);
  EXPECT_LT(sent["timeout_ms"].as_int(), 30'000) << "the node gives up before we do";
}

TEST(MethodCall, a_failing_method_is_its_error) {
  ClientHarness node;
  node.answer = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.respond(
        {.status = 422, .body = R"({"result":null,"error":{"code":-32602,"message":"Invalid parameters: x",
      "data":{"code":"invalid_params","detail":"x: is missing","status":422,"hint":"look"}},"id":1})"});
  };
  const auto outcome = call_method(*node.client(), {.method = "system.ping"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code(), Errc::invalid_params);
  EXPECT_EQ(outcome.error().message(), "x: is missing");
  EXPECT_EQ(outcome.error().detail(), (Value{{"hint", "look"}}));
}

TEST(MethodCall, refuses_what_names_no_method) {
  ClientHarness node;
  EXPECT_EQ(call_method(*node.client(), {.method = "ping"}).error().code(), Errc::invalid_params);
  EXPECT_TRUE(node.seen.size() <= 1) << "no more than the token was asked for";
}

/// A node whose method streams these lines.
std::pair<std::string, Result<CallOutcome>> streamed(std::string lines) {
  ClientHarness node;
  node.answer = [lines](const HttpRequest& request, HttpExchange& exchange) {
    EXPECT_TRUE(request.header("accept").starts_with("application/x-ndjson"));
    exchange.respond({.content_type = "application/x-ndjson", .body = lines});
  };
  std::string got;
  auto outcome = call_method(
      *node.client(), {.method = "counter.count",
                       .on_item =
                           [&](const Value& item) {
                             got += json::dump(item) + ' ';
                             return true;
                           },
                       .on_progress = [&](const Value& at) { got += "p" + json::dump(at["value"]) + ' '; }});
  return {got, std::move(outcome)};
}

TEST(MethodCall, a_streamed_result_comes_item_by_item) {
  const auto [got, outcome] = streamed(
      "{\"item\":1}\n{\"progress\":{\"value\":0.5}}\n{\"item\":{\"a\":2}}\n{\"result\":null,\"error\":null,"
      "\"id\":1}\n");
  EXPECT_EQ(got, "1 p0.5 {\"a\":2} ");
  EXPECT_TRUE(outcome.has_value());
}

TEST(MethodCall, a_whole_result_may_come_in_the_envelope_alone) {
  const auto [got, outcome] = streamed("{\"result\":[1,2],\"error\":null,\"id\":1}\n");
  EXPECT_EQ(got, "");
  ASSERT_TRUE(outcome.has_value());
  EXPECT_FALSE(outcome->streamed);
  EXPECT_EQ(json::dump(outcome->result), "[1,2]");
}

TEST(MethodCall, a_stream_may_end_with_an_error_or_be_cut) {
  const auto failed = streamed(
      "{\"item\":1}\n{\"result\":null,\"error\":{\"code\":-32000,\"message\":\"broke\",\"data\":{\"code\":"
      "\"method_failed\",\"detail\":\"broke\"}},\"id\":1}\n");
  EXPECT_EQ(failed.first, "1 ");
  EXPECT_EQ(failed.second.error().code(), Errc::method_failed);
  EXPECT_EQ(streamed("{\"item\":1}\n").second.error().code(), Errc::node_unreachable);
  EXPECT_EQ(streamed("{\"item\":1\n").second.error().code(), Errc::parse_error);
}

}  // namespace
}  // namespace p2p

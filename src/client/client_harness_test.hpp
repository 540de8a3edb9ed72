// For the tests of the client: a real HttpServer on a free loopback port that says what the test wants, on
// the loop that the client turns while it waits.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "client/p2p_client.hpp"
#include "net/http_server.hpp"

namespace p2p::test {

class ClientHarness : public HttpHandler {
 public:
  ClientHarness() : server(loop, *this, log, {}, "X-P2P-Api: 1\r\n") {
    at = server.listen(*Endpoint::parse("127.0.0.1", 0)).value();
  }
  virtual ~ClientHarness() {
    server.close_all();
    for (int i = 0; i < 4; ++i) loop.poll();
  }

  std::unique_ptr<P2PClient> client(P2PClient::Settings settings = {}) {
    settings.place = at.text();
    return std::move(P2PClient::make(loop, std::move(settings)).value());
  }

  void on_request(const HttpRequest& request, HttpExchange& exchange) override {
    seen.push_back(std::string(request.method) + ' ' + std::string(request.target));
    body = request.body;
    authorization = request.header("authorization");
    if (request.path == "/auth/token" && tokens)
      return exchange.respond({.body = R"({"access_token":"abc","token_type":"bearer"})"});
    answer(request, exchange);
  }
  std::size_t body_limit(const HttpRequest&) override { return 1024 * 1024; }
  std::string refusal(Errc, std::string_view, std::string&) override { return "{}"; }

  SystemClock clock;
  Log log{LogLevel::off};
  Loop loop{clock, nullptr};
  HttpServer server;
  Endpoint at;
  bool tokens = true;
  std::function<void(const HttpRequest&, HttpExchange&)> answer =
      [](const HttpRequest&, HttpExchange& exchange) { exchange.respond({.body = R"({"ok":true})"}); };
  std::vector<std::string> seen;
  std::string body, authorization;
};

}  // namespace p2p::test

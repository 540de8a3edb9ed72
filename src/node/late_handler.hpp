// LateHandler: stands for the HTTP handler until it exists. A server must listen before the node knows its
// port, hence its name, hence anything else; nothing is read before the loop runs.
#pragma once

#include "net/http_server.hpp"

namespace p2p {

class LateHandler final : public HttpHandler {
 public:
  void set(HttpHandler& handler) { handler_ = &handler; }

  void on_request(const HttpRequest& request, HttpExchange& exchange) override {
    handler_->on_request(request, exchange);
  }
  [[nodiscard]] std::size_t body_limit(const HttpRequest& head) override {
    return handler_->body_limit(head);
  }
  [[nodiscard]] std::string refusal(Errc code, std::string_view detail, std::string& headers) override {
    return handler_->refusal(code, detail, headers);
  }

 private:
  HttpHandler* handler_ = nullptr;
};

}  // namespace p2p

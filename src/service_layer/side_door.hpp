// SideDoor: the door of a loop beside the main one. Calls of methods that are declared threadsafe it answers
// itself, and the two probes that must answer while the main loop is busy; every other request goes to the
// main loop, and the answer comes back. So a service without threadsafe methods never meets a second thread.
//
// Threads:  its loop's. Lifetime: as P2PServiceLayer; the relay's, too.
#pragma once

#include "net/http_relay.hpp"
#include "service_layer/p2p_service_layer.hpp"

namespace p2p {

class SideDoor final : public HttpHandler {
 public:
  /// `layer`, `rpc` and `runner` are this loop's; `home` goes to the main loop's layer.
  SideDoor(P2PServiceLayer& layer, RPCMethods& rpc, CallRunner& runner, HttpRelay& home)
      : layer_(layer), rpc_(rpc), runner_(runner), home_(home) {}

  void on_request(const HttpRequest& request, HttpExchange& exchange) override;
  [[nodiscard]] std::size_t body_limit(const HttpRequest& head) override { return layer_.body_limit(head); }
  [[nodiscard]] std::string refusal(Errc code, std::string_view detail, std::string& headers) override {
    return layer_.refusal(code, detail, headers);
  }

 private:
  [[nodiscard]] bool is_for_this_loop(const HttpRequest& request);

  P2PServiceLayer& layer_;
  RPCMethods& rpc_;
  CallRunner& runner_;
  HttpRelay& home_;
};

}  // namespace p2p

// HttpConnection::Exchange: the place of one answer. A connection keeps those it has made and uses them
// again.
#pragma once

#include "net/impl/http_connection.hpp"

namespace p2p {

class HttpConnection::Exchange final : public HttpExchange {
 public:
  explicit Exchange(HttpConnection& connection) : connection_(connection) {}

  void respond(const HttpAnswer& answer) override { connection_.answer(*this, answer); }
  void on_client_left(HttpAbort* listener) override {
    abort = listener;
    if (dropped) tell();
  }
  void tell() {
    if (auto* listener = std::exchange(abort, nullptr)) listener->client_left();
  }

  enum class State { free, running, answered } state = State::free;
  bool dropped = false;    ///< the client left: the answer goes nowhere
  bool head_only = false;  ///< of HEAD: no body
  bool close = false;      ///< the answer is the connection's last
  HttpAbort* abort = nullptr;
  Exchange* next = nullptr;
  std::string ready;                     ///< the answer, while those before it are missing
  std::shared_ptr<HttpConnection> keep;  ///< the connection, from the end of on_request to the answer

 private:
  HttpConnection& connection_;
};

}  // namespace p2p

// HttpConnection::Exchange: the place of one answer. A connection keeps those it has made and uses them
// again.
#pragma once

#include <utility>

#include "net/impl/http_connection.hpp"

namespace p2p {

class HttpConnection::Exchange final : public HttpExchange {
 public:
  explicit Exchange(HttpConnection& connection) : connection_(connection) {}

  void add_headers(std::string_view lines) override { besides = lines; }
  void respond(const HttpAnswer& answer) override { connection_.answer(*this, answer); }
  void on_client_left(HttpAbort* listener) override {
    abort = listener;
    if (dropped) return tell();
    if (listener != nullptr && connection_.core_->draining) listener->server_stops();
  }

  void begin(const HttpAnswer& answer) override { connection_.begin(*this, answer); }
  void send(std::string_view piece) override { connection_.send(*this, piece); }
  void end() override { connection_.end(*this, true); }
  void cut() override { connection_.end(*this, false); }
  [[nodiscard]] std::size_t queued() const override { return connection_.queued(*this); }
  void on_writable(Job job) override {
    writable = std::move(job);
    connection_.wake_writer(*this);
  }

  void tell() {
    if (auto* listener = std::exchange(abort, nullptr)) listener->client_left();
  }

  enum class State { free, running, answered } state = State::free;
  bool dropped = false;      ///< the client left: the answer goes nowhere
  bool head_only = false;    ///< of HEAD: no body
  bool close = false;        ///< the answer is the connection's last
  bool http_1_0 = false;     ///< so a stream is not chunked
  bool begun = false;        ///< a stream, until its end
  bool broken = false;       ///< its end is a reset: without chunks nothing else tells that it is incomplete
  bool waking = false;       ///< `writable` is about to be looked at
  std::string_view besides;  ///< of add_headers
  HttpAbort* abort = nullptr;
  Exchange* next = nullptr;
  std::uint32_t use = 0;                 ///< counts up each time it is given back
  Job writable;                          ///< of on_writable
  std::string ready;                     ///< the answer, while those before it are missing
  std::shared_ptr<HttpConnection> keep;  ///< the connection, from the end of on_request to the answer

 private:
  HttpConnection& connection_;
};

}  // namespace p2p

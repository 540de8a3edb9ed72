// HttpRelay: takes requests that one loop's server has read to the handler of another loop, and the answers
// back. A request is copied once; everything that goes between the loops is posted, so neither touches what
// is the other's, and the order of what is said is kept.
//
// Threads:  `send` on the loop `here`; the handler and its answers on the loop `there`.
// Lifetime: outlived by both executors and the handler. Every request sent must have been answered, or
//           neither loop may run again, before it goes.
#pragma once

#include <atomic>
#include <cstddef>

#include "base/executor.hpp"
#include "net/http_server.hpp"

namespace p2p {

class HttpRelay {
 public:
  /// What may wait until the other loop takes it; more would only be answered later than anybody waits.
  struct Bounds {
    std::size_t requests = 1024;
    std::size_t bytes = 32 * 1024 * 1024;  ///< of copies
  };

  HttpRelay(Executor& here, Executor& there, HttpHandler& handler) : HttpRelay(here, there, handler, {}) {}
  HttpRelay(Executor& here, Executor& there, HttpHandler& handler, Bounds bounds)
      : here_(here), there_(there), handler_(handler), bounds_(bounds) {}
  HttpRelay(const HttpRelay&) = delete;
  HttpRelay& operator=(const HttpRelay&) = delete;

  /// False when too much waits already: the request is still the caller's to answer.
  [[nodiscard]] bool send(const HttpRequest& request, HttpExchange& exchange);

 private:
  class Hop;

  Executor& here_;
  Executor& there_;
  HttpHandler& handler_;
  const Bounds bounds_;
  std::atomic<std::size_t> waiting_{0}, waiting_bytes_{0};  // raised here, lowered there
};

}  // namespace p2p

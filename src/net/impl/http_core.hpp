// HttpCore: what the connections of one server share: limits, counters, the writer of answers, and the list
// of open connections, which it owns. The server owns it; connections with unanswered exchanges keep it after
// the server is gone.
//
// Threads: the loop's own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/answer_writer.hpp"
#include "net/connection_room.hpp"
#include "net/http_server.hpp"
#include "net/impl/poller.hpp"

namespace p2p {

class HttpConnection;

class HttpCore {
 public:
  HttpCore(Loop& loop_in, HttpHandler& handler_in, Log& log_in, HttpLimits limits_in,
           std::string constant_headers)
      : loop(loop_in),
        handler(handler_in),
        log(log_in),
        limits(limits_in),
        poller(loop_in),
        writer(std::move(constant_headers), loop_in.clock().wall()) {}

  void add(std::shared_ptr<HttpConnection> connection, const Endpoint& client);
  /// Gives the connection back, for whoever is at work in it.
  std::shared_ptr<HttpConnection> remove(HttpConnection& connection, const Endpoint& client);
  /// Calls `visit` for each connection; it may close the one it is given.
  template <class Visit>
  void each_connection(Visit&& visit) {
    for (auto i = connections_.size(); i-- > 0;) {
      if (i >= connections_.size()) continue;
      const auto connection = connections_[i];
      visit(*connection);
    }
  }
  /// What one connection holds has changed. Beyond the limit of all together, whoever holds most is closed,
  /// from the top of the loop.
  void note_held(std::size_t before, std::size_t now) {
    held_ += now - before;
    if (holds_too_much() && now > before) relieve_soon();
  }
  [[nodiscard]] bool holds_too_much() const noexcept { return held_ > limits.held; }
  /// Nothing of this is left on the loop.
  void stop() { loop.cancel(std::exchange(relief_, 0)); }

  /// A limit was hit: a line in the log, at most one a minute of each kind.
  void report(Errc code, const Endpoint& client, std::string_view detail);

  Loop& loop;
  HttpHandler& handler;
  Log& log;
  HttpLimits limits;  // read anew at each use: they change while connections are open
  Poller poller;
  HttpCounters counters;
  std::shared_ptr<ConnectionRoom> room = std::make_shared<ConnectionRoom>();  // of all servers on the port
  AnswerWriter writer;
  std::string diverted;  ///< first bytes of connections that are no HTTP, and who takes those
  std::function<void(HttpServer::Diverted)> divert;
  bool draining = false;
  Job when_empty;
  Job on_room;  ///< a connection was closed: there is a free descriptor again

 private:
  void relieve_soon();
  void relieve();

  std::size_t held_ = 0;
  Executor::TimerId relief_ = 0;
  std::vector<std::shared_ptr<HttpConnection>> connections_;  // each knows its place
  std::map<Errc, Instant> reported_;
};

}  // namespace p2p

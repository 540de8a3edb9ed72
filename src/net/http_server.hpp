// HttpServer: HTTP/1.1 on a port, from bytes to requests and from answers to bytes. It knows framing, limits
// and timeouts; it knows no route, no token and no JSON. No Asio type appears here.
//
// A request is framed in one way only: both lengths, two lengths, unknown transfer codings, bare LF, folded
// headers, white space before the colon and every other doubt end with 400 and a closed connection (RFC 9112;
// security.md 10).
//
// Answers of pipelined requests go out in the order of the requests, all that are ready in one write. A
// connection reads on while its requests run, so a client that leaves is noticed at once.
//
// An answer is given whole (`respond`), or as a stream of pieces (`begin`, `send`..., then `end` or `cut`).
// What a slow reader has not taken stays in memory: whoever streams looks at `queued`, stops, and goes on
// when told.
//
// A node with several loops has a server on each. They share the port (`listen_beside`), the kernel spreads
// connections over them, and a connection stays where it came.
//
// Threads:  everything on the loop's thread, but `counters`.
// Lifetime: the handler and the loop outlive the server. Every request handed out must be answered exactly
// once,
//           also after its client left (the answer is dropped then): until that the exchange is valid.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/tally.hpp"
#include "net/http_head.hpp"
#include "net/http_limits.hpp"
#include "net/loop.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

/// Views into the connection's buffer: valid during the handler's call, no longer.
struct HttpRequest {
  std::string_view method;  ///< "GET"
  std::string_view target;  ///< as sent: "/methods?limit=3"
  std::string_view path;    ///< "/methods"
  std::string_view query;   ///< "limit=3", without the question mark
  std::string_view body;
  bool oversized =
      false;  ///< the body is over `body_limit` and was not read; `body` is empty, the connection will close
  const Endpoint* client = nullptr;
  const Endpoint* server = nullptr;  ///< our end of the connection

  /// The value of a header, any case; empty when it is absent. Of several with one name the first.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
  /// How often it stands there: an Authorization given twice is nobody's.
  [[nodiscard]] std::size_t count_header(std::string_view name) const;
  /// Calls `visit(name, value)` for each header in order.
  void each_header(const std::function<void(std::string_view, std::string_view)>& visit) const;

  std::span<const HttpField> fields;  ///< all headers in their order
};

/// What to send. The server adds Date, Content-Length, Connection where needed, and its constant headers.
struct HttpAnswer {
  int status = 200;
  std::string_view content_type = "application/json";  ///< empty: none, as for 204
  std::string_view headers{};                          ///< further lines, each ending with \r\n
  std::string_view body{};
  bool close = false;  ///< close the connection after this answer
};

/// Told what ends a running request from outside.
class HttpAbort {
 public:
  /// The client is gone, or did not take its stream for `HttpLimits::stream_timeout`.
  virtual void client_left() = 0;
  /// The server takes no new connections (stop_accepting): a stream without an end of its own ends now. What
  /// ends by itself may go on until the connections are closed.
  virtual void server_stops() {}

 protected:
  ~HttpAbort() = default;
};

/// A writer of a stream that looks at `queued` before each piece holds no more than this and one piece.
inline constexpr std::size_t stream_room = 64 * 1024;

/// The place of one answer.
class HttpExchange {
 public:
  /// Header lines that the answer has besides its own, whoever gives it; the text outlives the request.
  virtual void add_headers(std::string_view lines) = 0;
  /// Sends the answer; copies what it needs. Exactly once, now or later.
  virtual void respond(const HttpAnswer& answer) = 0;
  /// `abort` is told once when the client leaves before the answer is complete; null takes it back.
  virtual void on_client_left(HttpAbort* abort) = 0;

  /// Instead of respond: an answer in pieces, the first of which is `answer.body`. It goes out chunked, to a
  /// client of HTTP/1.0 as it is until the connection closes; to HEAD only the head. Ends with `end` or
  /// `cut`, exactly once, also after the client left; until that the exchange is valid.
  virtual void begin(const HttpAnswer& answer) = 0;
  /// One more piece; pieces of one turn of the loop share a write. Dropped when the client left.
  virtual void send(std::string_view piece) = 0;
  virtual void end() = 0;
  /// Breaks off so that the client sees the answer is incomplete: what is queued is sent, then the connection
  /// closes.
  virtual void cut() = 0;
  /// Bytes of this answer, and of what must leave before it, that the socket has not taken. Never bounded
  /// here: stop sending above `stream_room`.
  [[nodiscard]] virtual std::size_t queued() const = 0;
  /// `job` runs once, from the top of the loop, when queued() is under `stream_room` again (soon, if it is
  /// now). It replaces an earlier one, and does not run after end, cut or the client's leaving.
  virtual void on_writable(Job job) = 0;

 protected:
  ~HttpExchange() = default;
};

class HttpHandler {
 public:
  virtual void on_request(const HttpRequest& request, HttpExchange& exchange) = 0;

  /// The largest body for this request (its `body` is still empty). Asked once the head is complete and only
  /// when the body may be over `HttpLimits::body`; never above `HttpLimits::body_ceiling`.
  [[nodiscard]] virtual std::size_t body_limit(const HttpRequest& head) = 0;

  /// The body of an answer to something that never became a request (framing, limits, time): problem+json.
  /// `headers` may be given further lines.
  [[nodiscard]] virtual std::string refusal(Errc code, std::string_view detail, std::string& headers) = 0;

 protected:
  ~HttpHandler() = default;
};

/// Counted since the start, on the loop; any thread may read it.
struct HttpCounters {
  Tally connections;  ///< open now
  Tally accepted;
  Tally requests;
  Tally running;  ///< handed out and not yet answered
  Tally bytes_in, bytes_out;
  Tally rejected_framing, rejected_limit, rejected_timeout, rejected_not_http, rejected_full;
  Tally over_request_line, over_headers, over_body;  ///< what of rejected_limit
  Tally descriptors_out;                             ///< times that accepting paused for want of them

  HttpCounters& operator+=(const HttpCounters& other) noexcept;
};

class HttpServer {
 public:
  /// `constant_headers`: lines that every answer has, each ending with \r\n.
  HttpServer(Loop& loop, HttpHandler& handler, Log& log, HttpLimits limits, std::string constant_headers);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Closes everything that is open. All exchanges must be answered or the loop must never run again.
  ~HttpServer();

  /// Binds and listens; port 0 takes a free one. Returns where. `conflict` when the port is taken.
  [[nodiscard]] Result<Endpoint> listen(const Endpoint& at);
  /// Listens wherever `first` does, and counts connections together with it. Only servers of one process
  /// share a port: who else asks for it meets `conflict`. Before either loop runs.
  [[nodiscard]] Result<void> listen_beside(HttpServer& first);

  /// A connection whose first byte is one of `first_bytes` is no HTTP and leaves the server: its socket, not
  /// blocking, and what was read of it already. `take` runs on the server's loop. Before it listens.
  struct Diverted {
    UniqueFd socket;
    Endpoint client;
    std::string read;
  };
  void divert(std::string_view first_bytes, std::function<void(Diverted)> take);

  /// From now on these hold, for open connections too: what a request has passed already is not looked at
  /// again.
  void set_limits(const HttpLimits& limits);

  /// No new connections; answers say `Connection: close` from now on; idle connections are closed now, and
  /// running requests are told (HttpAbort::server_stops).
  void stop_accepting();
  /// `done` runs once no connection is left; after stop_accepting.
  void when_empty(Job done);
  /// Closes every connection; clients of running requests count as gone, and streams end without their last
  /// chunk.
  void close_all();

  [[nodiscard]] const HttpCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p

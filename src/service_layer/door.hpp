// Door: what the routes of the API work with, and how they answer. P2PServiceLayer makes it, checks each
// request, and calls the route's function.
//
// Threads: the loop's.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <sys/types.h>

#include "auth/authenticator.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/tally.hpp"
#include "bridge/target.hpp"
#include "net/http_server.hpp"
#include "registry/rpc_methods.hpp"
#include "service_layer/cross_origin.hpp"
#include "service_layer/idempotency.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/node_view.hpp"
#include "service_layer/query.hpp"
#include "service_layer/request_headers.hpp"
#include "service_layer/route.hpp"
#include "service_layer/trace_context.hpp"

namespace p2p {

/// A request that has passed the checks before its route's own. Valid during the route's function.
struct Request {
  const HttpRequest& http;
  RequestHeaders headers;
  const Route* route = nullptr;
  std::array<std::string_view, 2> names{};  ///< what stood for the braces of the route
  CallerPtr caller{};                       ///< null where no token is needed
  TraceId trace{};
  std::uint64_t span = 0;  ///< this node's part of the trace
  Instant started{};       ///< set when the log shows requests
};

struct DoorSettings {
  Self self;
  bool loopback = true;        ///< every listener is loopback: local mode
  std::string listen_address;  ///< without brackets
  std::uint16_t port = 0;
  bool local_trust = true;
  uid_t own_uid = 0;
  std::chrono::seconds token_life{24 * 3600};
  std::vector<std::string> allowed_origins;     ///< of pages elsewhere that may call this node from a browser
  bool metrics = true;                          ///< whether GET /metrics answers
  json::Limits json;                            ///< of requests; may change while the node runs
  std::size_t body_limit = 1024 * 1024;         ///< where a method says nothing; may change likewise
  std::size_t result_limit = 16 * 1024 * 1024;  ///< bytes of an answer; memory per call
  std::size_t batch_limit = 100;                ///< requests in one batch
};

/// How often a limit of the door was reached.
struct DoorLimits {
  Tally batch, result, log_streams, idempotency_keys;

  DoorLimits& operator+=(const DoorLimits& other) noexcept {
    batch += other.batch;
    result += other.result;
    log_streams += other.log_streams;
    idempotency_keys += other.idempotency_keys;
    return *this;
  }
};

class LogFollowers;
class RpcExchanges;

struct Door {
  Door(DoorSettings settings, RPCMethods& rpc_methods, CallRunner& call_runner, Authenticator& auth,
       NodeView& view, Log& node_log, const Clock& node_clock);
  ~Door();

  DoorSettings settings;
  const CrossOrigin cross_origin;
  RPCMethods& rpc;
  CallRunner& runner;
  Authenticator& authenticator;
  NodeView& node;
  Log& log;
  const Clock& clock;
  std::unique_ptr<RpcExchanges> exchanges;
  std::unique_ptr<LogFollowers> followers;
  const std::string ran_here;  ///< header lines that say so
  const std::string started;   ///< tells this run of the node from others
  Idempotency idempotency;
  DoorLimits limits;
  std::string body, headers;  ///< of the answer being written; kept for their memory
};

/// A failure that is nobody's mistake outside (500): a line that an operator finds by the answer's trace id.
void tell_failure(Door& door, std::string_view what, const Error& error, const TraceId& trace);

/// Counts the answer and writes its line into the log (debug).
void note(Door& door, const Route* route, int status, const TraceId& trace, std::string_view what,
          Instant started);

/// Answers `body` with the lines in door.headers; made smaller where the client takes that.
void send_answer(Door& door, HttpExchange& exchange, bool gzip_accepted, HttpAnswer answer);

void answer_json(Door& door, const Request& request, HttpExchange& exchange, const Value& body,
                 int status = 200);
void answer_text(Door& door, const Request& request, HttpExchange& exchange, std::string_view text,
                 std::string_view content_type, int status = 200);
/// A list, or a page of one: 304 when the client has it already.
void answer_list(Door& door, const Request& request, HttpExchange& exchange, const Result<Value>& page,
                 const ListShape& shape);
/// JSON text under an ETag.
void answer_tagged(Door& door, const Request& request, HttpExchange& exchange, std::string_view body,
                   std::string_view etag);
/// Begins an answer that comes in pieces.
void begin_stream(Door& door, const Request& request, HttpExchange& exchange, std::string_view content_type);
/// As a problem; audited when it is a refusal of rights.
void answer_error(Door& door, const Request& request, HttpExchange& exchange, const Error& error);

/// What the audit log is told of a request; the outcome is still to be said.
[[nodiscard]] DoorEvent event_of(const Request& request, std::string action, std::string object);
/// The request was refused: for the audit log, and counted under `kind`.
void audit_refusal(Door& door, const Request& request, std::string_view kind, std::string_view reason);

/// The query of the request, which may have only what its route knows; answers the error and gives none
/// otherwise.
[[nodiscard]] std::optional<Query> take_query(Door& door, const Request& request, HttpExchange& exchange);

// The routes, by file.
[[nodiscard]] std::vector<Route> look_routes();       // look_routes.cpp
[[nodiscard]] std::vector<Route> catalogue_routes();  // catalogue_routes.cpp
[[nodiscard]] std::vector<Route> log_routes();        // log_routes.cpp
[[nodiscard]] std::vector<Route> admin_routes();      // admin_routes.cpp
[[nodiscard]] std::vector<Route> token_routes();      // token_routes.cpp
[[nodiscard]] std::vector<Route> rpc_routes();        // rpc_routes.cpp
[[nodiscard]] std::vector<Route> json_rpc_routes();   // json_rpc_routes.cpp

}  // namespace p2p

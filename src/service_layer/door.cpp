#include "service_layer/door.hpp"

#include "model/error_table.hpp"
#include "service_layer/gzip.hpp"
#include "service_layer/log_follow.hpp"
#include "service_layer/problem.hpp"
#include "service_layer/rpc_exchange.hpp"

namespace p2p {

Door::Door(DoorSettings given, RPCMethods& rpc_methods, CallRunner& call_runner, Authenticator& auth,
           NodeView& view, Log& node_log, const Clock& node_clock)
    : settings(std::move(given)),
      cross_origin(settings.allowed_origins),
      rpc(rpc_methods),
      runner(call_runner),
      authenticator(auth),
      node(view),
      log(node_log),
      clock(node_clock),
      exchanges(std::make_unique<RpcExchanges>(*this)),
      followers(std::make_unique<LogFollowers>(log.ring(), runner.executor(), settings.self.node_id)),
      ran_here("X-P2P-Node: " + settings.self.node_id + "\r\nX-P2P-Path: local\r\n"),
      started(rfc3339(clock.wall())),
      idempotency(clock) {}

Door::~Door() = default;

void note(Door& door, const Route* route, int status, const TraceId& trace, std::string_view what,
          Instant started) {
  if (route != nullptr) route->answered.count(status);
  if (door.log.enabled(LogLevel::debug))
    door.log.debug("Http", "{} {} {:.2f} ms trace {}", what, status,
                   started == Instant{} ? 0.0 : milliseconds(door.clock.now() - started), trace_text(trace));
}

void tell_failure(Door& door, std::string_view what, const Error& error, const TraceId& trace) {
  if (error_entry(error.code()).http_status != 500) return;
  door.log.warn("Http", "{} failed: {} trace {}", what, error.message(), trace_text(trace));
}

namespace {

void note_answer(Door& door, const Request& request, int status) {
  note(door, request.route, status, request.trace,
       door.log.enabled(LogLevel::debug)
           ? std::string(request.http.method) + ' ' + std::string(request.http.path)
           : std::string(),
       request.started);
}

/// Its further headers are in door.headers.
void respond(Door& door, const Request& request, HttpExchange& exchange, std::string_view body,
             std::string_view content_type, int status) {
  note_answer(door, request, status);
  append_trace_header(request.trace, door.headers);
  send_answer(
      door, exchange, accepts_gzip(request.headers.accept_encoding),
      {.status = status, .content_type = content_type, .body = body, .close = request.http.oversized});
}

}  // namespace

void send_answer(Door& door, HttpExchange& exchange, bool gzip_accepted, HttpAnswer answer) {
  answer.headers = door.headers;
  respond_gzipped(exchange, gzip_accepted, answer);
}

void answer_json(Door& door, const Request& request, HttpExchange& exchange, const Value& body, int status) {
  door.headers.clear();
  door.body.clear();
  json::write(body, door.body);
  respond(door, request, exchange, door.body, "application/json", status);
}

void answer_text(Door& door, const Request& request, HttpExchange& exchange, std::string_view text,
                 std::string_view content_type, int status) {
  door.headers.clear();
  respond(door, request, exchange, text, content_type, status);
}

void answer_list(Door& door, const Request& request, HttpExchange& exchange, const Result<Value>& page,
                 const ListShape& shape) {
  if (!page) return answer_error(door, request, exchange, page.error());
  door.body.clear();
  json::write(*page, door.body);
  answer_tagged(door, request, exchange, door.body, list_etag(*page, shape));
}

void answer_tagged(Door& door, const Request& request, HttpExchange& exchange, std::string_view body,
                   std::string_view etag) {
  door.headers.assign("ETag: ").append(etag).append("\r\n");
  if (etag_matches(request.headers.if_none_match, etag)) return respond(door, request, exchange, {}, {}, 304);
  respond(door, request, exchange, body, "application/json", 200);
}

void begin_stream(Door& door, const Request& request, HttpExchange& exchange, std::string_view content_type) {
  note_answer(door, request, 200);
  door.headers.assign("X-Accel-Buffering: no\r\n");
  append_trace_header(request.trace, door.headers);
  exchange.begin({.content_type = content_type, .headers = door.headers});
}

DoorEvent event_of(const Request& request, std::string action, std::string object) {
  DoorEvent event;
  event.caller = request.caller;
  event.peer = request.http.client != nullptr ? request.http.client->text() : "";
  event.action = std::move(action);
  event.object = std::move(object);
  event.trace = request.trace;
  return event;
}

namespace {

std::string_view kind_of(const Request& request, const Error& error) {
  if (error.code() == Errc::wrong_host) return "host";
  if (error.code() == Errc::forbidden) return error.detail()["reason"] == Value("scope") ? "scope" : "role";
  if (error.detail()["token_given"].kind() == Value::Kind::boolean) return "bad_token";
  return request.route->policy->access == Access::credential ? "credential" : "no_token";
}

}  // namespace

void audit_refusal(Door& door, const Request& request, std::string_view kind, std::string_view reason) {
  DoorEvent event =
      event_of(request, "request",
               std::string(request.http.method) + ' ' + std::string(request.http.path.substr(0, 256)));
  if (request.http.client != nullptr)
    event.peer = request.http.client->address_text();  // denials are folded by it
  event.kind = kind;
  event.outcome = reason;
  door.node.denied(event);
}

void answer_error(Door& door, const Request& request, HttpExchange& exchange, const Error& error) {
  if (error.code() == Errc::unauthenticated || error.code() == Errc::forbidden ||
      error.code() == Errc::wrong_host)
    audit_refusal(door, request, kind_of(request, error), error.message());
  tell_failure(door, request.http.path, error, request.trace);
  door.headers.clear();
  append_error_headers(error, door.headers);
  door.body.clear();
  json::write(problem(error, request.http.path, request.trace), door.body);
  respond(door, request, exchange, door.body, "application/problem+json",
          error_entry(error.code()).http_status);
}

std::optional<Query> take_query(Door& door, const Request& request, HttpExchange& exchange) {
  Result<Query> query = Query::parse(request.http.query, request.route->query);
  if (query) return *std::move(query);
  answer_error(door, request, exchange, query.error());
  return std::nullopt;
}

}  // namespace p2p

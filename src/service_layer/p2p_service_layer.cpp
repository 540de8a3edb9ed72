#include "service_layer/p2p_service_layer.hpp"

#include <p2p/detail/nearest.hpp>

#include "auth/bearer.hpp"
#include "auth/host_check.hpp"
#include "model/error_table.hpp"
#include "service_layer/gzip.hpp"
#include "service_layer/problem.hpp"

namespace p2p {
namespace {

std::vector<Route> all_routes() {
  std::vector<Route> all = rpc_routes();  // first: they are asked for most
  for (auto more :
       {json_rpc_routes(), look_routes(), catalogue_routes(), log_routes(), admin_routes(), token_routes()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const auto end = type.find_last_not_of(" \t");
  return end != type.npos && same_ignoring_case(type.substr(0, end + 1), "application/json");
}

/// Elsewhere the key is a header like any other: nothing there is worth running once.
bool takes_key(const Route& route) {
  return route.pattern.starts_with("/admin/") || route.pattern.starts_with("/rpc/");
}

Error unknown_path(std::string_view path, const RouteTable& routes) {
  std::vector<std::string_view> known;
  for (const Route& route : routes.all()) known.push_back(route.pattern);
  Error error(Errc::not_found, "nothing is at " + std::string(path.substr(0, 128)));
  if (const std::string close = nearest(path, known); !close.empty())
    error.with("hint", "did you mean " + close + "?");
  return error;
}

}  // namespace

P2PServiceLayer::P2PServiceLayer(DoorSettings settings, RPCMethods& rpc, CallRunner& runner,
                                 Authenticator& authenticator, NodeView& node, Log& log, const Clock& clock,
                                 Random& random)
    : door_(std::move(settings), rpc, runner, authenticator, node, log, clock),
      routes_(all_routes()),
      traces_(random) {}

std::string P2PServiceLayer::constant_headers() {
  return "X-P2P-Api: 1\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
         "Referrer-Policy: no-referrer\r\n";
}

void P2PServiceLayer::set_limits(const json::Limits& json, std::size_t body) {
  door_.settings.json = json;
  door_.settings.body_limit = body;
}

void P2PServiceLayer::on_request(const HttpRequest& http, HttpExchange& exchange) {
  Request request{.http = http, .headers = RequestHeaders::read(http.fields)};
  const auto parent =
      request.headers.traceparent.empty() ? std::nullopt : read_traceparent(request.headers.traceparent);
  request.trace = parent ? *parent : traces_.next();
  request.span = traces_.next_span();
  const LogScope scope({request.trace, request.span});
  if (door_.log.enabled(LogLevel::debug)) request.started = door_.clock.now();
  if (!host_is_ours(request))
    return answer_error(door_, request, exchange,
                        Error(Errc::wrong_host, "this node does not answer to the name in Host",
                              Value{{"hint", "use http://" + door_.settings.listen_address + ':' +
                                                 std::to_string(door_.settings.port)}}));
  if (!request.headers.origin.empty()) {
    exchange.add_headers(door_.cross_origin.lines_for(request.headers.origin));
    if (http.method == "OPTIONS" && answer_preflight(request, exchange)) return;
  }
  if (!find_route(request, exchange) || !query_is_safe(request, exchange) || !authorize(request, exchange) ||
      !body_is_readable(request, exchange))
    return;
  if (request.route->query.empty() && !request.http.query.empty() && !take_query(door_, request, exchange))
    return;
  if (request.headers.idempotency_key_given && request.http.method == "POST")
    return run_once(request, exchange);
  request.route->answer(door_, request, exchange);
}

/// A browser asks before it lets a page of elsewhere send what no form could.
bool P2PServiceLayer::answer_preflight(const Request& request, HttpExchange& exchange) {
  const bool asks = request.http.has_header("Access-Control-Request-Method");
  if (!asks || door_.cross_origin.lines_for(request.headers.origin).empty()) return false;
  exchange.respond({.status = 204, .content_type = {}, .headers = CrossOrigin::preflight_lines});
  return true;
}

void P2PServiceLayer::run_once(const Request& request, HttpExchange& exchange) {
  if (!takes_key(*request.route)) return request.route->answer(door_, request, exchange);
  const std::string_view key = request.headers.idempotency_key;
  if (request.headers.idempotency_key_repeated)
    return answer_error(door_, request, exchange,
                        Error(Errc::invalid_request, "Idempotency-Key: stands more than once"));
  if (!Idempotency::is_key(key))
    return answer_error(
        door_, request, exchange,
        Error(Errc::invalid_request, "Idempotency-Key: is 1 to 64 visible characters of ASCII"));
  Sha256 asked;
  for (const auto part : {request.http.target, request.headers.target, request.headers.timeout,
                          request.headers.accept, request.http.body})
    asked.add(std::to_string(part.size())).add(":").add(part);
  const bool gzip_accepted = accepts_gzip(request.headers.accept_encoding);
  const auto outcome =
      door_.idempotency.begin(request.caller->subject, key, asked.finish(), exchange, gzip_accepted);
  if (outcome.run != nullptr) {
    Request plain = request;  // what is kept must suit whoever asks again; `run` gzips for this client
    plain.headers.accept_encoding = {};
    return request.route->answer(door_, plain, *outcome.run);
  }
  if (outcome.again == nullptr && outcome.refused.code() == Errc::overloaded) ++door_.limits.idempotency_keys;
  if (outcome.again == nullptr) return answer_error(door_, request, exchange, outcome.refused);
  note(door_, request.route, outcome.again->status, request.trace, "again", request.started);
  respond_gzipped(exchange, gzip_accepted, *outcome.again);
}

bool P2PServiceLayer::host_is_ours(const Request& request) {
  if (!door_.settings.loopback) return true;
  const std::string_view host = request.headers.host;
  if (request.headers.host_repeated || host.empty()) return false;
  if (host == good_host_) return true;
  if (!host_allowed(host, door_.settings.listen_address, door_.settings.port)) return false;
  good_host_ = host;
  return true;
}

bool P2PServiceLayer::find_route(Request& request, HttpExchange& exchange) {
  const RouteMatch match = routes_.match(request.http.method, request.http.path);
  request.route = match.route;
  request.names = match.names;
  if (match.route != nullptr) return true;
  if (match.other_verbs.empty()) {
    answer_error(door_, request, exchange, unknown_path(request.http.path, routes_));
    return false;
  }
  std::string allow;
  for (const std::string_view verb : match.other_verbs)
    allow += (allow.empty() ? "" : ", ") + std::string(verb) + (verb == "GET" ? ", HEAD" : "");
  answer_error(door_, request, exchange,
               Error(Errc::method_not_allowed, "this path takes " + allow, Value{{"allow", allow}}));
  return false;
}

bool P2PServiceLayer::query_is_safe(const Request& request, HttpExchange& exchange) {
  const std::string_view query = request.http.query;
  if (!query.starts_with("access_token=") && query.find("&access_token=") == query.npos) return true;
  audit_refusal(door_, request, "url_token", "a token in the URL");
  answer_error(
      door_, request, exchange,
      Error(
          Errc::invalid_request, "a token in the URL ends up in logs: it is not looked at",
          Value{{"hint", "send it as Authorization: Bearer TOKEN, and get a new one: this one was shown"}}));
  return false;
}

Result<CallerPtr> P2PServiceLayer::authenticate(const Request& request) {
  if (request.headers.authorization.empty())
    return fail(Errc::unauthenticated, "a token is needed",
                Value{{"hint", "POST /auth/token gives one; send it as Authorization: Bearer TOKEN"}});
  const auto with_token = [](Error error) { return fail(std::move(error).with("token_given", true)); };
  if (request.headers.authorization_repeated)
    return with_token(Error(Errc::unauthenticated, "Authorization stands twice"));
  const Result<std::string_view> token = bearer_token(request.headers.authorization);
  if (!token) return with_token(token.error());
  Result<CallerPtr> caller = door_.authenticator.authenticate(*token, door_.clock.wall());
  if (!caller) return with_token(std::move(caller.error()));
  return caller;
}

bool P2PServiceLayer::authorize(Request& request, HttpExchange& exchange) {
  const RoutePolicy& policy = *request.route->policy;
  if (needs_no_token(policy, door_.settings.loopback)) return true;
  Result<CallerPtr> caller = authenticate(request);
  if (caller) {
    request.caller = *std::move(caller);
    const Result<void> allowed = may_use(policy, *request.caller);
    if (allowed) return true;
    answer_error(door_, request, exchange, allowed.error());
  } else {
    answer_error(door_, request, exchange, caller.error());
  }
  return false;
}

bool P2PServiceLayer::body_is_readable(const Request& request, HttpExchange& exchange) {
  const auto refuse = [&](Errc code, std::string what) {
    answer_error(door_, request, exchange, Error(code, std::move(what)));
    return false;
  };
  if (!request.headers.content_encoding.empty())
    return refuse(Errc::unsupported_media_type, "bodies are taken as they are, without Content-Encoding");
  const bool has_body = !request.http.body.empty() || request.http.oversized;
  if (has_body && !request.headers.content_type.empty() && !is_json(request.headers.content_type))
    return refuse(Errc::unsupported_media_type, "the body must be JSON: send Content-Type: application/json");
  if (request.http.oversized)
    return refuse(Errc::too_large, "the body is over " + std::to_string(body_limit(request.http)) + " bytes");
  return true;
}

void P2PServiceLayer::turn_away(const HttpRequest& http, HttpExchange& exchange, const Error& error) {
  Request request{.http = http, .headers = RequestHeaders::read(http.fields)};
  request.trace = traces_.next();
  answer_error(door_, request, exchange, error);
}

std::size_t P2PServiceLayer::body_limit(const HttpRequest& head) {
  const std::size_t usual = door_.settings.body_limit;
  const RouteMatch match = routes_.match(head.method, head.path);
  if (match.route == nullptr || match.names[1].empty()) return usual;
  const MethodEntry* method = door_.rpc.find_public({match.names[0], match.names[1]});
  return method == nullptr || method->max_body == 0 ? usual : static_cast<std::size_t>(method->max_body);
}

std::string P2PServiceLayer::refusal(Errc code, std::string_view detail, std::string& headers) {
  const TraceId trace = traces_.next();
  const Error error(code, std::string(detail));
  append_error_headers(error, headers);
  append_trace_header(trace, headers);
  note(door_, nullptr, error_entry(code).http_status, trace,
       door_.log.enabled(LogLevel::debug) ? "refused: " + std::string(detail) : std::string(), {});
  return json::dump(problem(error, "", trace));
}

}  // namespace p2p

// POST /auth/token (http-api.md, section 2.1): the decisions are auth's; here are the bytes, the kernel's
// word on whose socket it is, and the audit record that is on disk before the token leaves.
#include "auth/bearer.hpp"
#include "auth/local_trust.hpp"
#include "auth/token_endpoint.hpp"
#include "net/socket_owner.hpp"
#include "service_layer/door.hpp"
#include "service_layer/kept_request.hpp"

namespace p2p {
namespace {

Result<void> local_trust(Door& door, const Request& request) {
  LocalTrustFacts facts;
  facts.enabled = door.settings.local_trust;
  facts.listeners_loopback = door.settings.loopback;
  facts.client_loopback = request.http.client->is_loopback();
  facts.server_loopback = request.http.server->is_loopback();
  facts.own_uid = door.settings.own_uid;
  facts.listen_address = door.settings.listen_address;
  facts.port = door.settings.port;
  for (const HttpField& field : request.http.fields) facts.see_header(field.name, field.value);
  if (facts.client_loopback && facts.server_loopback)
    facts.socket_owner = socket_owner(*request.http.client, *request.http.server);
  return judge_local_trust(facts);
}

Result<CallerPtr> bearer(Door& door, const Request& request) {
  if (request.headers.authorization_repeated)
    return fail(Errc::unauthenticated, "Authorization stands twice");
  const Result<std::string_view> token = bearer_token(request.headers.authorization);
  if (!token) return fail(token.error());
  return door.authenticator.authenticate(*token, door.clock.wall());
}

void issue(Door& door, const Request& request, HttpExchange& exchange, const TokenGrant& grant) {
  Result<IssuedToken> token = door.authenticator.issue(grant, door.clock.wall());
  if (!token) return answer_error(door, request, exchange, token.error());
  DoorEvent event = event_of(request, "token.issue", grant.subject);
  auto made = std::make_shared<Caller>();
  made->subject = grant.subject;
  made->role = grant.role;
  made->jti = token->jti;
  made->amr = grant.amr;
  event.caller = made;
  event.outcome = "ok";
  door.node.record(event, [&door, &exchange, kept = keep(request),
                           body = token_answer(grant, *token)](bool written) {
    if (written) return answer_json(door, **kept, exchange, body);
    answer_error(door, **kept, exchange,
                 Error(Errc::audit_unavailable, "the audit log cannot be written, so no token is issued"));
  });
}

void token(Door& door, const Request& request, HttpExchange& exchange) {
  Value body = Value::object();
  if (!request.http.body.empty()) {
    Result<Value> parsed = json::parse(request.http.body, door.settings.json);
    if (!parsed) return answer_error(door, request, exchange, parsed.error());
    body = *std::move(parsed);
  }
  TokenAsker asker;
  std::optional<Result<CallerPtr>> credential;
  if (!request.headers.authorization.empty()) {
    credential.emplace(bearer(door, request));
    asker.bearer = &*credential;
  } else {
    asker.local_trust = local_trust(door, request);
  }
  const Result<TokenGrant> grant = decide_token(body, asker, {door.settings.token_life}, door.clock.wall());
  if (!grant) return answer_error(door, request, exchange, grant.error());
  issue(door, request, exchange, *grant);
}

}  // namespace

std::vector<Route> token_routes() { return {{"POST", "/auth/token", &token}}; }

}  // namespace p2p

// POST /rpc/{service}/{method}, /rpc/{service.method} and /local/call/{service}/{method}: one call, answered
// with an envelope and a status that mirrors the error table (http-api.md, section 3).
#include "service_layer/door.hpp"
#include "service_layer/envelope.hpp"
#include "service_layer/rpc_exchange.hpp"

namespace p2p {
namespace {

constexpr std::string_view rpc_query[] = {"meta"};

/// Where it shall run and how long it may take: from the envelope or from headers; both given must agree.
struct CallWishes {
  std::string target;
  std::int64_t timeout_ns = 0;
};

Result<CallWishes> wishes_of(const Request& request, const Envelope& envelope) {
  CallWishes wishes;
  if (envelope.target) wishes.target = envelope.target->as_string();
  if (envelope.timeout_ms) wishes.timeout_ns = envelope.timeout_ms->as_int() * 1'000'000;
  if (!request.headers.target.empty()) {
    if (envelope.target && wishes.target != request.headers.target)
      return fail(Errc::invalid_request, "target and X-P2P-Target name different targets");
    wishes.target = request.headers.target;
  }
  if (!request.headers.timeout.empty()) {
    const auto given = read_duration(request.headers.timeout);
    if (!given || *given < 1'000'000 || *given > 600'000'000'000)
      return fail(Errc::invalid_params, "X-P2P-Timeout: expected 1ms to 600s");
    if (envelope.timeout_ms && *given != wishes.timeout_ns)
      return fail(Errc::invalid_request, "timeout_ms and X-P2P-Timeout name different times");
    wishes.timeout_ns = *given;
  }
  return wishes;
}

void run_call(Door& door, const Request& request, HttpExchange& exchange, const MethodPath& path, bool meta) {
  RpcExchange& call = door.exchanges->take();
  call.bind(request, exchange);
  call.meta = meta;
  Result<Envelope> envelope = read_envelope(request.http.body, door.settings.json);
  if (!envelope) return call.refuse(envelope.error());
  if (envelope->is_2_0()) call.shape = EnvelopeShape::v2;
  if (auto sound = check_envelope(*envelope); !sound) return call.refuse(sound.error());
  const bool has_id = envelope->id.has_value();
  if (has_id) call.id = {*std::move(envelope->id), std::move(envelope->id_text)};
  if (auto agrees = check_method_agrees(*envelope, path); !agrees) return call.refuse(agrees.error());
  Result<CallWishes> wishes = wishes_of(request, *envelope);
  if (!wishes) return call.refuse(wishes.error());
  if (auto here = check_target(door, *request.caller, path, wishes->target, envelope->params); !here)
    return call.refuse(here.error());
  call.notification = envelope->is_2_0() && !has_id;
  call.deliver(delivery_of(request.headers.accept));
  CallRequest wanted;
  wanted.path = path;
  if (envelope->params) wanted.params = *std::move(envelope->params);
  wanted.caller = request.caller;
  wanted.trace = request.trace;
  wanted.span = request.span;
  wanted.timeout_ns = wishes->timeout_ns;
  call.run(std::move(wanted));
}

bool wants_meta(const Query& query) { return query.has("meta") && query.get("meta") != "0"; }

void rpc(Door& door, const Request& request, HttpExchange& exchange) {
  bool meta = false;
  if (!request.http.query.empty()) {
    const auto query = take_query(door, request, exchange);
    if (!query) return;
    meta = wants_meta(*query);
  }
  run_call(door, request, exchange, {request.names[0], request.names[1]}, meta);
}

void rpc_dotted(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const Result<MethodPath> path = MethodPath::parse(request.names[0]);
  if (path) return run_call(door, request, exchange, *path, wants_meta(*query));
  RpcExchange& call = door.exchanges->take();
  call.bind(request, exchange);
  call.refuse(path.error());
}

void local_call(Door& door, const Request& request, HttpExchange& exchange) {
  RpcExchange& call = door.exchanges->take();
  call.bind(request, exchange);
  call.style = AnswerStyle::local_call;
  CallRequest wanted;
  if (!request.http.body.empty()) {
    Result<Value> params = json::parse(request.http.body, door.settings.json);
    if (!params) return call.refuse(params.error());
    if (!params->is_object() && !params->is_null())
      return call.refuse(Error(Errc::invalid_params, "the body must be the object of parameters"));
    wanted.params = *std::move(params);
  }
  wanted.path = {request.names[0], request.names[1]};
  wanted.caller = request.caller;
  wanted.trace = request.trace;
  wanted.span = request.span;
  call.run(std::move(wanted));
}

}  // namespace

std::vector<Route> rpc_routes() {
  return {{"POST", "/rpc/{service}/{method}", &rpc, rpc_query},
          {"POST", "/rpc/{service.method}", &rpc_dotted, rpc_query},
          {"POST", "/local/call/{service}/{method}", &local_call}};
}

}  // namespace p2p

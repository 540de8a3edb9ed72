#include "service_layer/side_door.hpp"

namespace p2p {

void SideDoor::on_request(const HttpRequest& request, HttpExchange& exchange) {
  // The method that was found to be threadsafe must be the one that is called.
  const auto same = runner_.hold_snapshot();
  if (is_for_this_loop(request)) return layer_.on_request(request, exchange);
  if (!home_.send(request, exchange))
    layer_.turn_away(request, exchange,
                     Error(Errc::overloaded, "too many requests wait for the main loop already",
                           Value{{"retry_after", 1}}));
}

bool SideDoor::is_for_this_loop(const HttpRequest& request) {
  constexpr std::string_view rpc = "/rpc/";
  if (request.method != "POST") return request.path == "/health" || request.path == "/livez";
  if (!request.path.starts_with(rpc)) return false;
  if (request.has_header("idempotency-key")) return false;  // the main loop keeps those for all
  const std::string_view names = request.path.substr(rpc.size());
  const auto slash = names.find('/');
  return slash != names.npos && rpc_.may_run({names.substr(0, slash), names.substr(slash + 1)});
}

}  // namespace p2p

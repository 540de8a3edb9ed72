// P2PServiceLayer: the door in. It takes a request from net, checks it in the one order that http-api.md,
// section 1 gives (host, route, verb, token, role, media type, size), and calls the route's function; what
// must be told before a request is one, it words.
//
// A node with several loops has one on each; those of side loops stand behind a SideDoor.
//
// Threads:  the loop's. Lifetime: what is passed in outlives it; it outlives the server.
#pragma once

#include <string>

#include "base/random.hpp"
#include "service_layer/door.hpp"

namespace p2p {

class P2PServiceLayer final : public HttpHandler {
 public:
  P2PServiceLayer(DoorSettings settings, RPCMethods& rpc, CallRunner& runner, Authenticator& authenticator,
                  NodeView& node, Log& log, const Clock& clock, Random& random);

  /// The lines that every answer has: for HttpServer.
  [[nodiscard]] static std::string constant_headers();

  /// For requests that come from now on.
  void set_limits(const json::Limits& json, std::size_t body);

  void on_request(const HttpRequest& request, HttpExchange& exchange) override;
  [[nodiscard]] std::size_t body_limit(const HttpRequest& head) override;
  [[nodiscard]] std::string refusal(Errc code, std::string_view detail, std::string& headers) override;

  /// Answers with `error` before anything of the request is looked at.
  void turn_away(const HttpRequest& request, HttpExchange& exchange, const Error& error);

  [[nodiscard]] const RouteTable& routes() const noexcept { return routes_; }
  [[nodiscard]] std::uint64_t calls_refused_for_room() const noexcept { return door_.rpc.refused_for_room(); }
  [[nodiscard]] const DoorLimits& limits() const noexcept { return door_.limits; }
  [[nodiscard]] const LogFollowers& log_followers() const noexcept { return *door_.followers; }

 private:
  [[nodiscard]] bool answer_preflight(const Request& request, HttpExchange& exchange);
  [[nodiscard]] bool host_is_ours(const Request& request);
  [[nodiscard]] bool find_route(Request& request, HttpExchange& exchange);
  /// Whatever the route: tokens in URLs are in the logs of every proxy.
  [[nodiscard]] bool query_is_safe(const Request& request, HttpExchange& exchange);
  [[nodiscard]] bool authorize(Request& request, HttpExchange& exchange);
  void run_once(const Request& request, HttpExchange& exchange);
  [[nodiscard]] bool body_is_readable(const Request& request, HttpExchange& exchange);
  [[nodiscard]] Result<CallerPtr> authenticate(const Request& request);

  Door door_;
  RouteTable routes_;
  TraceIds traces_;
  std::string good_host_;  // the Host that was found to be ours last
};

}  // namespace p2p

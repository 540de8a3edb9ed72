#include "auth/policy.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace p2p {
namespace {

constexpr RoutePolicy open_to_all(std::string_view verb, std::string_view pattern) {
  return {.verb = verb, .pattern = pattern, .access = Access::open, .least = Role::none, .node = true};
}
constexpr RoutePolicy looking(std::string_view pattern) {
  return {.verb = "GET", .pattern = pattern, .least = Role::viewer, .node = true, .scope = "read:cluster"};
}
// A node calls for a user over the peer link, never over HTTP with its own token (section 7.4).
constexpr RoutePolicy calling(std::string_view pattern) {
  return {.verb = "POST", .pattern = pattern, .access = Access::by_method, .least = Role::viewer};
}

constexpr RoutePolicy operating(std::string_view pattern) {
  return {.verb = "POST", .pattern = pattern, .least = Role::operator_, .scope = "admin:services"};
}

constexpr std::array policies = std::to_array<RoutePolicy>({
    open_to_all("GET", "/"),
    open_to_all("GET", "/health"),
    open_to_all("GET", "/livez"),
    open_to_all("GET", "/readyz"),
    open_to_all("GET", "/errors/{name}"),
    {.verb = "POST",
     .pattern = "/auth/token",
     .access = Access::credential,
     .least = Role::none,
     .node = true},
    {.verb = "GET",
     .pattern = "/metrics",
     .access = Access::local,
     .least = Role::viewer,
     .scope = "read:cluster"},
    calling("/rpc"),
    calling("/rpc/{service}/{method}"),
    calling("/rpc/{service.method}"),
    calling("/local/call/{service}/{method}"),
    looking("/local/services"),
    looking("/local/services/{name}"),
    looking("/services"),
    looking("/methods"),
    looking("/methods/{service}/{method}"),
    looking("/cluster/status"),
    looking("/cluster/nodes"),
    looking("/cluster/nodes/{id}"),
    operating("/admin/services/{name}/reload"),
    operating("/admin/services/{name}/restart"),
    operating("/admin/services/{name}/enable"),
    operating("/admin/services/{name}/disable"),
    looking("/methods/{service}/{method}/explain"),
    {.verb = "GET", .pattern = "/audit", .least = Role::admin, .scope = "read:audit"},
    {.verb = "GET", .pattern = "/logs", .least = Role::operator_, .scope = "read:cluster"},
    {.verb = "GET", .pattern = "/config", .least = Role::admin, .scope = "read:cluster"},
    {.verb = "GET", .pattern = "/debug/registry", .least = Role::operator_, .scope = "read:cluster"},
});

}  // namespace

std::span<const RoutePolicy> route_policies() noexcept { return policies; }

const RoutePolicy* find_route_policy(std::string_view verb, std::string_view pattern) noexcept {
  if (verb == "HEAD") verb = "GET";
  const auto at = std::ranges::find_if(
      policies, [&](const RoutePolicy& route) { return route.pattern == pattern && route.verb == verb; });
  return at == policies.end() ? nullptr : &*at;
}

bool needs_no_token(const RoutePolicy& route, bool loopback_node) noexcept {
  switch (route.access) {
    case Access::open:
    case Access::credential: return true;
    case Access::local: return loopback_node;
    case Access::role:
    case Access::by_method: return false;
  }
  return false;
}

Result<void> may_use(const RoutePolicy& route, const Caller& caller) {
  const bool role_fits =
      caller.role == Role::node ? route.node : route.least == Role::none || covers(caller.role, route.least);
  if (!role_fits) {
    return fail(Errc::forbidden,
                "this needs role " + std::string(role_name(route.least)) + ", the token has " +
                    std::string(role_name(caller.role)),
                Value{{"reason", "role"}});
  }
  if (!route.scope.empty() && !caller.in_scope(route.scope)) {
    return fail(Errc::forbidden, "the token's scopes do not hold " + std::string(route.scope),
                Value{{"reason", "scope"}});
  }
  return {};
}

}  // namespace p2p

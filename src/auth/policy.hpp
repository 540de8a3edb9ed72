// Policy: who may use which route (security.md, section 6.1) as data. The router asks here before it runs a
// handler; a route without an entry must not start the node. Denied unless allowed.
//
// Methods have rights of their own, declared with them; routes that run a method say `by_method` here.
#pragma once

#include <span>
#include <string_view>

#include <p2p/context.hpp>

#include "base/result.hpp"
#include "model/caller.hpp"

namespace p2p {

enum class Access {
  open,        ///< everybody
  local,       ///< everybody on a loopback node, `least` otherwise
  role,        ///< a token of at least `least`
  by_method,   ///< a token; what it may is decided by the method that is called
  credential,  ///< judged by the token endpoint itself
};

struct RoutePolicy {
  std::string_view verb;     ///< "GET" stands for HEAD as well
  std::string_view pattern;  ///< "/rpc/{service}/{method}"
  Access access = Access::role;
  Role least = Role::admin;
  bool node = false;         ///< whether role `node` may, which is outside the order of roles
  std::string_view scope{};  ///< needed by a token that has scopes; empty: none
};

[[nodiscard]] std::span<const RoutePolicy> route_policies() noexcept;

/// The entry of a route, or null: a mistake of the programmer.
[[nodiscard]] const RoutePolicy* find_route_policy(std::string_view verb, std::string_view pattern) noexcept;

/// Whether the route can be used without a token on such a node: then none is asked for, and a bad one is no
/// matter.
[[nodiscard]] bool needs_no_token(const RoutePolicy& route, bool loopback_node) noexcept;

/// Whether `caller` may use a route that needs a token: nothing, or forbidden naming what is missing.
[[nodiscard]] Result<void> may_use(const RoutePolicy& route, const Caller& caller);

}  // namespace p2p

#include "auth/policy.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

Caller with(Role role, std::vector<Scope> scopes = {}) {
  Caller caller;
  caller.subject = "client";
  caller.role = role;
  caller.scopes = std::move(scopes);
  return caller;
}

/// One letter for each of: no token on loopback, none on a network, viewer, operator, admin, node. y or -.
std::string row(const RoutePolicy& route) {
  std::string out;
  for (const bool loopback : {true, false}) {
    out += needs_no_token(route, loopback) && route.access != Access::credential ? 'y' : '-';
  }
  for (const Role role : {Role::viewer, Role::operator_, Role::admin, Role::node}) {
    out += may_use(route, with(role)) ? 'y' : '-';
  }
  return out;
}

struct Row {
  std::string_view verb, pattern, who;
};

// Section 6.1 of the security document, written down a second time on purpose.
constexpr Row table[] = {
    {"GET", "/", "yyyyyy"},
    {"GET", "/health", "yyyyyy"},
    {"GET", "/livez", "yyyyyy"},
    {"GET", "/readyz", "yyyyyy"},
    {"GET", "/errors/{name}", "yyyyyy"},
    {"POST", "/auth/token", "--yyyy"},
    {"GET", "/metrics", "y-yyy-"},
    {"POST", "/rpc", "--yyy-"},
    {"POST", "/rpc/{service}/{method}", "--yyy-"},
    {"POST", "/rpc/{service.method}", "--yyy-"},
    {"POST", "/local/call/{service}/{method}", "--yyy-"},
    {"GET", "/local/services", "--yyyy"},
    {"GET", "/local/services/{name}", "--yyyy"},
    {"GET", "/services", "--yyyy"},
    {"GET", "/methods", "--yyyy"},
    {"GET", "/methods/{service}/{method}", "--yyyy"},
    {"GET", "/methods/{service}/{method}/explain", "--yyyy"},
    {"GET", "/cluster/status", "--yyyy"},
    {"GET", "/cluster/nodes", "--yyyy"},
    {"GET", "/cluster/nodes/{id}", "--yyyy"},
    {"GET", "/config", "----y-"},
    {"GET", "/debug/registry", "---yy-"},
    {"GET", "/logs", "---yy-"},
    {"GET", "/audit", "----y-"},
    {"POST", "/admin/services/{name}/reload", "---yy-"},
    {"POST", "/admin/services/{name}/restart", "---yy-"},
    {"POST", "/admin/services/{name}/enable", "---yy-"},
    {"POST", "/admin/services/{name}/disable", "---yy-"},
};

TEST(Policy, is_the_table_of_roles) {
  for (const Row& want : table) {
    const RoutePolicy* route = find_route_policy(want.verb, want.pattern);
    ASSERT_NE(route, nullptr) << want.pattern;
    EXPECT_EQ(row(*route), want.who) << want.pattern;
  }
  EXPECT_EQ(route_policies().size(), std::size(table)) << "a route that the table here does not have";
}

TEST(Policy, nobody_gets_in_by_a_role_that_is_none) {
  for (const RoutePolicy& route : route_policies()) {
    if (route.access == Access::role || route.access == Access::by_method) {
      EXPECT_FALSE(may_use(route, with(Role::none))) << route.pattern;
    }
  }
}

TEST(Policy, a_route_stands_once) {
  std::set<std::string> seen;
  for (const RoutePolicy& route : route_policies()) {
    EXPECT_TRUE(seen.insert(std::string(route.verb) + " " + std::string(route.pattern)).second)
        << route.pattern;
  }
}

TEST(Policy, head_is_as_get_and_other_verbs_are_not) {
  EXPECT_EQ(find_route_policy("HEAD", "/health"), find_route_policy("GET", "/health"));
  EXPECT_EQ(find_route_policy("GET", "/rpc"), nullptr);
  EXPECT_EQ(find_route_policy("HEAD", "/rpc"), nullptr);
  EXPECT_EQ(find_route_policy("DELETE", "/health"), nullptr);
  EXPECT_EQ(find_route_policy("GET", "/peer"), nullptr);
}

TEST(Policy, scopes_narrow_what_may_be_looked_at) {
  const RoutePolicy* nodes = find_route_policy("GET", "/cluster/nodes");
  const RoutePolicy* rpc = find_route_policy("POST", "/rpc");
  EXPECT_TRUE(may_use(*nodes, with(Role::viewer, {{"read:cluster"}})));
  EXPECT_TRUE(may_use(*rpc, with(Role::viewer, {{"rpc:system/*"}}))) << "the method's scope is asked later";
  const auto refused = may_use(*nodes, with(Role::admin, {{"rpc:system/*"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::forbidden);
  EXPECT_EQ(refused.error().message(), "the token's scopes do not hold read:cluster");
}

TEST(Policy, a_refusal_names_the_role_that_is_needed) {
  const auto refused = may_use(*find_route_policy("GET", "/debug/registry"), with(Role::viewer));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "this needs role operator, the token has viewer");
}

}  // namespace
}  // namespace p2p

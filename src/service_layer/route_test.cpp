#include "service_layer/route.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "service_layer/door.hpp"

namespace p2p {
namespace {

RouteTable table() {
  return RouteTable({{"POST", "/rpc/{service}/{method}", nullptr},
                     {"POST", "/rpc/{service.method}", nullptr},
                     {"POST", "/rpc", nullptr},
                     {"GET", "/", nullptr},
                     {"GET", "/health", nullptr},
                     {"GET", "/cluster/nodes/{id}", nullptr}});
}

std::string_view pattern(const RouteTable& routes, std::string_view verb, std::string_view path) {
  const RouteMatch match = routes.match(verb, path);
  return match.route == nullptr ? std::string_view("-") : match.route->pattern;
}

TEST(RouteTable, finds_a_route_by_verb_and_path) {
  const RouteTable routes = table();
  EXPECT_EQ(pattern(routes, "GET", "/health"), "/health");
  EXPECT_EQ(pattern(routes, "GET", "/"), "/");
  EXPECT_EQ(pattern(routes, "POST", "/rpc"), "/rpc");
}

TEST(RouteTable, gives_what_stands_for_the_braces) {
  const RouteTable routes = table();
  const RouteMatch call = routes.match("POST", "/rpc/system/ping");
  ASSERT_NE(call.route, nullptr);
  EXPECT_EQ(call.names[0], "system");
  EXPECT_EQ(call.names[1], "ping");
  const RouteMatch dotted = routes.match("POST", "/rpc/system.ping");
  ASSERT_NE(dotted.route, nullptr);
  EXPECT_EQ(dotted.route->pattern, "/rpc/{service.method}");
  EXPECT_EQ(dotted.names[0], "system.ping");
  EXPECT_EQ(dotted.names[1], "");
}

TEST(RouteTable, a_name_is_never_empty_and_a_path_has_no_more_parts_than_its_route) {
  const RouteTable routes = table();
  for (const char* path : {"/rpc/", "/rpc//ping", "/rpc/system/", "/rpc/a/b/c", "/rpcs", "/health/", "/healt",
                           "", "//", "/cluster/nodes/", "/cluster/nodes/a/b", "/HEALTH"}) {
    EXPECT_EQ(pattern(routes, "POST", path), "-") << path;
    EXPECT_EQ(pattern(routes, "GET", path), "-") << path;
    EXPECT_TRUE(routes.match("GET", path).other_verbs.empty()) << path;
  }
}

TEST(RouteTable, head_finds_what_get_does) {
  const RouteTable routes = table();
  EXPECT_EQ(pattern(routes, "HEAD", "/health"), "/health");
  EXPECT_EQ(pattern(routes, "HEAD", "/rpc"), "-");
}

TEST(RouteTable, a_known_path_with_another_verb_says_which_it_takes) {
  const RouteTable routes = table();
  for (const char* verb : {"GET", "PUT", "TRACE", "get"}) {
    const RouteMatch match = routes.match(verb, "/rpc/system/ping");
    EXPECT_EQ(match.route, nullptr) << verb;
    EXPECT_EQ(match.other_verbs, std::vector<std::string_view>{"POST"}) << verb;
  }
}

TEST(RouteTable, a_route_without_a_policy_cannot_be_made) {
  EXPECT_THROW(RouteTable({{"GET", "/backdoor", nullptr}}), std::logic_error);
  EXPECT_THROW(RouteTable({{"POST", "/health", nullptr}}), std::logic_error)
      << "the verb belongs to the policy";
}

std::vector<Route> all_routes() {
  std::vector<Route> all;
  for (auto more : {rpc_routes(), json_rpc_routes(), look_routes(), catalogue_routes(), log_routes(),
                    admin_routes(), token_routes()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(Routes, of_the_api_all_have_a_policy_and_a_function) {
  const RouteTable routes(all_routes());
  for (const Route& route : routes.all()) {
    EXPECT_NE(route.policy, nullptr) << route.pattern;
    EXPECT_NE(route.answer, nullptr) << route.pattern;
  }
}

TEST(Routes, of_the_policy_table_all_exist) {
  const RouteTable routes(all_routes());
  for (const RoutePolicy& policy : route_policies()) {
    bool found = false;
    for (const Route& route : routes.all()) found = found || route.policy == &policy;
    EXPECT_TRUE(found) << policy.verb << ' ' << policy.pattern;
  }
}

}  // namespace
}  // namespace p2p

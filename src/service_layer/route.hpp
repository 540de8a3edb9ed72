// Route: one row of the API: a verb, a path, who may (auth/policy), and the function that answers. The table
// is the only place where a route is made, so none can exist without a policy.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "auth/policy.hpp"
#include "service_layer/status_counts.hpp"

namespace p2p {

struct Door;
struct Request;
class HttpExchange;

using RouteFunction = void (*)(Door&, const Request&, HttpExchange&);

struct Route {
  std::string_view verb;
  std::string_view pattern;  ///< "/methods/{service}/{method}"
  RouteFunction answer = nullptr;
  std::span<const std::string_view> query{};  ///< parameters it knows
  const RoutePolicy* policy = nullptr;

  mutable StatusCounts answered{};  ///< on the loop of its table; any thread may look
};

struct RouteMatch {
  const Route* route = nullptr;
  std::array<std::string_view, 2> names{};    ///< what stood for the braces
  std::vector<std::string_view> other_verbs;  ///< when the path exists, but not with this verb
};

class RouteTable {
 public:
  /// Ends the program when a route has no policy: that is a mistake in this program.
  explicit RouteTable(std::vector<Route> routes);

  /// `verb` HEAD finds GET. Without a route and other verbs the path is unknown.
  [[nodiscard]] RouteMatch match(std::string_view verb, std::string_view path) const;
  [[nodiscard]] std::span<const Route> all() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace p2p

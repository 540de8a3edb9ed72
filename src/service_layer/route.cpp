#include "service_layer/route.hpp"

#include <stdexcept>
#include <string>

namespace p2p {
namespace {

/// Whether `path` fits `pattern`; the parts that stand for braces go to `names`.
bool fits(std::string_view pattern, std::string_view path, std::array<std::string_view, 2>& names) {
  std::size_t count = 0;
  while (!pattern.empty() && !path.empty()) {
    if (pattern.front() != '{') {
      if (pattern.front() != path.front()) return false;
      pattern.remove_prefix(1);
      path.remove_prefix(1);
      continue;
    }
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty()) return false;
    names[count++] = part;
    pattern.remove_prefix(pattern.find('}') + 1);
    path.remove_prefix(part.size());
  }
  return pattern.empty() && path.empty();
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (Route& route : routes_) {
    route.policy = find_route_policy(route.verb, route.pattern);
    if (route.policy == nullptr)
      throw std::logic_error("route " + std::string(route.verb) + ' ' + std::string(route.pattern) +
                             " has no policy");
  }
}

RouteMatch RouteTable::match(std::string_view verb, std::string_view path) const {
  const std::string_view wanted = verb == "HEAD" ? std::string_view("GET") : verb;
  RouteMatch match;
  for (const Route& route : routes_) {
    std::array<std::string_view, 2> names{};
    if (!fits(route.pattern, path, names)) continue;
    if (route.verb == wanted) {
      match.route = &route;
      match.names = names;
      return match;
    }
    match.other_verbs.push_back(route.verb);
  }
  return match;
}

}  // namespace p2p

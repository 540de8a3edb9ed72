#include "service_layer/node_filter.hpp"

#include <algorithm>

#include <fnmatch.h>

namespace p2p {
namespace {

constexpr std::string_view roles[] = {"coordinator", "worker"};
constexpr std::string_view states[] = {"alive", "suspected", "dead", "left", "draining", "degraded"};

template <class Words>
bool among(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != std::ranges::end(words);
}

bool has_tag(const Value& tags, const std::string& wanted) {
  const auto equals = wanted.find('=');
  const Value* value = tags.find(std::string_view(wanted).substr(0, equals));
  if (value == nullptr) return false;
  return equals == wanted.npos ||
         (value->is_string() && fits_glob(wanted.substr(equals + 1), value->as_string()));
}

bool announces(const Value& services, const std::vector<std::string>& wanted) {
  if (!services.is_array()) return false;
  return std::ranges::any_of(services.as_array(), [&](const Value& name) {
    return std::ranges::any_of(wanted,
                               [&](const std::string& glob) { return fits_glob(glob, name.as_string()); });
  });
}

}  // namespace

bool fits_glob(const std::string& glob, const std::string& text) {
  return ::fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

bool NodeFilter::is_status(std::string_view word) { return among(states, word); }

Result<NodeFilter> NodeFilter::read(const Query& query, const std::vector<std::string>& status,
                                    Service service) {
  NodeFilter filter;
  filter.nodes_ = query.all("node");
  filter.roles_ = query.all("role");
  filter.tags_ = query.all("tag");
  filter.status_ = status;
  if (service == Service::of_node) filter.services_ = query.all("service");
  for (const std::string& role : filter.roles_)
    if (!among(roles, role)) return fail(Errc::invalid_request, "role: is coordinator or worker");
  for (const std::string& word : filter.status_)
    if (!is_status(word))
      return fail(Errc::invalid_request, "status: is alive, suspected, dead, left, draining or degraded");
  return filter;
}

bool NodeFilter::matches(const Value& node) const {
  const auto fits = [](const std::vector<std::string>& wanted, const Value& value) {
    return wanted.empty() || (value.is_string() && std::ranges::any_of(wanted, [&](const std::string& glob) {
                                return fits_glob(glob, value.as_string());
                              }));
  };
  const auto tagged = [&](const std::string& tag) { return has_tag(node["tags"], tag); };
  return fits(nodes_, node["node_id"]) && fits(roles_, node["role"]) &&
         (status_.empty() || fits(status_, node["status"]) || fits(status_, node["state"])) &&
         std::ranges::all_of(tags_, tagged) && (services_.empty() || announces(node["services"], services_));
}

}  // namespace p2p

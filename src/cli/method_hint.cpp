#include "cli/method_hint.hpp"

#include <algorithm>

#include "cli/lists.hpp"
#include "cli/suggestions.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

std::string dotted(const MethodPath& path) {
  return std::string(path.service) + '.' + std::string(path.method);
}

std::vector<std::string> names_of(const Value& document, bool services) {
  std::vector<std::string> names;
  for (const Value& row : document["methods"].as_array())
    names.push_back(cell_text(Cell::method, row[services ? "service" : "method"], {}));
  return names;
}

/// A service that is stopped is known.
bool is_known(P2PClient& client, const std::string& service) {
  const Result<Value> services = fetch_list(client, QueryText("/services"), service_list);
  return services && std::ranges::any_of((*services)["services"].as_array(),
                                         [&](const Value& row) { return row["name"] == Value(service); });
}

}  // namespace

Error with_method_hint(P2PClient& client, const std::string& method, Error error) {
  const Result<MethodPath> path = MethodPath::parse(method);
  const bool no_service = error.code() == Errc::service_not_found;
  if (!path || (!no_service && error.code() != Errc::method_not_found)) return error;
  if (no_service && is_known(client, std::string(path->service))) return error;  // it says why it serves not
  const Result<Value> known = fetch_list(client, QueryText("/methods"), method_list);
  const std::string look_up =
      no_service ? "p2p_admin services" : "p2p_admin methods " + std::string(path->service);
  std::vector<std::string> names = known ? names_of(*known, false) : std::vector<std::string>();
  Error told(error.code(),
             (no_service ? "no service " + std::string(path->service) : "no method " + dotted(*path)),
             error.detail());
  told.with("hint", suggest(dotted(*path), std::move(names), look_up));
  return told;
}

Result<void> find_service(P2PClient& client, const std::string& service) {
  const Result<Value> services = fetch_list(client, QueryText("/services"), service_list);
  if (!services) return {};  // this token may not look
  std::vector<std::string> names;
  for (const Value& row : (*services)["services"].as_array())
    names.push_back(cell_text(Cell::text, row["name"], {}));
  if (std::ranges::find(names, service) != names.end()) return {};
  return fail(Error(Errc::service_not_found, "no service " + service)
                  .with("hint", suggest(service, std::move(names), "p2p_admin services")));
}

}  // namespace p2p

#include "cli/method_hint.hpp"

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

}  // namespace

Error with_method_hint(P2PClient& client, const std::string& method, Error error) {
  const Result<MethodPath> path = MethodPath::parse(method);
  const bool no_service = error.code() == Errc::service_not_found;
  if (!path || (!no_service && error.code() != Errc::method_not_found)) return error;
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

}  // namespace p2p

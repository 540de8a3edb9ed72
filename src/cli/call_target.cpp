#include "cli/call_target.hpp"

#include <fmt/format.h>

#include "cli/cells.hpp"
#include "cli/node_link.hpp"
#include "cli/suggestions.hpp"

namespace p2p {
namespace {

bool is_glob(std::string_view name) { return name.find_first_of("*?[") != name.npos; }

/// The error of an exact name that no node has, with the nearest ones.
Error no_such_node(P2PClient& client, const std::string& name) {
  std::vector<std::string> known;
  if (const Result<Value> all = client.get("/cluster/nodes"); all && (*all)["nodes"].is_array())
    for (const Value& node : (*all)["nodes"].as_array())
      known.push_back(cell_text(Cell::text, node["node_id"], {}));
  return Error(Errc::node_not_found, "no node " + name)
      .with("hint", suggest(name, std::move(known), "p2p_admin nodes"));
}

}  // namespace

Result<CallTarget> target_of(const Invocation& said, P2PClient& client) {
  QueryText query("/cluster/nodes");
  const bool selected = add_selectors(said, query);
  if (said.has("target") && selected)
    return fail(Errc::invalid_params, "--target and selectors do not go together");
  if (said.has("target")) return CallTarget{said.text("target")};
  if (!selected) return CallTarget{};
  if (!said.has("status")) query.add("status", "alive");
  const Result<Value> document = client.get(query.text());
  if (!document) return fail(document.error());
  const Value& nodes = (*document)["nodes"];
  if (nodes.size() == 1) return CallTarget{cell_text(Cell::text, nodes[0]["node_id"], {})};
  if (nodes.size() == 0) {
    const std::vector<std::string>& names = said.all("node");
    if (names.size() == 1 && !is_glob(names.front())) return fail(no_such_node(client, names.front()));
    return CallTarget{"", true};
  }
  std::string listed;
  for (const Value& node : nodes.as_array())
    listed += (listed.empty() ? "" : ", ") + cell_text(Cell::text, node["node_id"], {});
  return fail(Errc::invalid_params, fmt::format("{} nodes match, a call runs on one", nodes.size()),
              Value{{"cause", listed},
                    {"hint", "name one: --node " + cell_text(Cell::text, nodes[0]["node_id"], {})}});
}

}  // namespace p2p

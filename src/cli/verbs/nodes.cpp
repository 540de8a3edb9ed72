// nodes, services: what is there, as lists or one of them in full.
#include <fmt/format.h>

#include "cli/details.hpp"
#include "cli/lists.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

/// The node's state directory; empty for whom it does not tell its settings.
std::string state_dir_of(P2PClient& client) {
  const Result<Value> config = client.get("/config");
  if (!config || !(*config)["keys"].is_array()) return {};
  for (const Value& row : (*config)["keys"].as_array())
    if (row["key"] == Value("node.state_dir") && row["value"].is_string()) return row["value"].as_string();
  return {};
}

/// Logs of builds are told by their place in the state directory; a person wants to open them.
Value with_whole_log(Value reason, const std::string& state_dir) {
  if (reason["log"].is_string() && !reason["log"].as_string().starts_with('/'))
    reason.set("log", state_dir + '/' + reason["log"].as_string());
  return reason;
}

Value with_whole_logs(Value service, P2PClient& client) {
  Value update = service["update"];
  if (service["reason"]["log"].is_null() && update["reason"]["log"].is_null()) return service;
  const std::string state_dir = state_dir_of(client);
  if (state_dir.empty()) return service;
  if (service["reason"].is_object()) service.set("reason", with_whole_log(service["reason"], state_dir));
  if (update["reason"].is_object()) {
    update.set("reason", with_whole_log(update["reason"], state_dir));
    service.set("update", std::move(update));
  }
  return service;
}

/// One object of the API, as lines of names and values.
Result<int> show_one(World& world, P2PClient& client, const std::string& target) {
  const Result<Value> document = client.get(target);
  if (!document) return fail(document.error());
  if (world.output == Output::table || world.output == Output::wide)
    world.terminal.out(details_text(with_whole_logs(*document, client), world.clock.wall(), world.terminal));
  else
    print_document(world.terminal, world.output, *document);
  return 0;
}

Result<int> list(const Invocation& said, World& world, NodeLink& link, const ListForm& form,
                 const std::string& path) {
  QueryText query(path);
  add_selectors(said, query);
  if (said.has("sort")) query.add("sort", said.text("sort"));
  return show_or_watch(said, world, link, form, [&] { return fetch_list(link.client(), query, form); });
}

Result<int> one_or_all(const Invocation& said, World& world, std::string_view argument, const ListForm& form,
                       const std::string& one, const std::string& all) {
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world, !said.has("watch"));
  if (!link) return fail(link.error());
  if (!said.has(argument)) return list(said, world, **link, form, all);
  return show_one(world, (*link)->client(), one + percent_encoded(said.text(argument)));
}

}  // namespace

Result<int> show_nodes(const Invocation& said, World& world) {
  return one_or_all(said, world, "NODE", node_list, "/cluster/nodes/", "/cluster/nodes");
}

Result<int> show_services(const Invocation& said, World& world) {
  return one_or_all(said, world, "NAME", service_list, "/local/services/", "/services");
}

}  // namespace p2p

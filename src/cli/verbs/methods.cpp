// methods: what can be called, or one method with its parameters and a line to try.
#include <fmt/format.h>

#include "cli/lists.hpp"
#include "cli/method_hint.hpp"
#include "cli/method_page.hpp"
#include "cli/verbs/verbs.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

/// The rows that a caller of `role` may call.
Value for_role(Value document, const std::string& role) {
  Value kept = Value::array();
  for (const Value& row : document["methods"].as_array())
    if (cell_text(Cell::text, row["role"], {}) == role) kept.push_back(row);
  document.set("total", kept.size());
  document.set("methods", std::move(kept));
  return document;
}

Result<int> one(World& world, P2PClient& client, const MethodPath& path) {
  const Result<Value> method = client.get("/methods/" + path.text());
  if (!method) return fail(with_method_hint(client, path.text(), method.error()));
  if (world.output == Output::table || world.output == Output::wide)
    world.terminal.out(method_page(*method));
  else
    print_document(world.terminal, world.output, *method);
  return 0;
}

}  // namespace

Result<int> show_methods(const Invocation& said, World& world) {
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  P2PClient& client = (*link)->client();
  const std::string wanted = said.text("METHOD");
  if (const auto path = MethodPath::parse(wanted); path) return one(world, client, *path);
  if (!wanted.empty() && !is_service_name(wanted))
    return fail(Errc::invalid_params, "'" + wanted + "' names no method and no service",
                Value{{"hint", "write service.method, or a service alone"}});
  QueryText query("/methods");
  const std::string service = said.text("service", wanted);
  if (!service.empty()) query.add("service", service);
  Result<Value> document = fetch_list(client, query, method_list);
  if (!document) return fail(document.error());
  if (!service.empty() &&
      (*document)["methods"].size() == 0)  // unknown, or it does not run: its own answer says so
    if (const Result<Value> known = client.get("/local/services/" + percent_encoded(service)); !known)
      return fail(known.error());
  if (said.has("role-needed")) document = for_role(*std::move(document), said.text("role-needed"));
  show_list(world, method_list, *document);
  return 0;
}

}  // namespace p2p

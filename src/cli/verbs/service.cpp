// service reload | restart | enable | disable: what an operator does to a service.
#include <fmt/format.h>

#include "cli/asking.hpp"
#include "cli/cells.hpp"
#include "cli/lists.hpp"
#include "cli/node_link.hpp"
#include "cli/suggestions.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

std::string word(const Value& value) { return cell_text(Cell::text, value, {}); }

/// The error of a service that is not there, with the nearest names.
Error with_names(P2PClient& client, const std::string& name, Error error) {
  if (error.code() != Errc::service_not_found && error.code() != Errc::not_found) return error;
  std::vector<std::string> known;
  if (const Result<Value> all = fetch_list(client, QueryText("/services"), service_list))
    for (const Value& row : (*all)["services"].as_array()) known.push_back(word(row["name"]));
  return error.with("hint", suggest(name, std::move(known), "p2p_admin services"));
}

/// "hello is running, generation 2", from what the node says of it afterwards.
std::string outcome_line(const std::string& name, const Value& answer) {
  std::string line =
      name + " is " + (answer["status"].is_null() ? std::string("asked to do so") : word(answer["status"]));
  if (!answer["generation"].is_null()) line += ", generation " + word(answer["generation"]);
  if (const Value& reason = answer["reason"]; reason.is_string())
    line += ": " + word(Value(reason.as_string().substr(0, reason.as_string().find('\n'))));
  return line + '\n';
}

Result<int> act(const Invocation& said, World& world) {
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  const std::string name = said.text("NAME");
  QueryText query(fmt::format("/admin/services/{}/{}", percent_encoded(name), said.command->name));
  add_selectors(said, query);
  const std::string what = fmt::format("service {} {}", said.command->name, name);
  if (auto agreed = agree(said, world, **link, what); !agreed) return fail(agreed.error());
  const Result<Value> answer = (*link)->client().post(query.text(), Value::object());
  if (!answer) return fail(with_names((*link)->client(), name, answer.error()));
  if (is_document(world.output))
    print_document(world.terminal, world.output, *answer);
  else
    world.terminal.out(outcome_line(name, *answer));
  return 0;
}

}  // namespace

Result<int> service_act(const Invocation& said, World& world) { return act(said, world); }

}  // namespace p2p

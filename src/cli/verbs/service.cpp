// service reload | restart | enable | disable: what an operator does to a service.
#include <fmt/format.h>

#include "cli/asking.hpp"
#include "cli/cells.hpp"
#include "cli/complaint.hpp"
#include "cli/lists.hpp"
#include "cli/node_link.hpp"
#include "cli/suggestions.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

std::string word(const Value& value) { return cell_text(Cell::text, value, {}); }

/// The error of a service that is not there, with the nearest names.
Error with_names(P2PClient& client, const std::string& name, Error error) {
  if (error.code() != Errc::service_not_found) return error;
  std::vector<std::string> known;
  if (const Result<Value> all = fetch_list(client, QueryText("/services"), service_list))
    for (const Value& row : (*all)["services"].as_array()) known.push_back(word(row["name"]));
  return Error(error.code(), "no service " + name, error.detail())
      .with("hint", suggest(name, std::move(known), "p2p_admin services"));
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

/// One row of the answer for several nodes: "web-1  ok  hello is running, generation 2".
std::string row_line(const std::string& name, const Value& row, std::size_t width) {
  const bool ok = row["success"] == Value(true);
  const std::string text = ok ? outcome_line(name, row["result"]) : word(row["error"]["message"]) + '\n';
  return fmt::format("{:<{}}  {:<13}  {}", word(row["node_id"]), width, word(row["outcome"]), text);
}

/// What came of it on each node that the selectors chose: 0, 7 when not all is well, 8 when none was chosen.
int show_rows(const Invocation& said, World& world, const std::string& name, const Value& answer) {
  const Value& rows = answer["results"];
  std::size_t width = 0, good = 0;
  for (const Value& row : rows.as_array()) {
    width = std::max(width, text_width(word(row["node_id"])));
    good += row["success"] == Value(true) ? 1U : 0U;
  }
  if (is_document(world.output)) {
    print_document(world.terminal, world.output, answer);
  } else if (rows.size() == 0) {
    world.terminal.out("no node matches\n");
  } else {
    for (const Value& row : rows.as_array()) world.terminal.out(row_line(name, row, width));
    world.terminal.out(fmt::format("{} of {} ok\n", good, rows.size()));
  }
  if (rows.size() == 0) return said.has("allow-empty") ? 0 : exit_nothing_matched;
  return good == rows.size() ? 0 : exit_partly;
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
  if ((*answer)["results"].is_array()) return show_rows(said, world, name, *answer);
  if (is_document(world.output))
    print_document(world.terminal, world.output, *answer);
  else
    world.terminal.out(outcome_line(name, *answer));
  return 0;
}

}  // namespace

Result<int> service_act(const Invocation& said, World& world) { return act(said, world); }

}  // namespace p2p

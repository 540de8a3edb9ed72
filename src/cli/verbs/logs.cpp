// logs: the last lines of the nodes' logs, or all that follow.
#include <algorithm>

#include <fmt/format.h>

#include "cli/cells.hpp"
#include "cli/complaint.hpp"
#include "cli/log_lines.hpp"
#include "cli/method_hint.hpp"
#include "cli/node_link.hpp"
#include "cli/verbs/verbs.hpp"
#include "client/answer_error.hpp"

namespace p2p {
namespace {

constexpr std::int64_t most_lines = 10'000, usual_lines = 100, page = 1000;

/// The filters that both ways of asking share.
QueryText filters(const Invocation& said) {
  QueryText query("/logs");
  add_selectors(said, query);
  for (const char* key : {"level", "logger", "grep", "since"})
    for (const std::string& value : said.all(key)) query.add(key, value);
  return query;
}

void show(World& world, const Value& line) {
  if (world.output == Output::table || world.output == Output::wide || world.output == Output::name)
    world.terminal.out(log_line_text(line, world.terminal));
  else
    print_document(world.terminal, Output::ndjson, line);
}

/// Something that happened to the stream itself: a reader was too slow, a node joined.
bool is_remark(const Value& line) {
  return line.is_object() && line["message"].is_null() && line["logger"].is_null();
}

void remark(World& world, const Value& line) {
  if (!line["dropped"].is_null())
    world.terminal.say(fmt::format("--- {} lines were dropped: this reader was too slow ---\n",
                                   cell_text(Cell::text, line["dropped"], {})));
  else if (!line["node"].is_null() && !line["change"].is_null())
    world.terminal.say(fmt::format("--- {} {}, following it too ---\n",
                                   cell_text(Cell::text, line["node"], {}),
                                   cell_text(Cell::text, line["change"], {})));
}

Result<int> follow(const Invocation& said, World& world, NodeLink& link) {
  QueryText query = filters(said);
  query.add("follow", "1");
  if (said.has("tail")) query.add("tail", said.text("tail"));
  std::optional<Error> broken;
  const ClientQuestion question{.target = query.text(), .headers = "Accept: application/x-ndjson\r\n"};
  const Result<ClientAnswer> answer =
      link.client().follow(question, "application/x-ndjson", [&](std::string_view text) {
        const Result<Value> line = read_answer(text);
        if (!line)
          broken = line.error();
        else if (is_remark(*line))
          remark(world, *line);
        else
          show(world, *line);
        return line && !world.terminal.closed();
      });
  if (world.terminal.closed()) return 0;
  if (!answer && answer.error().code() == Errc::timeout)
    return fail(Errc::timeout, "the time of --timeout is over");
  if (!answer) return fail(answer.error());
  if (answer->status >= 400) return fail(document_of(*answer, link.client().place()).error());
  if (broken) return fail(*broken);
  return fail(Errc::node_unreachable,
              link.client().place() + " ended the log");  // it stopped, or the token expired
}

/// The newest `wanted` lines, oldest first.
Result<Value> fetch(const Invocation& said, P2PClient& client, std::int64_t wanted) {
  Array lines;
  std::string cursor;
  while (wanted > 0) {
    QueryText query = filters(said);
    query.add("sort", "-timestamp").add("limit", std::to_string(std::min(wanted, page)));
    if (!cursor.empty()) query.add("cursor", cursor);
    Result<Value> document = client.get(query.text());
    if (!document) return document;
    const Value& rows = (*document)["logs"];
    for (std::size_t i = 0; i < rows.size(); ++i) lines.push_back(rows[i]);
    wanted -= static_cast<std::int64_t>(rows.size());
    const Value& next = (*document)["next_cursor"];
    if (!next.is_string() || rows.size() == 0) break;
    cursor = next.as_string();
  }
  std::ranges::reverse(lines);
  const std::size_t total = lines.size();
  return Value{{"logs", Value(std::move(lines))}, {"total", total}};
}

}  // namespace

Result<int> show_logs(const Invocation& said, World& world) {
  const auto tail = said.number("tail", said.has("since") ? most_lines : usual_lines, 0, most_lines);
  if (!tail) return fail(tail.error());
  if (world.output == Output::name && said.has("output"))
    return fail(Errc::invalid_params, "lines of a log have no names",
                Value{{"hint", "-o table, json, yaml or ndjson"}});
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world, !said.has("follow"));
  if (!link) return fail(link.error());
  const std::string service = said.text("service");
  const bool is_name = !service.empty() && service.find_first_of("*?[") == service.npos;
  if (is_name && said.has("follow"))
    if (auto found = find_service((*link)->client(), service); !found) return fail(found.error());
  if (said.has("follow")) return follow(said, world, **link);
  const Result<Value> lines = fetch(said, (*link)->client(), *tail);
  if (!lines) return fail(lines.error());
  if (is_name && (*lines)["logs"].size() == 0)  // lines of one that is gone are shown
    if (auto found = find_service((*link)->client(), service); !found) return fail(found.error());
  if (world.output == Output::json || world.output == Output::yaml) {
    print_document(world.terminal, world.output, *lines);
    return 0;
  }
  for (const Value& line : (*lines)["logs"].as_array()) show(world, line);
  return 0;
}

}  // namespace p2p

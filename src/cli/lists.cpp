#include "cli/lists.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/complaint.hpp"
#include "cli/watch.hpp"

namespace p2p {
namespace {

constexpr Column node_columns[] = {
    {.title = "NODE", .member = "node_id", .least = 20},
    {.title = "ROLE", .member = "role"},
    {.title = "STATUS", .member = "status", .cell = Cell::state},
    {.title = "STATE", .member = "state", .cell = Cell::state, .wide = true},
    {.title = "ADDRESS", .member = "", .cell = Cell::place},
    {.title = "CPU", .member = "cpu_percent", .cell = Cell::percent, .drop = 2},
    {.title = "MEM", .member = "memory_percent", .cell = Cell::percent, .drop = 3},
    {.title = "SERVICES", .member = "services", .cell = Cell::count, .drop = 1},
    {.title = "RTT", .member = "rtt_ms", .cell = Cell::milliseconds, .drop = 4},
    {.title = "SEEN", .member = "last_seen", .cell = Cell::ago},
    {.title = "UPTIME", .member = "metadata.started_at", .cell = Cell::since, .wide = true},
    {.title = "VERSION", .member = "metadata.version", .wide = true},
    {.title = "TAGS", .member = "tags", .wide = true},
};

constexpr Column service_columns[] = {
    {.title = "SERVICE", .member = "name", .least = 20},
    {.title = "STATE", .member = "status", .cell = Cell::state},
    {.title = "VERSION", .member = "version", .drop = 1},
    {.title = "NODES", .member = "nodes", .cell = Cell::count},
    {.title = "METHODS", .member = "methods", .cell = Cell::count},
    {.title = "CALLS", .member = "calls", .cell = Cell::count, .drop = 2},
    {.title = "ON", .member = "nodes", .wide = true},
};

constexpr Column method_columns[] = {
    {.title = "METHOD", .member = "method", .cell = Cell::method},
    {.title = "DESCRIPTION", .member = "description", .least = 12},
    {.title = "PARAMETERS", .member = "parameters", .least = 12},
    {.title = "CACHE", .member = "cache_ttl_ms", .cell = Cell::span, .drop = 2},
    {.title = "ROLE", .member = "role", .drop = 1},
    {.title = "TIMEOUT", .member = "timeout_ms", .cell = Cell::span, .wide = true},
    {.title = "IDEMPOTENT", .member = "idempotent", .wide = true},
    {.title = "BROADCAST", .member = "broadcastable", .wide = true},
    {.title = "NODES", .member = "nodes", .wide = true},
};

std::string with_tally(const Value& rows, std::string_view noun, std::string_view member) {
  const std::string parts = tally(rows, member);
  return counted(rows.size(), noun) + (parts.empty() ? "" : ": " + parts);
}

std::string node_summary(const Value& document) { return with_tally(document["nodes"], "node", "status"); }
std::string service_summary(const Value& document) {
  return with_tally(document["services"], "service", "status");
}

std::string method_summary(const Value& document) {
  std::vector<std::string> services;
  for (const Value& row : document["methods"].as_array())
    if (const std::string name = cell_text(Cell::text, row["service"], {});
        std::ranges::find(services, name) == services.end())
      services.push_back(name);
  return counted(document["methods"].size(), "method") + " of " + counted(services.size(), "service");
}

/// The first line of why a service does not run, or of why its update was not taken.
std::string service_note(const Value& row) {
  if (!row["reason"].is_null()) return text_of_reason(row["reason"]);
  const std::string refused = text_of_reason(row["update"]["reason"]);
  return refused.empty() ? "" : "update failed: " + refused;
}

}  // namespace

constinit const ListForm node_list{"nodes", "nodes", node_columns, &node_summary, nullptr, false};
constinit const ListForm service_list{"services", "services", service_columns, &service_summary,
                                      &service_note};
constinit const ListForm method_list{"methods", "methods", method_columns, &method_summary};

std::span<const ListForm* const> all_lists() noexcept {
  static constexpr const ListForm* lists[] = {&node_list, &service_list, &method_list};
  return lists;
}

void show_list(World& world, const ListForm& form, const Value& document) {
  const Value& rows = document[form.member];
  switch (world.output) {
    case Output::json:
    case Output::yaml: return print_document(world.terminal, world.output, document);
    case Output::ndjson:
      for (std::size_t i = 0; i < rows.size(); ++i) print_document(world.terminal, Output::ndjson, rows[i]);
      return;
    case Output::name:
      for (std::size_t i = 0; i < rows.size(); ++i) world.terminal.out(row_name(form, rows[i]) + '\n');
      return;
    case Output::table:
    case Output::wide: world.terminal.out(table_text(form, document, look_of(world))); return;
  }
}

TableLook look_of(const World& world) {
  return {.wide = world.output == Output::wide,
          .columns = world.terminal.facts().columns,
          .now = world.clock.wall(),
          .colours = &world.terminal};
}

Result<Value> fetch_list(P2PClient& client, const QueryText& target, const ListForm& form) {
  constexpr int most_pages = 1000;
  Value whole;
  std::string cursor;
  for (int page = 0; page < most_pages; ++page) {
    QueryText query = target;
    if (form.paged) query.add("limit", "1000");
    if (!cursor.empty()) query.add("cursor", cursor);
    Result<Value> document = client.get(query.text());
    if (!document) return document;
    if (!(*document)[form.member].is_array())
      return fail(Errc::node_unreachable, fmt::format("{} gave no list of {}", client.place(), form.member));
    const Value next = (*document)["next_cursor"];
    const std::size_t before = whole[form.member].size();
    if (whole.is_null()) {
      whole = *std::move(document);
    } else {
      Value rows = whole[form.member];
      for (const Value& row : (*document)[form.member].as_array()) rows.push_back(row);
      whole.set(form.member, std::move(rows));
      whole.set("next_cursor", next);
    }
    if (!next.is_string() || next.as_string().empty() || whole[form.member].size() == before) break;
    cursor = next.as_string();
  }
  return whole;
}

Result<int> show_or_watch(const Invocation& said, World& world, NodeLink& link, const ListForm& form,
                          const std::function<Result<Value>()>& fetch) {
  if (said.has("watch")) return watch_list(world, link, form, fetch);
  const Result<Value> document = fetch();
  if (!document) return fail(document.error());
  show_list(world, form, *document);
  QueryText selectors("");
  const bool chosen = (said.command->shares & picks_nodes) != 0 && add_selectors(said, selectors);
  const bool none = (*document)[form.member].size() == 0 && chosen;
  if (none && !said.has("allow-empty")) return exit_nothing_matched;
  return 0;
}

}  // namespace p2p

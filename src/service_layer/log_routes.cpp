// GET /logs: the last lines of this node's log, as a list or as a stream (http-api.md, section 6).
#include <p2p/detail/nearest.hpp>

#include "service_layer/door.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/log_follow.hpp"
#include "service_layer/log_query.hpp"
#include "service_layer/node_filter.hpp"

namespace p2p {
namespace {

struct Page {
  std::vector<LogRing::Line> lines;  // the newest first
  std::size_t total = 0;
  std::uint64_t next = 0;  // the page after it begins before this number; 0: there is none
};

/// The newest lines that fit, before number `before`.
Page look_back(const LogRing& ring, const LogQuery& query, std::uint64_t before) {
  Page page;
  for (std::uint64_t at = ring.newest() + 1;;) {
    const auto lines = ring.read_before(at);
    if (lines.empty()) return page;
    at = lines.back()->sequence;
    for (const auto& line : lines) {
      if (!query.matches(*line)) continue;
      ++page.total;
      if (line->sequence >= before) continue;
      if (page.lines.size() < query.limit)
        page.lines.push_back(line);
      else
        page.next = page.lines.back()->sequence;
    }
  }
}

/// Cursors carry the number and the start of the node, since numbers begin anew with it.
std::string place_of(const Door& door, std::uint64_t number) {
  return door.started + '.' + std::to_string(number);
}

Result<std::uint64_t> read_place(const Door& door, const LogQuery& query) {
  if (query.cursor.empty()) return ~std::uint64_t{0};
  const auto dot = query.cursor.rfind('.');
  if (dot == std::string::npos || query.cursor.substr(0, dot) != door.started)
    return fail(bad_cursor("has expired: the node was started anew"));
  const std::uint64_t number = std::strtoull(query.cursor.c_str() + dot + 1, nullptr, 10);
  if (number < door.log.ring().oldest()) return fail(bad_cursor("has expired: those lines are gone"));
  return number;
}

void append_row(const Door& door, const LogLine& line, const LogQuery& query, std::string& body) {
  if (query.fields.empty()) return line.append_json(door.settings.self.node_id, body);
  std::string text;
  line.append_json(door.settings.self.node_id, text);
  const Result<Value> row = json::parse(text);
  Value chosen = Value::object();
  for (const std::string& field : query.fields)
    if (const Value* value = row ? row->find(field) : nullptr) chosen.set(field, *value);
  json::write(chosen, body);
}

constexpr std::string_view columns[] = {"timestamp", "level",    "logger", "message",
                                        "node",      "trace_id", "span_id"};

/// A line may have fields of its own: those that some line has are known as well.
Result<void> check_fields(const LogRing& ring, const LogQuery& query) {
  std::vector<std::string> unknown;
  for (const std::string& field : query.fields)
    if (std::ranges::find(columns, field) == std::end(columns)) unknown.push_back(field);
  for (std::uint64_t at = ring.newest() + 1; !unknown.empty();) {
    const auto lines = ring.read_before(at);
    if (lines.empty()) break;
    at = lines.back()->sequence;
    for (const auto& line : lines)
      std::erase_if(unknown, [&](std::string_view field) {
        if (!line->fields.is_object()) return false;
        if (line->fields.find(field) != nullptr) return true;
        return field.ends_with('_') && line->fields.find(field.substr(0, field.size() - 1)) != nullptr;
      });
  }
  if (unknown.empty()) return {};
  Error error(Errc::invalid_request, "fields: no line has " + unknown.front().substr(0, 64));
  if (const std::string close = nearest(unknown.front(), columns); !close.empty())
    error.with("hint", "did you mean " + close + "?");
  return fail(std::move(error));
}

void list(Door& door, const Request& request, HttpExchange& exchange, const LogQuery& query, bool here) {
  const Result<std::uint64_t> before = read_place(door, query);
  if (!before) return answer_error(door, request, exchange, before.error());
  if (auto known = check_fields(door.log.ring(), query); !known)
    return answer_error(door, request, exchange, known.error());
  Page page = here ? look_back(door.log.ring(), query, *before) : Page{};
  if (!query.newest_first) std::ranges::reverse(page.lines);
  std::string body = R"({"logs":[)";
  for (const auto& line : page.lines) {
    if (body.back() != '[') body += ',';
    append_row(door, *line, query, body);
  }
  body += "],\"total\":" + std::to_string(page.total) + ",\"next_cursor\":";
  body += page.next == 0 ? "null" : '"' + make_cursor(query.question, place_of(door, page.next)) + '"';
  body += '}';
  answer_tagged(door, request, exchange, body, text_etag(body));
}

void follow(Door& door, const Request& request, HttpExchange& exchange, LogQuery query, bool here) {
  if (!here)
    return answer_error(
        door, request, exchange,
        Error(Errc::node_not_found, "no node fits these filters; this node follows itself alone"));
  if (door.followers->full()) ++door.limits.log_streams;
  if (door.followers->full())
    return answer_error(
        door, request, exchange,
        Error(Errc::overloaded, std::to_string(LogFollowers::most) + " streams are open already",
              Value{{"retry_after", 10}}));
  const bool events = request.headers.accept.find("text/event-stream") != std::string_view::npos;
  begin_stream(door, request, exchange, events ? "text/event-stream" : "application/x-ndjson");
  if (request.http.method == "HEAD") return exchange.end();
  door.followers->follow(exchange, std::move(query),
                         events ? LogFollowers::Form::event_stream : LogFollowers::Form::ndjson,
                         *request.caller);
}

void logs(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  Result<LogQuery> wanted = LogQuery::read(*query, door.clock.wall());
  if (!wanted) return answer_error(door, request, exchange, wanted.error());
  const Result<NodeFilter> nodes =
      NodeFilter::read(*query, query->all("status"), NodeFilter::Service::is_mine);
  if (!nodes) return answer_error(door, request, exchange, nodes.error());
  const bool here = nodes->matches(door.node.self());
  if (wanted->follow) return follow(door, request, exchange, *std::move(wanted), here);
  list(door, request, exchange, *wanted, here);
}

}  // namespace

std::vector<Route> log_routes() { return {{"GET", "/logs", &logs, LogQuery::parameters}}; }

}  // namespace p2p

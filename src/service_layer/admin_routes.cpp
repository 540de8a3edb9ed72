// The routes that act on this node and look into its records: the life of services, the audit log
// (http-api.md, section 2). What was done is on disk before it is answered.
#include "service_layer/door.hpp"
#include "service_layer/kept_request.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/node_filter.hpp"
#include "service_layer/problem.hpp"

namespace p2p {
namespace {

constexpr std::string_view act_query[] = {"node", "role", "tag", "service", "status"};
constexpr std::string_view audit_query[] = {"limit", "cursor", "fields",  "q",     "node",
                                            "role",  "tag",    "service", "status"};

/// The answer of one node, or, with filters, that of a broadcast to the nodes that fit.
Value rows_of(const Door& door, const Result<Value>& done, const Value& problem_of) {
  Value row{{"node_id", door.settings.self.node_id},
            {"success", done.has_value()},
            {"outcome", done ? "ok" : "method_failed"}};
  if (done)
    row.set("result", *done);
  else
    row.set("error", problem_of);
  return Value{
      {"results", Value::array({std::move(row)})}, {"success_count", done ? 1 : 0}, {"total_count", 1}};
}

void answer_act(Door& door, const Request& request, HttpExchange& exchange, bool as_rows,
                const Result<Value>& done) {
  if (as_rows)
    return answer_json(
        door, request, exchange,
        rows_of(door, done, done ? Value() : error_object(done.error(), request.http.path, request.trace)));
  if (done) return answer_json(door, request, exchange, *done);
  answer_error(door, request, exchange, done.error());
}

/// The body may be absent or {}.
Result<void> check_empty(const Request& request, const json::Limits& limits) {
  if (request.http.body.empty()) return {};
  const Result<Value> body = json::parse(request.http.body, limits);
  if (!body) return fail(body.error());
  if (body->is_object() && body->size() == 0) return {};
  const std::string key = body->is_object() ? body->as_object().front().first : std::string();
  return fail(Errc::invalid_request, key.empty()
                                         ? "this takes no body"
                                         : "unknown member " + key.substr(0, 64) + ": this takes no body");
}

/// Whether the filters choose this node; answers the error and gives none otherwise.
std::optional<bool> chosen(Door& door, const Request& request, HttpExchange& exchange, const Query& query) {
  const Result<NodeFilter> nodes = NodeFilter::read(query, query.all("status"));
  if (nodes) return nodes->matches(door.node.self());
  answer_error(door, request, exchange, nodes.error());
  return std::nullopt;
}

void act(Door& door, const Request& request, HttpExchange& exchange, ServiceAct what, const char* action) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  if (auto empty = check_empty(request, door.settings.json); !empty)
    return answer_error(door, request, exchange, empty.error());
  const auto here = chosen(door, request, exchange, *query);
  if (!here) return;
  if (!*here)
    return answer_json(door, request, exchange,
                       Value{{"results", Value::array()}, {"success_count", 0}, {"total_count", 0}});
  if (!door.node.can_record())
    return answer_error(
        door, request, exchange,
        Error(Errc::audit_unavailable, "the audit log cannot be written, so nothing is done"));
  const bool as_rows = !request.http.query.empty();
  DoorEvent event = event_of(request, action, std::string(request.names[0].substr(0, 128)));
  door.node.act_on_service(
      request.names[0], what,
      [&door, &exchange, as_rows, kept = keep(request),
       event = std::move(event)](Result<Value> done) mutable {
        event.outcome = done ? "ok" : std::string(errc_name(done.error().code()));
        door.node.record(event, [&door, &exchange, as_rows, kept, done = std::move(done)](bool written) {
          if (written) return answer_act(door, **kept, exchange, as_rows, done);
          answer_error(door, **kept, exchange,
                       Error(Errc::audit_unavailable, "it was done, but the audit log could not be written"));
        });
      });
}

void reload(Door& door, const Request& request, HttpExchange& exchange) {
  act(door, request, exchange, ServiceAct::reload, "service.reload");
}
void restart(Door& door, const Request& request, HttpExchange& exchange) {
  act(door, request, exchange, ServiceAct::restart, "service.restart");
}
void enable(Door& door, const Request& request, HttpExchange& exchange) {
  act(door, request, exchange, ServiceAct::enable, "service.enable");
}
void disable(Door& door, const Request& request, HttpExchange& exchange) {
  act(door, request, exchange, ServiceAct::disable, "service.disable");
}

constexpr std::string_view audit_columns[] = {
    "seq",           "ts",     "node",     "actor",   "role", "amr",   "jti",      "peer", "action", "object",
    "params_sha256", "params", "decision", "outcome", "ms",   "count", "trace_id", "prev", "hash"};
constexpr ListShape audit_shape{"records of the audit log", "seq", audit_columns, {}};

Value audit_row(const std::string& line, const std::vector<std::string>& fields) {
  Result<Value> record = json::parse(line);
  if (!record || fields.empty()) return record ? *std::move(record) : Value(line);
  Value row = Value::object();
  for (const std::string& field : fields)
    if (const Value* value = record->find(field)) row.set(field, *value);
  return row;
}

void answer_audit(Door& door, const Request& request, HttpExchange& exchange, const AuditRows& rows,
                  const std::string& question, const std::vector<std::string>& fields) {
  Value records = Value::array();
  for (const std::string& line : rows.lines) records.push_back(audit_row(line, fields));
  Value next;
  if (rows.next != 0) next = make_cursor(question, std::to_string(rows.next));
  answer_json(door, request, exchange,
              Value{{"audit", std::move(records)}, {"total", rows.total}, {"next_cursor", std::move(next)}});
}

void audit(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const auto here = chosen(door, request, exchange, *query);
  if (!here) return;
  AuditAsked asked;
  const Result<std::size_t> limit = query->count("limit", 100, ListQuery::most);
  if (!limit) return answer_error(door, request, exchange, limit.error());
  asked.limit = *limit;
  asked.text = small_letters(query->get("q"));
  Result<std::vector<std::string>> fields = read_fields(*query, audit_shape);
  if (!fields) return answer_error(door, request, exchange, fields.error());
  std::string question = question_of(*query, "audit");
  if (query->has("cursor")) {
    const Result<std::string> place = read_cursor(question, query->get("cursor"));
    if (!place) return answer_error(door, request, exchange, place.error());
    asked.before = std::strtoull(place->c_str(), nullptr, 10);
  }
  if (!*here) return answer_audit(door, request, exchange, {}, question, *fields);
  door.node.read_audit(asked, [&door, &exchange, question, fields = *std::move(fields),
                               kept = keep(request)](Result<AuditRows> rows) {
    if (!rows) return answer_error(door, **kept, exchange, rows.error());
    answer_audit(door, **kept, exchange, *rows, question, fields);
  });
}

}  // namespace

std::vector<Route> admin_routes() {
  return {{"POST", "/admin/services/{name}/reload", &reload, act_query},
          {"POST", "/admin/services/{name}/restart", &restart, act_query},
          {"POST", "/admin/services/{name}/enable", &enable, act_query},
          {"POST", "/admin/services/{name}/disable", &disable, act_query},
          {"GET", "/audit", &audit, audit_query}};
}

}  // namespace p2p

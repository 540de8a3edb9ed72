// The routes that look: what the node says of itself and of the cluster (http-api.md, sections 2.2 to 2.6).
#include "model/error_table.hpp"
#include "service_layer/door.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/node_filter.hpp"

namespace p2p {
namespace {

constexpr std::string_view probe_query[] = {"verbose", "exclude"};
constexpr std::string_view node_query[] = {"limit", "cursor", "sort", "fields",  "q",
                                           "node",  "role",   "tag",  "service", "status"};
constexpr std::string_view node_columns[] = {
    "node_id",  "address",     "port",        "role",           "capabilities", "last_seen",
    "metadata", "status",      "state",       "self",           "tags",         "services",
    "rtt_ms",   "incarnation", "cpu_percent", "memory_percent", "facts_age_ms"};
constexpr std::string_view node_texts[] = {"node_id", "address", "services"};
constexpr std::string_view node_fleeting[] = {"last_seen", "rtt_ms", "facts_age_ms", "cpu_percent",
                                              "memory_percent"};
constexpr ListShape nodes_shape{"nodes", "node_id", node_columns, node_texts, ListQuery::most, node_fleeting};

void root(Door& door, const Request& request, HttpExchange& exchange) {
  answer_json(door, request, exchange, Value{{"message", "P2P Admin System"}, {"status", "running"}});
}

void health(Door& door, const Request& request, HttpExchange& exchange) {
  answer_json(door, request, exchange, door.node.health());
}

/// The checks as lines; without `verbose` only when one fails.
void probe(Door& door, const Request& request, HttpExchange& exchange, std::vector<ReadyCheck> checks,
           const std::string& name) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  if (const auto word = query->get("verbose"); !word.empty() && word != "1" && word != "true")
    return answer_error(door, request, exchange,
                        Error(Errc::invalid_request, "verbose: is 1 or true, or is left out"));
  bool ready = true;
  std::string lines;
  for (const ReadyCheck& check : checks) {
    if (check.name == query->get("exclude")) continue;
    ready = ready && check.ok;
    lines += (check.ok ? "[+]" : "[-]") + check.name + (check.ok ? " ok" : " failed") +
             (check.text.empty() ? "" : ": " + check.text) + '\n';
  }
  if (ready && !query->has("verbose"))
    return answer_text(door, request, exchange, "ok\n", "text/plain; charset=utf-8");
  lines += name + (ready ? " check passed\n" : " check failed\n");
  answer_text(door, request, exchange, lines, "text/plain; charset=utf-8", ready ? 200 : 503);
}

void livez(Door& door, const Request& request, HttpExchange& exchange) {
  probe(door, request, exchange, door.node.live_checks(), "livez");
}
void readyz(Door& door, const Request& request, HttpExchange& exchange) {
  probe(door, request, exchange, door.node.ready_checks(), "readyz");
}

void cluster_status(Door& door, const Request& request, HttpExchange& exchange) {
  answer_json(door, request, exchange, door.node.cluster_status());
}

void cluster_nodes(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const Result<ListQuery> list = ListQuery::read(*query, nodes_shape);
  if (!list) return answer_error(door, request, exchange, list.error());
  const Result<NodeFilter> filter = NodeFilter::read(*query, query->all("status"));
  if (!filter) return answer_error(door, request, exchange, filter.error());
  const Value all = door.node.cluster_nodes();
  Value chosen = Value::array();
  for (const Value& node : all["nodes"].as_array())
    if (filter->matches(node)) chosen.push_back(node);
  Result<Value> page = list->page(std::move(chosen));
  if (page)
    for (const char* count : {"coordinators", "workers"}) page->set(count, all[count]);
  answer_list(door, request, exchange, page, nodes_shape);
}

void cluster_node(Door& door, const Request& request, HttpExchange& exchange) {
  Value node = door.node.node_detail(request.names[0]);
  if (!node.is_null()) return answer_json(door, request, exchange, node);
  answer_error(door, request, exchange,
               Error(Errc::node_not_found, "no node " + std::string(request.names[0].substr(0, 64))));
}

void local_services(Door& door, const Request& request, HttpExchange& exchange) {
  answer_json(door, request, exchange, door.node.local_services());
}

void local_service(Door& door, const Request& request, HttpExchange& exchange) {
  Value service = door.node.local_service(request.names[0]);
  if (!service.is_null()) return answer_json(door, request, exchange, service);
  answer_error(door, request, exchange, no_such_service(door.runner.snapshot(), request.names[0]));
}

void config(Door& door, const Request& request, HttpExchange& exchange) {
  answer_json(door, request, exchange, door.node.config());
}

void metrics(Door& door, const Request& request, HttpExchange& exchange) {
  if (!door.settings.metrics)
    return answer_error(
        door, request, exchange,
        Error(Errc::not_found, "this node shows no metrics", Value{{"hint", "metrics.enabled = true"}}));
  const bool open = request.headers.accept.find("application/openmetrics-text") != std::string_view::npos;
  answer_text(door, request, exchange,
              door.node.metrics(open ? MetricsFormat::open_metrics : MetricsFormat::prometheus),
              open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                   : "text/plain; version=0.0.4; charset=utf-8");
}

void error_page(Door& door, const Request& request, HttpExchange& exchange) {
  const auto code = errc_of_name(request.names[0]);
  if (!code)
    return answer_error(
        door, request, exchange,
        Error(Errc::not_found, "no error is called " + std::string(request.names[0].substr(0, 64))));
  const ErrorEntry& entry = error_entry(*code);
  Value page{{"code", entry.name},    {"title", entry.title},         {"status", entry.http_status},
             {"retry", entry.retry},  {"exit_code", entry.exit_code}, {"meaning", entry.meaning},
             {"repair", entry.repair}};
  if (entry.rpc_code != 0) page.set("rpc_code", entry.rpc_code);
  answer_json(door, request, exchange, page);
}

}  // namespace

std::vector<Route> look_routes() {
  return {{"GET", "/", &root},
          {"GET", "/health", &health},
          {"GET", "/livez", &livez, probe_query},
          {"GET", "/readyz", &readyz, probe_query},
          {"GET", "/cluster/status", &cluster_status},
          {"GET", "/cluster/nodes", &cluster_nodes, node_query},
          {"GET", "/cluster/nodes/{id}", &cluster_node},
          {"GET", "/local/services", &local_services},
          {"GET", "/local/services/{name}", &local_service},
          {"GET", "/config", &config},
          {"GET", "/errors/{name}", &error_page},
          {"GET", "/metrics", &metrics}};
}

}  // namespace p2p

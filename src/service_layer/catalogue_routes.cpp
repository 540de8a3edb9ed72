// What can be called: /debug/registry, /services, /methods and one method with its schema. Read from the
// registry's snapshot; in this version of the cluster, which is one node.
#include <algorithm>

#include "service_layer/door.hpp"

namespace p2p {
namespace {

constexpr std::string_view method_query[] = {"service", "q", "limit"};
constexpr std::string_view service_query[] = {"q", "limit"};
constexpr std::size_t default_limit = 100, most = 1000;

/// All services by name.
std::vector<const ServiceEntry*> sorted_services(const RegistrySnapshot& snapshot) {
  std::vector<const ServiceEntry*> services;
  for (const auto& [name, entry] : snapshot.services) services.push_back(entry.get());
  std::sort(services.begin(), services.end(), [](auto* a, auto* b) { return a->name < b->name; });
  return services;
}

std::vector<const MethodEntry*> public_methods(const ServiceEntry& service) {
  std::vector<const MethodEntry*> methods;
  if (service.generation == nullptr) return methods;
  for (const MethodEntry* method : service.generation->methods())
    if (method->is_public) methods.push_back(method);
  std::sort(methods.begin(), methods.end(), [](auto* a, auto* b) { return a->name < b->name; });
  return methods;
}

Value statistics(Door& door, const MethodEntry& method) {
  const CallStats::Method& figures = *door.runner.stats().methods()[method.stats];
  return Value{{"calls", figures.ended},
               {"failed", figures.ended - figures.by_outcome[0]},
               {"running", figures.running()},
               {"average_ms", figures.timed == 0 ? 0.0
                                                 : static_cast<double>(figures.sum_ns) / 1e6 /
                                                       static_cast<double>(figures.timed)}};
}

Value method_row(Door& door, const ServiceEntry& service, const MethodEntry& method) {
  Value parameters = Value::array();
  for (const std::string& name : method.parameters) parameters.push_back(name);
  Value row{{"method", method.path},
            {"service", service.name},
            {"name", method.name},
            {"description", method.description},
            {"role", role_name(method.role)},
            {"parameters", std::move(parameters)},
            {"timeout_ms", method.timeout_ns / 1'000'000},
            {"cache_ttl_ms", method.cache_ttl_ns / 1'000'000},
            {"idempotent", method.idempotent},
            {"broadcastable", method.broadcastable},
            {"nodes", Value::array({door.settings.self.node_id})}};
  if (method.max_concurrency > 0) row.set("max_concurrency", method.max_concurrency);
  if (!method.overridden.empty()) {
    Value options = Value::array();
    for (const std::string& option : method.overridden) options.push_back(option);
    row.set("overridden", std::move(options));
  }
  return row;
}

void registry(Door& door, const Request& request, HttpExchange& exchange) {
  Value paths = Value::array();
  for (const ServiceEntry* service : sorted_services(door.runner.snapshot()))
    for (const MethodEntry* method : public_methods(*service)) paths.push_back(method->path);
  const std::size_t total = paths.size();
  answer_json(door, request, exchange,
              Value{{"registered_methods", std::move(paths)}, {"total_methods", total}});
}

/// Answers `rows` under `name`, cut to the wanted number; `total` counts all.
void answer_rows(Door& door, const Request& request, HttpExchange& exchange, const Query& query,
                 const char* name, Value rows) {
  const Result<std::size_t> limit = query.count("limit", default_limit, most);
  if (!limit) return answer_error(door, request, exchange, limit.error());
  const std::size_t total = rows.size();
  if (total > *limit) rows.make_array().resize(*limit);
  answer_json(door, request, exchange,
              Value{{name, std::move(rows)}, {"total", total}, {"next_cursor", nullptr}});
}

bool mentions(std::string_view text, std::string_view wanted) { return text.find(wanted) != text.npos; }

void services(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  Value rows = Value::array();
  for (const ServiceEntry* service : sorted_services(door.runner.snapshot())) {
    if (!mentions(service->name, query->get("q"))) continue;
    Value row{{"name", service->name},
              {"status", status_name(service->status)},
              {"methods", public_methods(*service).size()},
              {"nodes", Value::array({door.settings.self.node_id})}};
    if (!service->reason.empty()) row.set("reason", service->reason);
    rows.push_back(std::move(row));
  }
  answer_rows(door, request, exchange, *query, "services", std::move(rows));
}

void methods(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  Value rows = Value::array();
  for (const ServiceEntry* service : sorted_services(door.runner.snapshot())) {
    if (query->has("service") && service->name != query->get("service")) continue;
    for (const MethodEntry* method : public_methods(*service))
      if (mentions(method->path, query->get("q")) || mentions(method->description, query->get("q")))
        rows.push_back(method_row(door, *service, *method));
  }
  answer_rows(door, request, exchange, *query, "methods", std::move(rows));
}

void method(Door& door, const Request& request, HttpExchange& exchange) {
  const RegistrySnapshot& snapshot = door.runner.snapshot();
  const ServiceEntry* service = snapshot.find(request.names[0]);
  if (service == nullptr)
    return answer_error(door, request, exchange, no_such_service(snapshot, request.names[0]));
  if (service->generation == nullptr) return answer_error(door, request, exchange, not_running(*service));
  const MethodEntry* found = service->generation->find(request.names[1]);
  if (found == nullptr || !found->is_public)
    return answer_error(door, request, exchange,
                        no_such_method(*service->generation, request.names[1], true));
  Value row = method_row(door, *service, *found);
  row.set("params_schema", found->params_schema);
  row.set("result_schema", found->result_schema);
  row.set("statistics", statistics(door, *found));
  answer_json(door, request, exchange, row);
}

}  // namespace

std::vector<Route> catalogue_routes() {
  return {{"GET", "/debug/registry", &registry},
          {"GET", "/services", &services, service_query},
          {"GET", "/methods", &methods, method_query},
          {"GET", "/methods/{service}/{method}", &method}};
}

}  // namespace p2p

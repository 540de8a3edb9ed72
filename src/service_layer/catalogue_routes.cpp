// What can be called: /debug/registry, /services, /methods and one method with its schema. Read from the
// registry's snapshot; in this version of the cluster, which is one node.
#include <algorithm>

#include "service_layer/door.hpp"
#include "service_layer/kept_request.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/node_filter.hpp"

namespace p2p {
namespace {

constexpr std::string_view list_query[] = {"limit", "cursor", "sort", "fields",  "q",
                                           "node",  "role",   "tag",  "service", "status"};

constexpr std::string_view explain_query[] = {"target"};

constexpr std::string_view service_columns[] = {"name",  "status", "version", "methods", "calls",
                                                "nodes", "reason", "update",  "step",    "waits_long"};
constexpr std::string_view service_fleeting[] = {"calls"};
constexpr std::string_view service_texts[] = {"name"};
constexpr ListShape services_shape{"services", "name", service_columns, service_texts, 100, service_fleeting};

constexpr std::string_view method_columns[] = {
    "method",       "service",    "name",   "description",   "role",  "parameters",      "timeout_ms",
    "cache_ttl_ms", "idempotent", "stream", "broadcastable", "nodes", "max_concurrency", "overridden"};
constexpr std::string_view method_texts[] = {"method", "description"};
constexpr ListShape methods_shape{"methods", "method", method_columns, method_texts};

constexpr std::string_view service_states[] = {"starting", "running", "stopping", "stopped",
                                               "error",    "failed",  "pending"};

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

double average_ms(const CallStats::Method& figures) {
  return static_cast<double>(figures.sum_ns) / 1e6 / static_cast<double>(figures.timed);
}

Value statistics(Door& door, const MethodEntry& method) {
  const CallStats::Method figures = door.runner.stats().table().sum(method.stats);
  Value shown{{"calls", figures.ended.get()},
              {"failed", figures.ended - figures.by_outcome[0]},
              {"running", figures.running()},
              {"average_ms", figures.timed == 0 ? 0.0 : average_ms(figures)}};
  if (figures.timed > 0) shown.set("p95_ms", figures.quantile_ns(0.95) / 1e6);
  return shown;
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
            {"timeout_ms", door.runner.timeout_of(method) / 1'000'000},
            {"cache_ttl_ms", method.cache_ttl_ns / 1'000'000},
            {"idempotent", method.idempotent},
            {"stream", method.stream},
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

/// What both lists have in common: the page asked for, and which services. `status` means a service with the
/// words of services and a node with those of nodes; they differ.
struct CatalogueQuery {
  ListQuery list;
  bool here = false;  ///< whether this node is among the chosen
  std::vector<std::string> names, status;

  [[nodiscard]] bool holds(const ServiceEntry& service) const {
    const auto fits = [&](const std::string& glob) { return fits_glob(glob, service.name); };
    const auto is = [&](const std::string& word) { return word == status_name(service.status); };
    return here && (names.empty() || std::ranges::any_of(names, fits)) &&
           (status.empty() || std::ranges::any_of(status, is));
  }
};

Result<CatalogueQuery> read_catalogue_query(Door& door, const Query& query, const ListShape& shape) {
  Result<ListQuery> list = ListQuery::read(query, shape);
  if (!list) return fail(list.error());
  CatalogueQuery wanted{*std::move(list), false, query.all("service"), {}};
  std::vector<std::string> of_nodes;
  for (std::string& word : query.all("status")) {
    const bool of_service = std::ranges::find(service_states, word) != std::ranges::end(service_states);
    if (!of_service && !NodeFilter::is_status(word))
      return fail(Errc::invalid_request,
                  "status: is one of a service (running, failed, ...) or of a node (alive, ...)");
    (of_service ? wanted.status : of_nodes).push_back(std::move(word));
  }
  const Result<NodeFilter> nodes = NodeFilter::read(query, of_nodes, NodeFilter::Service::is_mine);
  if (!nodes) return fail(nodes.error());
  wanted.here = nodes->matches(door.node.self());
  return wanted;
}

/// Calls that have ended since the node started, of all public methods.
std::uint64_t calls_of(Door& door, const ServiceEntry& service) {
  std::uint64_t calls = 0;
  for (const MethodEntry* method : public_methods(service))
    calls += door.runner.stats().table().sum(method->stats).ended;
  return calls;
}

Value service_row(Door& door, const ServiceEntry& service) {
  const Value described = door.node.local_service(service.name);
  Value row{{"name", service.name},
            {"status", status_name(service.status)},
            {"version", described["info"]["version"]},
            {"methods", public_methods(service).size()},
            {"calls", calls_of(door, service)},
            {"nodes", Value::array({door.settings.self.node_id})}};
  if (!service.reason.empty()) row.set("reason", service.reason);
  for (const char* key : {"update", "step", "waits_long"})
    if (const Value& told = described[key]; !told.is_null()) row.set(key, told);
  return row;
}

void services(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const auto wanted = read_catalogue_query(door, *query, services_shape);
  if (!wanted) return answer_error(door, request, exchange, wanted.error());
  Value rows = Value::array();
  for (const ServiceEntry* service : sorted_services(door.runner.snapshot()))
    if (wanted->holds(*service)) rows.push_back(service_row(door, *service));
  answer_list(door, request, exchange, wanted->list.page(std::move(rows)), services_shape);
}

void methods(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const auto wanted = read_catalogue_query(door, *query, methods_shape);
  if (!wanted) return answer_error(door, request, exchange, wanted.error());
  Value rows = Value::array();
  for (const ServiceEntry* service : sorted_services(door.runner.snapshot())) {
    if (!wanted->holds(*service)) continue;
    for (const MethodEntry* method : public_methods(*service))
      rows.push_back(method_row(door, *service, *method));
  }
  answer_list(door, request, exchange, wanted->list.page(std::move(rows)), methods_shape);
}

/// The method that the path names; answers the error and gives none otherwise.
const MethodEntry* find_method(Door& door, const Request& request, HttpExchange& exchange) {
  const RegistrySnapshot& snapshot = door.runner.snapshot();
  const ServiceEntry* service = snapshot.find(request.names[0]);
  if (service == nullptr) {
    answer_error(door, request, exchange, no_such_service(snapshot, request.names[0]));
    return nullptr;
  }
  if (service->generation == nullptr) {
    answer_error(door, request, exchange, not_running(*service));
    return nullptr;
  }
  const MethodEntry* found = service->generation->find(request.names[1]);
  if (found != nullptr && found->is_public) return found;
  answer_error(door, request, exchange, no_such_method(*service->generation, request.names[1], true));
  return nullptr;
}

/// Which node would get a call, and why not the others (http-api.md, section 2.8). Calls nothing.
void explain(Door& door, const Request& request, HttpExchange& exchange) {
  const auto query = take_query(door, request, exchange);
  if (!query) return;
  const Result<Target> target = Target::parse(query->get("target"));
  if (!target)
    return answer_error(door, request, exchange, Error(Errc::invalid_request, target.error().message()));
  const MethodEntry* method = find_method(door, request, exchange);
  if (method == nullptr) return;
  const std::string& self = door.settings.self.node_id;
  const CallStats::Method figures = door.runner.stats().table().sum(method->stats);
  Value candidates = Value::array(), excluded = Value::array();
  const char* why = !runs_here(*target, door.settings.self)          ? "kind"
                    : door.node.self()["state"] == Value("draining") ? "draining"
                                                                     : nullptr;
  if (why != nullptr) {
    excluded.push_back(Value{{"node_id", self}, {"reason", why}});
  } else {
    candidates.push_back(Value{{"node_id", self},
                               {"in_flight", door.runner.stats().table().running()},
                               {"latency_ms", figures.timed == 0 ? Value() : Value(average_ms(figures))}});
  }
  answer_json(
      door, request, exchange,
      Value{{"method", method->path},
            {"target", query->get("target").empty() ? std::string_view("auto") : query->get("target")},
            {"chosen", why == nullptr ? Value(self) : Value()},
            {"candidates", std::move(candidates)},
            {"excluded", std::move(excluded)}});
}

void show_method(Door& door, const Request& request, HttpExchange& exchange) {
  const MethodEntry* found = find_method(door, request, exchange);
  if (found == nullptr) return;
  const ServiceEntry* service = door.runner.snapshot().find(request.names[0]);
  Value row = method_row(door, *service, *found);
  row.set("params_schema", found->params_schema);
  row.set("result_schema", found->result_schema);
  row.set("statistics", statistics(door, *found));
  answer_json(door, request, exchange, row);
}

/// A question about a method of a service that starts.
struct AskedEarly {
  std::shared_ptr<KeptRequest> request;
  std::string service, method;
  Instant until;
};

void look_again(Door& door, HttpExchange& exchange, const std::shared_ptr<AskedEarly>& asked) {
  const ServiceEntry* service = door.runner.snapshot().find(asked->service);
  const bool starts = service != nullptr && service->status == ServiceStatus::starting;
  if (starts && door.clock.now() < asked->until &&
      door.runner.waiters().wait(asked->service, asked->until,
                                 [&door, &exchange, asked](bool) { look_again(door, exchange, asked); }) != 0)
    return;
  Request request = **asked->request;
  request.names = {asked->service, asked->method};
  show_method(door, request, exchange);
}

/// Whoever asks what a method takes is about to call it: a service that starts is waited for, as by a call.
void method(Door& door, const Request& request, HttpExchange& exchange) {
  const ServiceEntry* service = door.runner.snapshot().find(request.names[0]);
  if (service == nullptr || service->status != ServiceStatus::starting)
    return show_method(door, request, exchange);
  look_again(
      door, exchange,
      std::make_shared<AskedEarly>(keep(request), std::string(request.names[0]),
                                   std::string(request.names[1]), door.clock.now() + service->patience));
}

}  // namespace

std::vector<Route> catalogue_routes() {
  return {{"GET", "/debug/registry", &registry},
          {"GET", "/services", &services, list_query},
          {"GET", "/methods", &methods, list_query},
          {"GET", "/methods/{service}/{method}", &method},
          {"GET", "/methods/{service}/{method}/explain", &explain, explain_query}};
}

}  // namespace p2p

// The figures behind GET /metrics (http-api.md, section 9), gathered when they are asked for.
#include <map>

#include "node/door_metrics.hpp"
#include "node/node_state.hpp"
#include "node/version.hpp"
#include "telemetry/metrics_text.hpp"

namespace p2p {
namespace {

#ifndef P2P_COMMIT
#define P2P_COMMIT "unknown"
#endif
constexpr std::string_view product_commit = P2P_COMMIT;  // by CMake, which is told it by ./run build

std::string outcome_name(std::size_t index) {
  return index == 0 ? "ok" : std::string(errc_name(static_cast<Errc>(index - 1)));
}

void add_calls(MetricsText& text, const CallTable& calls) {
  for (const CallStats::Method& method : calls.methods()) {
    for (std::size_t i = 0; i < method.by_outcome.size(); ++i)
      if (method.by_outcome[i] > 0)
        text.counter("p2p_rpc_requests_total", "Calls that ended, by outcome",
                     static_cast<double>(method.by_outcome[i]),
                     {{"service", method.service},
                      {"method", method.method},
                      {"path", "local"},
                      {"outcome", outcome_name(i)}});
    if (method.timed > 0)
      text.durations("p2p_rpc_request_duration_seconds", "Duration of calls, one of 64 is timed", method,
                     {{"service", method.service}, {"method", method.method}, {"path", "local"}});
  }
  text.gauge("p2p_rpc_inflight", "Calls that run now", static_cast<double>(calls.running()));
  const char* help = "Calls whose method ran on after their caller had his answer";
  text.counter("p2p_rpc_cancelled_total", help, static_cast<double>(calls.abandoned_by_caller()),
               {{"reason", "client"}});
  text.counter("p2p_rpc_cancelled_total", help, static_cast<double>(calls.abandoned_by_deadline()),
               {{"reason", "deadline"}});
}

void add_http(MetricsText& text, const HttpCounters& http) {
  text.gauge("p2p_http_connections", "Open connections", static_cast<double>(http.connections));
  text.counter("p2p_http_accepted_total", "Connections taken", static_cast<double>(http.accepted));
  text.counter("p2p_http_bytes_total", "Bytes of HTTP", static_cast<double>(http.bytes_in),
               {{"direction", "in"}});
  text.counter("p2p_http_bytes_total", "Bytes of HTTP", static_cast<double>(http.bytes_out),
               {{"direction", "out"}});
  const auto rejected = [&](const char* reason, std::uint64_t count) {
    text.counter("p2p_http_rejected_total", "Connections and requests refused before they were one",
                 static_cast<double>(count), {{"reason", reason}});
  };
  rejected("framing", http.rejected_framing);
  rejected("limit", http.rejected_limit);
  rejected("timeout", http.rejected_timeout);
  rejected("not_http", http.rejected_not_http);
  rejected("full", http.rejected_full);
}

/// The routes of all loops: each has the same table with figures of its own.
void add_routes(MetricsText& text, const std::vector<const P2PServiceLayer*>& doors) {
  const std::size_t routes = doors.empty() ? 0 : doors.front()->routes().all().size();
  for (std::size_t i = 0; i < routes; ++i) {
    const Route& route = doors.front()->routes().all()[i];
    std::map<int, std::uint64_t> answered;
    for (const P2PServiceLayer* door : doors)
      door->routes().all()[i].answered.each(
          [&](int status, std::uint64_t count) { answered[status] += count; });
    for (const auto& [status, count] : answered)
      text.counter("p2p_http_requests_total", "Requests answered", static_cast<double>(count),
                   {{"route", std::string(route.pattern)},
                    {"method", std::string(route.verb)},
                    {"status", std::to_string(status)}});
  }
}

void add_cells(MetricsText& text, const ServiceCells& cells) {
  for (const auto& [name_of_service, of_service] : cells.all())
    of_service.each([&](const ServiceCells::Named& entry) {
      const auto value = static_cast<double>(__atomic_load_n(&entry.cell.value, __ATOMIC_RELAXED));
      MetricsText::Labels labels{{"service", name_of_service}, {"name", entry.name}};
      if (entry.gauge)
        text.gauge("p2p_service_value", "Gauges that services keep", value, std::move(labels));
      else
        text.counter("p2p_service_events_total", "Counters that services keep", value, std::move(labels));
    });
}

}  // namespace

std::string NodeState::metrics(MetricsFormat format) const {
  MetricsText text;
  text.gauge("p2p_build_info", "Version of this node", 1,
             {{"version", facts_.version}, {"commit", std::string(product_commit)}});
  text.gauge("p2p_uptime_seconds", "Seconds since the start", uptime());
  text.gauge("p2p_nodes", "Nodes of the cluster", 1, {{"role", facts_.role}, {"status", "alive"}});
  for (const auto status : {ServiceStatus::starting, ServiceStatus::running, ServiceStatus::stopping,
                            ServiceStatus::stopped, ServiceStatus::error, ServiceStatus::failed})
    text.gauge("p2p_services", "Services of this node", static_cast<double>(services_.count(status)),
               {{"status", std::string(status_name(status))}});
  text.gauge("p2p_methods", "Public methods of this node",
             static_cast<double>(methods_.public_paths().size()));
  for (const std::string& name : services_.names())
    if (const ServiceSlot* slot = services_.find(name); slot != nullptr && slot->restarts > 0)
      text.counter("p2p_service_restarts_total",
                   "Services begun with anew, by an operator or after a failed start",
                   static_cast<double>(slot->restarts), {{"service", name}});
  text.gauge("p2p_services_leaked_generations", "Libraries that could not be unloaded",
             static_cast<double>(services_.leaked()));
  HttpCounters http;
  std::vector<const P2PServiceLayer*> doors;
  for (const LoopParts& loop : loops_) {
    http += loop.server->counters();
    doors.push_back(loop.door);
  }
  text.gauge("p2p_loops", "Event loops", static_cast<double>(loops_.size()));
  add_calls(text, calls_);
  add_http(text, http);
  add_routes(text, doors);
  add_cells(text, cells_);
  const AuditCounters audit = audit_.counters();
  text.counter("p2p_audit_records_total", "Audit records on disk", static_cast<double>(audit.written));
  text.counter("p2p_audit_failures_total", "Audit records that could not be written",
               static_cast<double>(audit.failed));
  add_counters(text, counters_);
  add_refusals(text, audit_.refusals());
  add_door(text, http, doors, log_);
  text.process();
  return format == MetricsFormat::open_metrics ? text.open_metrics() : text.text();
}

}  // namespace p2p

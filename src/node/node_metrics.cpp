// The figures behind GET /metrics (http-api.md, section 9), gathered when they are asked for.
#include "node/door_metrics.hpp"
#include "node/node_state.hpp"
#include "node/version.hpp"
#include "telemetry/metrics_text.hpp"

namespace p2p {
namespace {

std::string outcome_name(std::size_t index) {
  return index == 0 ? "ok" : std::string(errc_name(static_cast<Errc>(index - 1)));
}

void add_calls(MetricsText& text, const CallStats& stats) {
  for (const auto& method : stats.methods()) {
    for (std::size_t i = 0; i < method->by_outcome.size(); ++i)
      if (method->by_outcome[i] > 0)
        text.counter("p2p_rpc_requests_total", "Calls that ended, by outcome",
                     static_cast<double>(method->by_outcome[i]),
                     {{"service", method->service},
                      {"method", method->method},
                      {"path", "local"},
                      {"outcome", outcome_name(i)}});
    if (method->timed > 0)
      text.durations("p2p_rpc_request_duration_seconds", "Duration of calls, one of 64 is timed", *method,
                     {{"service", method->service}, {"method", method->method}, {"path", "local"}});
  }
  text.gauge("p2p_rpc_inflight", "Calls that run now", static_cast<double>(stats.running()));
  const char* help = "Calls whose method ran on after their caller had his answer";
  text.counter("p2p_rpc_cancelled_total", help, static_cast<double>(stats.abandoned_by_caller()),
               {{"reason", "client"}});
  text.counter("p2p_rpc_cancelled_total", help, static_cast<double>(stats.abandoned_by_deadline()),
               {{"reason", "deadline"}});
}

void add_http(MetricsText& text, const HttpCounters& http, const RouteTable* routes) {
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
  if (routes == nullptr) return;
  for (const Route& route : routes->all()) {
    const auto answered = [&](int status, std::uint64_t count) {
      text.counter("p2p_http_requests_total", "Requests answered", static_cast<double>(count),
                   {{"route", std::string(route.pattern)},
                    {"method", std::string(route.verb)},
                    {"status", std::to_string(status)}});
    };
    if (route.answered_ok > 0) answered(200, route.answered_ok);
    for (const auto& [status, count] : route.answered_otherwise) answered(status, count);
  }
}

void add_cells(MetricsText& text, const ServiceCells& cells) {
  for (const auto& [service, named] : cells.all())
    for (const auto& [name, entry] : named) {
      const auto value = static_cast<double>(__atomic_load_n(&entry->cell.value, __ATOMIC_RELAXED));
      if (entry->gauge)
        text.gauge("p2p_service_value", "Gauges that services keep", value,
                   {{"service", service}, {"name", name}});
      else
        text.counter("p2p_service_events_total", "Counters that services keep", value,
                     {{"service", service}, {"name", name}});
    }
}

}  // namespace

std::string NodeState::metrics(MetricsFormat format) const {
  MetricsText text;
  text.gauge("p2p_build_info", "Version of this node", 1,
             {{"version", facts_.version}, {"commit", std::string(product_commit)}});
  text.gauge("p2p_uptime_seconds", "Seconds since the start", uptime());
  text.gauge("p2p_nodes", "Nodes of the cluster", 1, {{"role", facts_.role}, {"status", "alive"}});
  for (const auto status : {ServiceStatus::starting, ServiceStatus::running, ServiceStatus::stopping,
                            ServiceStatus::error, ServiceStatus::failed})
    text.gauge("p2p_services", "Services of this node", static_cast<double>(services_.count(status)),
               {{"status", std::string(status_name(status))}});
  text.gauge("p2p_methods", "Public methods of this node",
             static_cast<double>(methods_.public_paths().size()));
  text.gauge("p2p_services_leaked_generations", "Libraries that could not be unloaded",
             static_cast<double>(services_.leaked()));
  add_calls(text, stats_);
  add_http(text, server_.counters(), routes_);
  add_cells(text, cells_);
  const AuditCounters audit = audit_.counters();
  text.counter("p2p_audit_records_total", "Audit records on disk", static_cast<double>(audit.written));
  text.counter("p2p_audit_failures_total", "Audit records that could not be written",
               static_cast<double>(audit.failed));
  add_counters(text, counters_);
  add_refusals(text, audit_.refusals());
  if (door_ != nullptr) add_door(text, server_.counters(), *door_, log_);
  text.process();
  return format == MetricsFormat::open_metrics ? text.open_metrics() : text.text();
}

}  // namespace p2p

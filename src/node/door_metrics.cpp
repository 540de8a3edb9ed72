#include "node/door_metrics.hpp"

#include "service_layer/log_follow.hpp"

namespace p2p {

void add_counters(MetricsText& text, const NodeCounters& counters) {
  text.histogram("p2p_loop_stall_seconds", "Turns of the main loop that kept all others waiting",
                 counters.stalls());
  for (const auto& [key, count] : counters.reloads())
    text.counter("p2p_service_reloads_total", "New versions of services that were taken or refused",
                 static_cast<double>(count), {{"service", key.first}, {"outcome", key.second}});
}

void add_refusals(MetricsText& text, const NodeAudit::Refusals& refusals) {
  for (const auto& [reason, count] : refusals)
    text.counter("p2p_auth_failures_total", "Requests and calls refused for want of rights",
                 static_cast<double>(count), {{"reason", reason}});
}

void add_door(MetricsText& text, const HttpCounters& http, const std::vector<const P2PServiceLayer*>& doors,
              const Log& log) {
  const auto hits = [&](const char* limit, std::uint64_t count) {
    text.counter("p2p_limit_hits_total", "Times that a limit was reached", static_cast<double>(count),
                 {{"limit", limit}});
  };
  hits("connections", http.rejected_full);
  hits("descriptors", http.descriptors_out);
  hits("request_line", http.over_request_line);
  hits("headers", http.over_headers);
  hits("body", http.over_body);
  hits("slow", http.rejected_timeout);
  DoorLimits limits;
  std::uint64_t refused_for_room = 0;
  for (const P2PServiceLayer* door : doors) {
    limits += door->limits();
    refused_for_room += door->calls_refused_for_room();
  }
  hits("calls_in_flight", refused_for_room);
  hits("batch", limits.batch);
  hits("result", limits.result);
  hits("log_streams", limits.log_streams);
  hits("idempotency_keys", limits.idempotency_keys);
  text.counter("p2p_log_dropped_total", "Lines that could not be written to stderr or the file",
               static_cast<double>(log.dropped()));
  if (doors.empty()) return;
  const LogFollowers& followers = doors.front()->log_followers();  // of other loops, too: they come home
  text.gauge("p2p_log_followers", "Streams of the log that are open", static_cast<double>(followers.size()));
  text.counter("p2p_log_missed_total", "Lines that streams of the log were too slow for",
               static_cast<double>(followers.dropped()));
}

}  // namespace p2p

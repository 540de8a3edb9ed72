// The figures of /metrics that come from the door, the log and the node itself (http-api.md, section 9).
#pragma once

#include "net/http_server.hpp"
#include "node/node_audit.hpp"
#include "node/node_counters.hpp"
#include "service_layer/p2p_service_layer.hpp"
#include "telemetry/metrics_text.hpp"

namespace p2p {

void add_counters(MetricsText& text, const NodeCounters& counters);
void add_refusals(MetricsText& text, const NodeAudit::Refusals& refusals);
void add_door(MetricsText& text, const HttpCounters& http, const std::vector<const P2PServiceLayer*>& doors,
              const Log& log);

}  // namespace p2p

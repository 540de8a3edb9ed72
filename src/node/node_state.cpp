#include "node/node_state.hpp"

#include <algorithm>
#include <cmath>

#include "net/host_port.hpp"
#include "node/config_text.hpp"
#include "node/own_figures.hpp"

namespace p2p {
namespace {

std::string_view phase_name(NodePhase phase) {
  switch (phase) {
    case NodePhase::starting: return "starting";
    case NodePhase::ready: return "ready";
    case NodePhase::draining: return "draining";
  }
  return "";
}

/// To so many decimals as `scale` has zeros.
double rounded(double number, double scale) { return std::round(number * scale) / scale; }

}  // namespace

NodePhase NodeState::phase() const {
  NodePhase now = scanned_ && scanned_() && services_.settled() ? NodePhase::ready : NodePhase::starting;
  if (probe_ != nullptr) now = NodePhase::starting;  // a worker that has not joined; this version cannot
  if (draining_) now = NodePhase::draining;
  const auto figures = OwnFigures::read(cells_, clock_.now());
  sampler_late_.store(figures && figures->age > 3 * config_.system.sample_interval,
                      std::memory_order_relaxed);
  phase_seen_.store(now, std::memory_order_relaxed);
  return now;
}

std::chrono::nanoseconds NodeState::longest_silence() const {
  std::chrono::nanoseconds longest{0};
  if (loops_.size() > 1)  // a lone loop that does not turn answers nothing either
    for (const LoopParts& loop : loops_) longest = std::max(longest, loop.pulse->silence());
  return longest;
}

std::string_view NodeState::state() const {
  const NodePhase now = loop_.on_loop() ? phase() : phase_seen_.load(std::memory_order_relaxed);
  const bool ill = longest_silence() > LoopPulse::late || sampler_late_.load(std::memory_order_relaxed);
  return ill ? "degraded" : phase_name(now);
}

std::vector<ReadyCheck> NodeState::live_checks() const {
  const auto silence = longest_silence();
  if (silence <= LoopPulse::late) return {{"loop", true, "answers"}};
  return {{"loop", silence <= LoopPulse::stuck,
           "one has not turned for " + std::to_string(static_cast<int>(seconds(silence))) + " s"}};
}

Value NodeState::health() const {
  return Value{{"status", "healthy"},       {"node_id", facts_.node_id},
               {"role", facts_.role},       {"timestamp", timestamp()},
               {"active_nodes", 1},         {"uptime_seconds", rounded(uptime(), 1e3)},
               {"version", facts_.version}, {"state", state()}};
}

Value NodeState::cluster_status() const {
  const bool coordinator = facts_.role == "coordinator";
  Value active = Value::object();
  for (const CallStats::Method& method : calls_.methods())
    if (method.running() > 0) active.set(method.service + '/' + method.method, method.running());
  const auto ended = static_cast<double>(calls_.ended());
  Value requests{
      {"total_requests", calls_.ended()},
      {"successful_requests", calls_.succeeded()},
      {"success_rate", ended == 0 ? 1.0 : rounded(static_cast<double>(calls_.succeeded()) / ended, 1e4)},
      {"average_duration_ms", rounded(calls_.mean_ns() / 1e6, 1e4)},
      {"active_request_counts", std::move(active)}};
  Value network{{"live_node_ratio", 1.0},
                {"coordinator_available", coordinator},
                {"min_workers", coordinator ? 0 : 1},
                {"detached", false}};
  return Value{{"total_nodes", 1},
               {"live_nodes", 1},
               {"suspected_nodes", 0},
               {"dead_nodes", 0},
               {"coordinators", coordinator ? 1 : 0},
               {"workers", coordinator ? 0 : 1},
               {"self_role", facts_.role},
               {"uptime", rounded(uptime(), 1e3)},
               {"request_stats", std::move(requests)},
               {"network_health", std::move(network)},
               {"cluster_size", 1},
               {"cluster_id", facts_.cluster_id},
               {"self_node_id", facts_.node_id},
               {"timestamp", timestamp()}};
}

Value NodeState::self() const {
  Value running = Value::array();
  const auto snapshot = methods_.snapshot();
  for (const auto& [name, entry] : snapshot->services)
    if (entry->status == ServiceStatus::running) running.push_back(name);
  Value capabilities = Value::array({"rpc"});
  if (facts_.role == "coordinator") capabilities.push_back("admin");
  Value tags = Value::object();
  for (const auto& [key, value] : config_.tags) tags.set(key, value);
  const auto told = split_host_port(config_.advertise, facts_.listen.port);
  Value row{{"node_id", facts_.node_id},
            {"address", told ? told->host : facts_.listen.address_text()},
            {"port", told ? told->port : facts_.listen.port},
            {"role", facts_.role},
            {"capabilities", std::move(capabilities)},
            {"last_seen", timestamp()},
            {"metadata", Value{{"started_at", rfc3339(facts_.started_wall)}, {"version", facts_.version}}},
            {"status", "alive"},
            {"state", state()},
            {"self", true},
            {"tags", std::move(tags)},
            {"services", std::move(running)},
            {"rtt_ms", nullptr}};
  if (const auto figures = OwnFigures::read(cells_, clock_.now())) {
    row.set("cpu_percent", figures->cpu_percent);
    row.set("memory_percent", figures->memory_percent);
    row.set("facts_age_ms", figures->age.count());
  }
  return row;
}

Value NodeState::config() const {
  Value all = config_document(config_);
  for (Value& key :
       all.make_object().front().second.make_array()) {  // what was left to the node is known now
    if (key["key"] == "node.id") key.set("value", facts_.node_id);
    if (key["key"] == "node.port") key.set("value", facts_.listen.port);
  }
  return all;
}

Value NodeState::cluster_nodes() const {
  const bool coordinator = facts_.role == "coordinator";
  return Value{{"nodes", Value::array({self()})},
               {"total", 1},
               {"coordinators", coordinator ? 1 : 0},
               {"workers", coordinator ? 0 : 1},
               {"next_cursor", nullptr}};
}

Value NodeState::node_detail(std::string_view node_id) const {
  if (node_id != facts_.node_id) return {};
  Value node = self();
  Value checks = Value::array();
  for (const ReadyCheck& check : ready_checks())
    checks.push_back(Value{{"name", check.name}, {"ok", check.ok}, {"text", check.text}});
  node.set("ready_checks", std::move(checks));
  node.set("service_details", services_.describe());
  return node;
}

Value NodeState::local_services() const {
  Value paths = Value::array();
  for (const std::string& path : methods_.public_paths()) paths.push_back(path);
  return Value{{"services", services_.describe()}, {"registry_methods", std::move(paths)}};
}

Value NodeState::local_service(std::string_view name) const {
  Value service = services_.describe(name);
  if (service.is_null()) return service;
  Value named{{"name", name}};
  for (Member& member : service.make_object()) named.set(member.first, std::move(member.second));
  return named;
}

std::vector<ReadyCheck> NodeState::ready_checks() const {
  std::vector<ReadyCheck> checks;
  checks.push_back({"listen", true, facts_.listen.text()});
  checks.push_back(
      {"state_dir", audit_.writable(), audit_.writable() ? "" : "the audit log cannot be written"});
  const bool scanned = scanned_ && scanned_();
  const std::size_t failed = services_.count(ServiceStatus::failed) + services_.count(ServiceStatus::error);
  std::string services = std::to_string(services_.count(ServiceStatus::running)) + " running, " +
                         std::to_string(failed) + " failed";
  if (!scanned)
    services = "the services folder is not scanned yet";
  else if (!services_.settled())
    services += ", some are starting";
  checks.push_back({"services", scanned && services_.settled(), services});
  if (const auto silence = longest_silence(); silence > LoopPulse::late)
    checks.push_back({"loops", false,
                      "one has not turned for " + std::to_string(static_cast<int>(seconds(silence))) + " s"});
  if (probe_ != nullptr) checks.push_back({"cluster", false, probe_->status()});
  if (draining_) checks.push_back({"draining", false, "the node is stopping"});
  return checks;
}

}  // namespace p2p

#include "cli/status_page.hpp"

#include <fmt/format.h>

#include "cli/cells.hpp"
#include "cli/table.hpp"
#include "cli/waiting.hpp"

namespace p2p {
namespace {

std::string word(const Value& value) { return cell_text(Cell::text, value, {}); }
double number(const Value& value) {
  return value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real ? value.as_double() : 0;
}

std::string place_of(const Value& status) {
  for (const Value& node : status["nodes"].as_array())
    if (node["self"] == Value(true)) return cell_text(Cell::place, node, {});
  return "-";
}

std::string uptime(const Value& health) {
  return text_of_span(
      std::chrono::milliseconds(static_cast<std::int64_t>(1000 * number(health["uptime_seconds"]))));
}

std::string traffic(const Value& status) {
  const Value &requests = status["cluster"]["request_stats"], &figures = status["figures"];
  const double total = number(requests["total_requests"]);
  if (total == 0) return "no calls yet";
  const double rate = figures["calls_per_second"].is_null()
                          ? total / std::max(1.0, number(status["health"]["uptime_seconds"]))
                          : number(figures["calls_per_second"]);
  std::string text =
      fmt::format("{:.0f} calls, {:.4g}% ok, {:.3g}/s{}", total, 100 * number(requests["success_rate"]), rate,
                  figures["calls_per_second"].is_null() ? " on average" : "");
  if (!figures["p95_ms"].is_null()) text += ", p95 " + cell_text(Cell::milliseconds, figures["p95_ms"], {});
  const std::size_t running = requests["active_request_counts"].size();
  if (running > 0) text += fmt::format(", running: {}", word(requests["active_request_counts"]));
  return text;
}

void add_node_problems(const Value& status, WallTime now, std::vector<Problem>& problems) {
  for (const Value& node : status["nodes"].as_array()) {
    const std::string name = word(node["node_id"]), member = word(node["status"]),
                      state = word(node["state"]);
    if (member == "dead" || member == "suspected")
      problems.push_back(
          {fmt::format("node {} is {}, seen {}", name, member, cell_text(Cell::ago, node["last_seen"], now)),
           "p2p_admin nodes " + name});
    else if (state == "degraded" || state == "starting" || state == "draining")
      problems.push_back({fmt::format("node {} is {}", name, state), "p2p_admin nodes " + name});
  }
}

void add_service_problems(const Value& status, std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (const Value& service : status["services"].as_array()) names.push_back(word(service["name"]));
  for (const Value& service : status["services"].as_array()) {
    const std::string name = word(service["name"]), state = word(service["status"]);
    const Value &reason = service["reason"], &refused = service["update"]["reason"];
    const std::string hint = "p2p_admin services " + name;
    if (state != "running" && state != "starting")
      problems.push_back({fmt::format("service {}: {}{}", name, state,
                                      reason.is_null() ? "" : ", " + text_of_reason(reason)),
                          hint});
    else if (service["waits_long"] == Value(true))
      problems.push_back({"service " + name + ' ' + waiting_text(word(service["step"]), names), hint});
    else if (!refused.is_null())
      problems.push_back(
          {fmt::format("service {} runs on as it was, its update failed: {}", name, text_of_reason(refused)),
           hint});
  }
}

}  // namespace

std::vector<Problem> problems_of(const Value& status, WallTime now) {
  std::vector<Problem> problems;
  add_node_problems(status, now, problems);
  add_service_problems(status, problems);
  if (status["cluster"]["network_health"]["coordinator_available"] == Value(false))
    problems.push_back({"no coordinator is reachable", "p2p_admin coordinator"});
  if (status["cluster"]["network_health"]["detached"] == Value(true))
    problems.push_back({"this node is cut off from the cluster", "p2p_admin nodes"});
  return problems;
}

std::string status_page(const Value& status, WallTime now, const Terminal& terminal) {
  const Value& health = status["health"];
  std::string text;
  for (const Problem& problem : problems_of(status, now))
    text += fmt::format("{} {}\n         {}\n", terminal.paint_out(Colour::red, "problem:"), problem.what,
                        problem.hint);
  text += fmt::format("node      {} on {}: {}, {}, version {}, up {}\n", word(health["node_id"]),
                      place_of(status), word(health["role"]),
                      terminal.paint_out(colour_of_state(word(health["state"])), word(health["state"])),
                      word(health["version"]), uptime(health));
  text += fmt::format("nodes     {}: {}\n", status["nodes"].size(), tally(status["nodes"], "status"));
  const std::string services = tally(status["services"], "status");
  text +=
      fmt::format("services  {}{}{}\n", status["services"].size(), services.empty() ? "" : ": ", services);
  text += "traffic   " + traffic(status) + '\n';
  return text;
}

}  // namespace p2p

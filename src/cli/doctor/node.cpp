#include "cli/doctor/node.hpp"

#include <charconv>
#include <cmath>
#include <ctime>
#include <sstream>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/cells.hpp"
#include "cli/waiting.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

constexpr std::uint16_t default_port = 8001;
constexpr std::chrono::seconds clock_limit{2};  // beyond it tokens and times of nodes contradict each other

std::string member(const Value& object, std::string_view key) {
  const Value* found = object.is_object() ? object.find(key) : nullptr;
  return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

std::string reason_of(const Error& error) {
  for (const char* key : {"cause", "reason"})
    if (std::string why = member(error.detail(), key); !why.empty()) return why;
  return error.message();
}

std::string start_line(const Endpoint& node) {
  return node.port == default_port ? "p2p_admin coordinator"
                                   : fmt::format("p2p_admin coordinator --port {}", node.port);
}

}  // namespace

std::optional<WallTime> read_rfc3339(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  int thousandths = 0;
  if (*end == '.') {
    const auto read = std::from_chars(end + 1, text.data() + text.size(), thousandths);
    if (read.ec != std::errc{} || read.ptr != end + 4) return std::nullopt;
    end = read.ptr;
  }
  if (std::string_view(end) != "Z") return std::nullopt;
  return WallTime(std::chrono::seconds(::timegm(&parts)) + std::chrono::milliseconds(thousandths));
}

void judge_health(const Value& health, const std::string& coord, DoctorReport& report) {
  constexpr std::string_view name = "node";
  const std::string id = member(health, "node_id"), version = member(health, "version");
  if (id.empty())
    return report.fail(name, coord + " answers, but not as p2p_admin does",
                       "another program listens there: p2p_admin doctor shows who under its port");
  const std::string text =
      fmt::format("{} at {} is {}, version {}", id, coord, member(health, "status"), version);
  if (member(health, "status") != "healthy") return report.fail(name, text, "p2p_admin logs --level warn");
  if (version != product_version)
    return report.warn(name, fmt::format("{}; this program is {}", text, product_version),
                       "start the node again with this program, or use the one that it runs");
  report.ok(name, text);
}

void judge_clock(const Value& health, WallTime asked, std::chrono::nanoseconds took, DoctorReport& report) {
  constexpr std::string_view name = "clock";
  const auto there = read_rfc3339(member(health, "timestamp"));
  if (!there) return report.warn(name, "the node tells no time", "p2p_admin version, on both sides");
  const double apart = seconds(*there - asked) - seconds(took) / 2;  // in the middle of the question
  const std::string text = fmt::format("{:.1f} s between this machine and the node", std::abs(apart));
  if (std::abs(apart) > seconds(clock_limit))
    return report.fail(name, text + fmt::format(", at most {} s are well", clock_limit.count()),
                       "timedatectl set-ntp true, on both machines");
  report.ok(name, text);
}

void judge_ready(const std::string& lines, DoctorReport& report) {
  constexpr std::string_view name = "ready", failed = " failed";
  std::istringstream text(lines);
  std::size_t well = 0, wrong = 0;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("[+]")) ++well;
    if (!line.starts_with("[-]")) continue;
    ++wrong;
    const auto colon = line.find(": ");
    std::string check = line.substr(3, std::min(colon, line.size()) - 3);
    if (check.ends_with(failed)) check.resize(check.size() - failed.size());
    report.fail(name, check + (colon == line.npos ? " is not well" : ": " + line.substr(colon + 2)),
                check == "services" ? "p2p_admin services" : "p2p_admin logs --level warn");
  }
  if (wrong == 0 && well > 0) report.ok(name, fmt::format("{} checks pass", well));
  if (wrong == 0 && well == 0) report.warn(name, "the node tells no ready checks", "GET /readyz?verbose=1");
}

void judge_services(const Value& services, DoctorReport& report) {
  constexpr std::string_view name = "services";
  if (!services["services"].is_object()) return;
  std::size_t running = 0, wrong = 0;
  std::vector<std::string> names;
  for (const Member& service : services["services"].as_object()) names.push_back(service.first);
  for (const Member& service : services["services"].as_object()) {
    const std::string status = member(service.second, "status");
    const Value* update = service.second.find("update");  // the running one is older than its folder
    const Value& reason = update != nullptr ? (*update)["reason"] : service.second["reason"];
    if (status == "running" && update == nullptr) ++running;
    if (service.second["waits_long"] == Value(true)) {
      ++wrong;
      report.warn(name, service.first + ' ' + waiting_text(member(service.second, "step"), names),
                  "p2p_admin services " + service.first);
      continue;
    }
    if (status != "failed" && status != "error" && update == nullptr) continue;
    ++wrong;
    report.warn(name,
                service.first + (update == nullptr ? " is " + status : " runs, its new version does not") +
                    ": " + text_of_reason(reason),
                "correct it and save, it is tried again at once; p2p_admin lint shows all that is wrong");
  }
  if (wrong == 0) report.ok(name, fmt::format("{} running", running));
}

void check_node(P2PClient& node, DoctorReport& report) {
  constexpr std::string_view name = "node";
  const WallTime asked = node.loop().clock().wall();
  const Instant began = node.loop().clock().now();
  const Result<ClientAnswer> health = node.ask({.target = "/health", .open = true});
  if (!health)
    return report.fail(name, fmt::format("{} does not answer: {}", node.place(), reason_of(health.error())),
                       start_line(node.endpoint()));
  const auto took = node.loop().clock().now() - began;
  const Value body = json::parse(health->body).value_or(Value());
  judge_health(body, node.place(), report);
  if (member(body, "node_id").empty()) return;
  judge_clock(body, asked, took, report);
  if (const auto ready = node.ask({.target = "/readyz?verbose=1", .open = true}))
    judge_ready(ready->body, report);
  else
    report.fail("ready", "/readyz does not answer: " + reason_of(ready.error()),
                "p2p_admin logs --level warn");
  if (const auto services = node.get("/local/services"))
    judge_services(*services, report);
  else
    report.warn("services", "they cannot be looked at: " + services.error().message(),
                "p2p_admin token issue, then --token-file FILE");
}

}  // namespace p2p

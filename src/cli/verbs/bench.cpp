// bench: latency and throughput of one method, as a client over HTTP sees them.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/asking.hpp"
#include "cli/call_parameters.hpp"
#include "cli/cells.hpp"
#include "cli/complaint.hpp"
#include "cli/method_hint.hpp"
#include "cli/node_link.hpp"
#include "cli/verbs/verbs.hpp"
#include "client/load_run.hpp"
#include "client/metrics_reading.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

constexpr std::int64_t most_connections = 10'000;
constexpr std::chrono::milliseconds usual_duration{5'000}, usual_warm_up{500};

struct Wishes {
  std::size_t connections = 1;
  std::uint64_t calls = 0;
  std::chrono::milliseconds duration{0}, warm_up{0};
};

Result<Wishes> wishes_of(const Invocation& said) {
  const auto connections = said.number("connections", 1, 1, most_connections);
  const auto calls = said.number("number", 0, 1, 1'000'000'000);
  const auto duration =
      said.duration("duration", said.has("number") ? std::chrono::milliseconds(0) : usual_duration);
  if (!connections) return fail(connections.error());
  if (!calls) return fail(calls.error());
  if (!duration) return fail(duration.error());
  Wishes wishes{static_cast<std::size_t>(*connections), static_cast<std::uint64_t>(*calls), *duration};
  if (wishes.calls > 0) wishes.connections = std::min<std::size_t>(wishes.connections, wishes.calls);
  if (said.text("warmup") == "0") return wishes;
  const auto warm_up = said.duration("warmup", usual_warm_up);
  if (!warm_up) return fail(warm_up.error());
  if (wishes.calls == 0)
    wishes.warm_up = *warm_up;
  else if (said.has("warmup"))
    return fail(Errc::invalid_params, "-n and --warmup do not go together: -n is all that is called");
  return wishes;
}

Result<LoadPlan> plan_of(const Invocation& said, P2PClient& client, const Value& known, const Wishes& wishes,
                         std::chrono::milliseconds patience) {
  const std::string method = said.text("METHOD");
  const Result<MethodPath> path = MethodPath::parse(method);
  if (!path)
    return fail(Errc::invalid_params, "'" + method + "' names no method",
                Value{{"hint", "write service.method; 'p2p_admin methods' lists them"}});
  Result<Value> parameters = call_parameters(said, [&] { return known; });
  if (!parameters) return fail(parameters.error());
  const Result<std::string> token = client.authorization();
  if (!token) return fail(token.error());
  return LoadPlan{.target = "/rpc/" + path->text(),
                  .headers = *token + "Content-Type: application/json\r\n" +
                             (said.has("no-cache") ? "Cache-Control: no-cache\r\n" : ""),
                  .body = json::dump(Value{{"params", *std::move(parameters)}, {"id", 1}}),
                  .connections = wishes.connections,
                  .patience = patience};
}

/// What a person agrees to who lets a method run again and again that was not made for it.
std::string risk_of(const std::string& method, const Value& known, const Wishes& wishes) {
  return fmt::format(
      "bench calls {} {}, and {}", method,
      wishes.calls > 0 ? counted(wishes.calls, "time") : std::string("again and again"),
      known.is_null() ? "this token may not see whether it is idempotent" : "it is not idempotent");
}

/// CPU seconds that the node has used so far; none when it does not say.
std::optional<double> node_cpu(P2PClient& client) {
  const Result<ClientAnswer> answer = client.ask({.target = "/metrics"});
  if (!answer || answer->status != 200) return std::nullopt;
  return MetricsReading::parse(answer->body).sum("process_cpu_seconds_total");
}

double ms(std::chrono::nanoseconds time) { return std::round(p2p::milliseconds(time) * 1e4) / 1e4; }

Value document_of_report(const std::string& method, const Wishes& wishes, const LoadReport& report,
                         std::optional<double> cpu_seconds) {
  const Latencies& times = report.latencies;
  Value latency{{"min", ms(times.least())},           {"p50", ms(times.quantile(0.5))},
                {"p90", ms(times.quantile(0.9))},     {"p99", ms(times.quantile(0.99))},
                {"p99_9", ms(times.quantile(0.999))}, {"max", ms(times.greatest())}};
  Value errors = Value::object();
  for (const auto& [name, count] : report.errors) errors.set(name, count);
  const std::uint64_t calls = times.count() + report.failed();
  Value document{{"method", method},
                 {"connections", wishes.connections},
                 {"calls", calls},
                 {"failed", report.failed()},
                 {"seconds", std::round(seconds(report.took) * 1e4) / 1e4},
                 {"calls_per_second",
                  std::round(static_cast<double>(calls) / std::max(1e-9, seconds(report.took)) * 10) / 10},
                 {"latency_ms", std::move(latency)},
                 {"errors", std::move(errors)},
                 {"interrupted", report.interrupted}};
  document.set("server_cpu_us_per_call",
               cpu_seconds && calls > 0
                   ? Value(std::round(*cpu_seconds * 1e8 / static_cast<double>(calls)) / 100)
                   : Value());
  return document;
}

std::string report_text(const Value& report) {
  const Value& latency = report["latency_ms"];
  std::string text = fmt::format(
      "{} over {}: {} calls in {:.2f} s, {:.0f} calls/s\n", report["method"].as_string(),
      counted(static_cast<std::size_t>(report["connections"].as_int()), "connection"),
      report["calls"].as_int(), report["seconds"].as_double(), report["calls_per_second"].as_double());
  text += "latency ms ";
  for (const char* name : {"min", "p50", "p90", "p99", "p99_9", "max"})
    text += fmt::format("  {} {:.3f}", std::string_view(name) == "p99_9" ? "p99.9" : name,
                        latency[name].as_double());
  text += "\nerrors       ";
  if (report["errors"].size() == 0) text += "none";
  for (const auto& [name, count] : report["errors"].as_object())
    text += fmt::format("{} {}  ", count.as_int(), name);
  text += "\nserver CPU   ";
  text += report["server_cpu_us_per_call"].is_null()
              ? "not told by the node"
              : fmt::format("{:.2f} us a call", report["server_cpu_us_per_call"].as_double());
  return text + '\n';
}

}  // namespace

Result<int> bench(const Invocation& said, World& world) {
  const Result<Wishes> wishes = wishes_of(said);
  if (!wishes) return fail(wishes.error());
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world, false);
  if (!link) return fail(link.error());
  P2PClient& client = (*link)->client();
  const std::string method = said.text("METHOD");
  std::chrono::milliseconds duration = wishes->duration;
  if ((*link)->end())
    duration = duration.count() == 0 ? (*link)->timeout() : std::min(duration, (*link)->timeout());
  client.set_timeout((*link)->timeout());
  const Result<Value> known = look_at_method(client, method);
  if (!known) return fail(known.error());
  Result<LoadPlan> plan = plan_of(said, client, *known, *wishes, (*link)->timeout());
  if (!plan) return fail(plan.error());
  if ((*known)["idempotent"] != Value(true))
    if (auto agreed = agree_to_risk(said, world, risk_of(method, *known, *wishes)); !agreed)
      return fail(agreed.error());
  if (auto agreed = agree(said, world, **link, "bench of " + method); !agreed) return fail(agreed.error());
  LoadRun load(client, *std::move(plan));
  if (wishes->calls == 0) {  // connects, and finds out whether the method works at all
    const auto warm = load.run(wishes->warm_up.count() > 0 ? 0 : wishes->connections, wishes->warm_up);
    if (!warm) return fail(with_method_hint(client, method, warm.error()));
  }
  const auto cpu_before = node_cpu(client);
  const Result<LoadReport> report = load.run(wishes->calls, duration);
  if (!report) return fail(with_method_hint(client, method, report.error()));
  client.set_timeout((*link)->timeout());
  const auto cpu_after = report->interrupted ? std::nullopt : node_cpu(client);
  const auto cpu = cpu_before && cpu_after ? std::optional(*cpu_after - *cpu_before) : std::nullopt;
  const Value document = document_of_report(method, *wishes, *report, cpu);
  if (is_document(world.output))
    print_document(world.terminal, world.output, document);
  else
    world.terminal.out(report_text(document));
  if (report->interrupted) return exit_interrupted;
  return report->failed() == 0 ? 0 : 1;
}

}  // namespace p2p

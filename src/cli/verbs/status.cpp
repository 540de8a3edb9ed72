// status: one screen: is all well, and if not, what to do.
#include <cmath>

#include "cli/lists.hpp"
#include "cli/status_page.hpp"
#include "cli/verbs/verbs.hpp"
#include "cli/watch.hpp"
#include "client/answer_error.hpp"
#include "client/metrics_reading.hpp"

namespace p2p {
namespace {

/// Gathers what the screen shows; remembers the last look, so that a watched rate is that of the moment.
class Gatherer {
 public:
  Gatherer(P2PClient& client, const Clock& clock) : client_(client), clock_(clock) {}

  Result<Value> gather() {
    Result<Value> health = client_.get("/health", true);
    if (!health) return health;
    Result<Value> cluster = client_.get("/cluster/status");
    if (!cluster) return cluster;
    Result<Value> nodes = client_.get("/cluster/nodes");
    if (!nodes) return nodes;
    Result<Value> services = fetch_list(client_, QueryText("/services"), service_list);
    if (!services) return services;
    const Value total = (*cluster)["request_stats"]["total_requests"];
    return Value{{"health", *std::move(health)},
                 {"cluster", *std::move(cluster)},
                 {"nodes", (*nodes)["nodes"]},
                 {"services", (*services)["services"]},
                 {"figures", figures(total)}};
  }

 private:
  Value figures(const Value& total) {
    Value found = Value::object();
    if (total.kind() == Value::Kind::integer) add_rate(found, total.as_double());
    const Result<ClientAnswer> text = client_.ask({.target = "/metrics"});
    if (!text || text->status != 200) return found;  // a viewer of a network node may, others need not
    const MetricsReading metrics = MetricsReading::parse(text->body);
    if (const auto p95 = metrics.quantile("p2p_rpc_request_duration_seconds", 0.95))
      found.set("p95_ms", std::round(*p95 * 1e6) / 1e3);
    return found;
  }
  void add_rate(Value& found, double total) {
    const Instant now = clock_.now();
    if (last_ && total >= last_total_)
      found.set("calls_per_second", std::round(10 * (total - last_total_) / seconds(now - *last_)) / 10);
    last_ = now;
    last_total_ = total;
  }

  P2PClient& client_;
  const Clock& clock_;
  std::optional<Instant> last_;
  double last_total_ = 0;
};

/// What the screen shows on top, for programs.
Value with_problems(Value status, WallTime now) {
  Value problems = Value::array();
  for (const Problem& problem : problems_of(status, now))
    problems.push_back(Value{{"problem", problem.what}, {"hint", problem.hint}});
  status.set("problems", std::move(problems));
  return status;
}

}  // namespace

Result<int> show_status(const Invocation& said, World& world) {
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world, !said.has("watch"));
  if (!link) return fail(link.error());
  Gatherer gatherer((*link)->client(), world.clock);
  const auto draw = [&](const Value& status) {
    return status_page(status, world.clock.wall(), world.terminal);
  };
  if (said.has("watch")) return watch_screen(world, **link, [&] { return gatherer.gather(); }, draw);
  const Result<Value> status = gatherer.gather();
  if (!status) return fail(status.error());
  if (is_document(world.output))
    print_document(world.terminal, world.output, with_problems(*status, world.clock.wall()));
  else
    world.terminal.out(draw(*status));
  return 0;
}

}  // namespace p2p

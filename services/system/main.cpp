// system: the service that every node has. Its figures come from a background sampler, commands run beside
// the loop, and whatever else might block runs on the pool: no method keeps the loop.
//
// An ordinary service of the public SDK, compiled into the node (P2P_BUILTIN), and so the largest example of
// one.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <p2p/service.hpp>

#include "api.hpp"
#include "cgroup_limits.hpp"
#include "command_pool.hpp"
#include "disk_usage.hpp"
#include "host_facts.hpp"
#include "mounts.hpp"
#include "parameters.hpp"
#include "sampler.hpp"
#include "steady.hpp"

namespace system_service {
namespace {

using namespace p2p;

constexpr std::int64_t ns_per_ms = 1'000'000;

/// No secret of the node is among them.
std::vector<std::string> environment_of_commands() {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "TZ", "USER"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + '=' + value);  // NOLINT(concurrency-mt-unsafe)
  return environment;
}

/// What is absent in an answer is left out, not null.
Value without(Value answer, std::string_view absent) {
  std::erase_if(answer.make_object(),
                [&](const Member& member) { return member.first == absent && member.second.is_null(); });
  return answer;
}

CommandResult result_of(const CommandOutcome& outcome) {
  CommandResult result;
  result.stdout = outcome.out;
  result.stderr = outcome.err;
  result.stdout_bytes = outcome.out_bytes;
  result.stderr_bytes = outcome.err_bytes;
  result.stdout_truncated = outcome.out_truncated;
  result.stderr_truncated = outcome.err_truncated;
  result.duration_ms = outcome.duration_ms;
  if (outcome.end == CommandOutcome::End::ended) result.return_code = outcome.return_code;
  result.success = result.return_code == 0;
  return result;
}

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "system";

  Run();
  Task<> initialize() override;
  Task<> cleanup() override;
  Task<Value> health_check() override;

  SERVICE_METHOD(get_system_info, (),
                 description = "The machine: name, system, CPUs, memory, disks, interfaces", public = true,
                 role = "viewer", cache_ttl = 60);
  Task<SystemInfo> get_system_info();

  SERVICE_METHOD(get_system_metrics, (),
                 description = "CPU, memory, disk and network figures of the last second", public = true,
                 role = "viewer", idempotent = true);
  Value get_system_metrics();

  SERVICE_METHOD(ping, (), description = "Answers at once", public = true, role = "viewer",
                 idempotent = true);
  Pong ping() { return {true, std::string(node_id()), timestamp()}; }

  SERVICE_METHOD(
      execute_command, (command, timeout = 30, working_dir = null),
      description = "Runs a shell command as the node's user; its output is cut at 256 KiB a stream",
      public = true, role = "admin", timeout = 70);
  Task<Value> execute_command(std::string command, std::int64_t timeout,
                              std::optional<std::string> working_dir);

  SERVICE_METHOD(execute_simple_test, (),
                 description = "Runs echo 'Hello World': can this node start commands?", public = true,
                 role = "operator");
  Task<Value> execute_simple_test() { return run_command("echo 'Hello World'", 5, "/"); }

 private:
  void describe();
  Task<> refresh_disks();
  Task<> ask_mounts();
  Task<Value> run_command(std::string command, std::int64_t timeout, std::string working_dir);
  bool sampler_is_late(std::int64_t age_ms);

  Sampler sampler_;
  CommandPool commands_{environment_of_commands()};
  DiskUsage disks_;
  std::optional<Limits> limits_;
  bool warned_of_sampler_ = false;
};

Run::Run() {
  info.description = "Facts and figures of this machine, and commands on it";
  info.domain = "system";
  describe();
}

/// Schemas say more than the C++ types do.
void Run::describe() {
  for (MethodInfo& method : declared_methods()) {
    if (method.name == "get_system_metrics") method.result_schema = schema<SystemMetrics>();
    if (!method.name.starts_with("execute_")) continue;
    method.result_schema = schema<CommandResult>();
    if (method.name != "execute_command") continue;
    method.params_schema = Value{
        {"type", "object"},
        {"properties",
         Value{{"command", Value{{"type", "string"}, {"minLength", 1}, {"maxLength", 8192}}},
               {"timeout", Value{{"type", "integer"}, {"minimum", 1}, {"maximum", 60}, {"default", 30}}},
               {"working_dir", Value{{"type", Value::array({"string", "null"})}, {"default", nullptr}}}}},
        {"required", Value::array({"command"})},
        {"additionalProperties", false}};
  }
}

Task<> Run::initialize() {
  sampler_.start();
  try {
    co_await refresh_disks();  // so that the first get_system_info is whole
  } catch (const Error& error) {
    logger.warning("the disks' usage is not known yet: {}", error.message());
  }
  every("disk usage", 30_s, &Run::refresh_disks);
}

Task<> Run::cleanup() {
  sampler_.stop();
  commands_.stop_all();
  try {
    while (commands_.running() > 0) co_await sleep(10_ms);
  } catch (const Error&) {
    logger.warning("stopped before all commands had ended; they are killed");  // by the pool's destructor
  }
}

// ---------------------------------------------------------------- facts and figures

Task<SystemInfo> Run::get_system_info() {
  SystemInfo facts = co_await run_blocking([] { return read_host_facts(); });
  const Sample sample = sampler_.newest();
  facts.cpu_count = static_cast<std::int64_t>(sample.metrics.cpu_percent_per_core.size());
  facts.memory_total = sample.metrics.memory.total;
  facts.boot_time = sample.boot_time;
  facts.disk_usage = disks_.usage();
  facts.stale_mounts = disks_.stale_mounts();
  facts.node_id = node_id();
  facts.node_version = node_version();
  facts.timestamp = timestamp();
  co_return facts;
}

Value Run::get_system_metrics() {
  Sample sample = sampler_.newest();
  SystemMetrics& metrics = sample.metrics;
  metrics.timestamp = timestamp();
  metrics.sample_age_ms = (steady_ns() - sample.at_ns) / ns_per_ms;
  metrics.limits = limits_;
  (void)sampler_is_late(metrics.sample_age_ms);
  return without(to_value(metrics), "limits");
}

Task<Value> Run::health_check() {
  Value health = co_await BaseService::health_check();
  const std::int64_t age = (steady_ns() - sampler_.newest().at_ns) / ns_per_ms;
  if (sampler_is_late(age)) health.set("status", "degraded").set("reason", "the sampler is late");
  co_return health;
}

bool Run::sampler_is_late(std::int64_t age_ms) {
  const bool late = age_ms > 3 * sampler_.interval_ms();
  if (late && !warned_of_sampler_) logger.warning("the last sample is {} ms old", age_ms);
  warned_of_sampler_ = late;
  return late;
}

/// Each mount has two seconds: the wait is begun anew with each answer, and ends when nobody is waited for.
Task<> Run::refresh_disks() {
  struct Found {
    std::vector<std::string> mounts;
    std::optional<Limits> limits;
  };
  Found found =
      co_await run_blocking([] { return Found{real_mounts(read_text("/proc/self/mounts")), read_limits()}; });
  limits_ = found.limits;
  disks_.begin_round(found.mounts);
  while (disks_.worker_wanted()) spawn("disk usage", [this] { return ask_mounts(); });
  std::size_t answers = disks_.answers();
  Duration waited, step = 1_ms;
  while (disks_.waiting() && waited < 2_s) {
    co_await sleep(step);
    waited.ns += step.ns;
    step.ns = std::min(2 * step.ns, (256_ms).ns);
    if (disks_.answers() != std::exchange(answers, disks_.answers())) waited = {};
  }
  disks_.end_round();
}

Task<> Run::ask_mounts() {
  struct Leaving {
    DiskUsage& disks;
    ~Leaving() { disks.worker_left(); }
  } leaving{disks_};
  while (std::optional<std::string> mount = disks_.next()) {
    try {
      disks_.answered(*mount, co_await run_blocking([name = *mount] { return ask_space(name); }));
    } catch (...) {
      disks_.not_asked(*mount);
      throw;
    }
  }
}

// ---------------------------------------------------------------- commands

Task<Value> Run::execute_command(std::string command, std::int64_t timeout,
                                 std::optional<std::string> working_dir) {
  Parameters parameters;
  parameters.length("command", command, 1, 8192);
  parameters.range("timeout", timeout, 1, 60);
  if (working_dir) parameters.absolute_path("working_dir", *working_dir);
  parameters.raise();
  return run_command(std::move(command), timeout, working_dir.value_or("/"));
}

/// When the caller goes or the node stops, `co_await ended` throws, and the ticket's end stops the command.
Task<Value> Run::run_command(std::string command, std::int64_t timeout, std::string working_dir) {
  Signal ended(*this);
  const CommandPool::Ticket ticket =
      commands_.start({command, timeout * 1000, working_dir}, [&ended] { ended.set(); });
  co_await ended;
  const CommandOutcome& outcome = ticket.outcome();
  using End = CommandOutcome::End;
  if (outcome.end == End::no_directory) {
    Parameters parameters;
    parameters.wrong("working_dir", outcome.failure, working_dir.substr(0, 64));
    parameters.raise();
  }
  if (outcome.end == End::not_started)
    throw Error(Errc::method_failed, "cannot start /bin/sh: " + outcome.failure);
  if (outcome.end == End::stopped) throw Error(Errc::cancelled, "the node is stopping");
  CommandResult result = result_of(outcome);
  if (outcome.end == End::timed_out)
    result.error = "Command timeout after " + std::to_string(timeout) + " seconds";
  result.command = std::move(command);
  result.working_dir = std::move(working_dir);
  result.timeout_used = timeout;
  result.timestamp = this->timestamp();
  co_return without(to_value(std::move(result)), "error");
}

}  // namespace
}  // namespace system_service

EXPORT_SERVICE(system_service::Run)

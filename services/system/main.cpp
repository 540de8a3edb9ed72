// The service's life, and what it knows of the machine.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "host_facts.hpp"
#include "mounts.hpp"
#include "run.hpp"
#include "steady.hpp"
#include "systemctl.hpp"

namespace system_service {
namespace {

using namespace p2p;

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t largest_pid = 4'194'304;  // PID_MAX_LIMIT of 64 bit kernels

/// No secret of the node is among them.
std::vector<std::string> environment_of_commands() {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "TZ", "USER"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + '=' + value);  // NOLINT(concurrency-mt-unsafe)
  return environment;
}

}  // namespace

Run::Run()
    : guard_(environment_of_commands()),
      commands_(environment_of_commands(), guard_),
      systemctl_(systemctl_environment(environment_of_commands()), guard_),
      processes_(std::make_shared<Processes>()) {
  info.description = "Facts and figures of this machine, its processes and services, and commands on it";
  info.domain = "system";
  describe();
}

/// Schemas say more than the C++ types do.
void Run::describe() {
  const auto integer = [](std::int64_t least, std::int64_t most, Value fallback) {
    Value schema{{"type", "integer"}, {"minimum", least}, {"maximum", most}};
    return fallback.is_null() ? schema : std::move(schema.set("default", std::move(fallback)));
  };
  const auto one_of = [](std::initializer_list<Value> words) {
    return Value{{"type", "string"}, {"enum", Value::array(words)}};
  };
  const auto text = [](std::int64_t least, std::int64_t most) {
    return Value{{"type", "string"}, {"minLength", least}, {"maxLength", most}};
  };
  const auto or_null = [](Value schema, std::string_view type) {
    schema.set("type", Value::array({type, "null"})).set("default", nullptr);
    return schema;
  };
  const auto parameter = [](MethodInfo& method, std::string_view name, Value schema) {
    Value properties = method.params_schema["properties"];
    method.params_schema.set("properties", std::move(properties.set(name, std::move(schema))));
  };
  for (MethodInfo& method : declared_methods()) {
    if (method.name == "get_system_metrics") method.result_schema = schema<SystemMetrics>();
    if (method.name.starts_with("execute_")) method.result_schema = schema<CommandResult>();
    if (method.name == "list_processes") method.result_schema = schema<ProcessList>();
    if (method.name == "execute_command") {
      parameter(method, "command", text(1, 8192));
      parameter(method, "timeout",
                Value{{"type", "integer"},
                      {"minimum", 1},
                      {"default", 30},
                      {"description", "seconds, at most system.execute_timeout_max, 60 unless set"}});
      parameter(method, "working_dir", or_null(text(1, 4096), "string"));
    } else if (method.name == "list_processes") {
      parameter(method, "filter_name", or_null(text(1, 255), "string"));
      parameter(method, "limit", integer(1, 5000, 1000));
      parameter(method, "sort", one_of({"cpu", "memory", "pid"}).set("default", "pid"));
    } else if (method.name == "get_process_info") {
      parameter(method, "pid", integer(1, largest_pid, {}));
    } else if (method.name == "terminate_process") {
      parameter(method, "pid", integer(1, largest_pid, {}));
      parameter(method, "grace", integer(0, 30, 5));
    } else if (method.name == "list_services") {
      parameter(method, "pattern", text(1, 255).set("default", "*.service"));
      parameter(method, "limit", integer(1, 1000, 500));
    } else if (method.name == "service_action") {
      parameter(method, "service_name", text(1, 255).set("pattern", R"(^(?!-)[A-Za-z0-9@._:\\-]{1,255}$)"));
      parameter(method, "action", one_of({"start", "stop", "restart", "enable", "disable", "status"}));
    }
  }
}

void Run::read_config() {
  std::vector<std::string> complaints;
  settings_ = read_settings(config, complaints);
  for (const std::string& complaint : complaints) logger.warning("{}", complaint);
  sampler_.set_interval_ms(settings_.sample_interval_ms);
}

Task<> Run::initialize() {
  read_config();
  // What the node shows of itself without a call, and Prometheus of the machine.
  sampler_.on_sample([cpu = gauge("cpu_percent_hundredths"), memory = gauge("memory_percent_hundredths"),
                      at = gauge("sampled_at_monotonic_ms")](const Sample& sample) mutable {
    cpu.set(std::llround(sample.metrics.cpu_percent * 100));
    memory.set(std::llround(sample.metrics.memory_percent * 100));
    at.set(sample.at_ns / ns_per_ms);
  });
  sampler_.start();
  try {
    co_await refresh_disks();  // so that the first get_system_info is whole
  } catch (const Error& error) {
    logger.warning("the disks' usage is not known yet: {}", error.message());
  }
  every("disk usage", 30_s, &Run::refresh_disks);
  every("sampler", 5_s, &Run::watch_sampler);
}

Task<> Run::config_changed() {
  read_config();
  co_return;
}

Task<> Run::cleanup() {
  sampler_.stop();
  commands_.stop_all();
  systemctl_.stop_all();
  try {
    while (commands_.running() + systemctl_.running() > 0) co_await sleep(10_ms);
  } catch (const Error&) {
    logger.warning("stopped before all commands had ended; they are killed");  // by the pools' destructors
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
  if (sampler_is_late(sample_age_ms())) health.set("status", "degraded").set("reason", "the sampler is late");
  co_return health;
}

std::int64_t Run::sample_age_ms() const { return (steady_ns() - sampler_.newest().at_ns) / ns_per_ms; }

bool Run::sampler_is_late(std::int64_t age_ms) {
  const SampleAge::Says says = sample_age_.look(age_ms, sampler_.interval_ms());
  if (says == SampleAge::Says::late_for_the_first_time)
    logger.warning("the last sample is {} ms old, one is due each {} ms: the figures stand still", age_ms,
                   sampler_.interval_ms());
  return says != SampleAge::Says::fresh;
}

/// So that a sampler that hangs is seen when nobody asks for figures, too.
Task<> Run::watch_sampler() {
  (void)sampler_is_late(sample_age_ms());
  co_return;
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

}  // namespace system_service

EXPORT_SERVICE(system_service::Run)

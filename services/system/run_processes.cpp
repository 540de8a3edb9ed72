// The methods of `system` that look at processes and end them.
#include <algorithm>
#include <string>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "parameters.hpp"
#include "run.hpp"
#include "steady.hpp"

namespace system_service {
namespace {

using namespace p2p;

constexpr std::int64_t ns_per_ms = 1'000'000;

ProcessSort sort_of(const std::string& word, Parameters& parameters) {
  if (word == "cpu") return ProcessSort::cpu;
  if (word == "memory") return ProcessSort::memory;
  if (word != "pid") parameters.wrong("sort", "must be cpu, memory or pid", word.substr(0, 64));
  return ProcessSort::pid;
}

}  // namespace

Machine Run::machine() const {
  const Sample sample = sampler_.newest();
  return {sample.metrics.memory.total, sample.boot_time};
}

KillRules Run::kill_rules() const {
  return {settings_.processes_kill, static_cast<std::int64_t>(::getuid()), ::getpid()};
}

/// The answer, which may be long, is put together on the pool too.
Task<Value> Run::list_processes(std::optional<std::string> filter_name, std::int64_t limit,
                                std::string sort) {
  Parameters parameters;
  if (filter_name) parameters.length("filter_name", *filter_name, 1, 255);
  parameters.range("limit", limit, 1, 5000);
  ProcessQuery query{filter_name.value_or(""), static_cast<std::size_t>(limit), sort_of(sort, parameters)};
  parameters.raise();
  Value answer = co_await run_blocking([processes = processes_, query, machine = machine()] {
    return to_value(processes->list(query, machine));
  });
  answer.set("timestamp", timestamp());
  co_return answer;
}

Task<ProcessInfo> Run::get_process_info(std::int64_t pid) {
  Parameters parameters;
  parameters.pid("pid", pid);
  parameters.raise();
  std::optional<ProcessInfo> info = co_await run_blocking(
      [processes = processes_, pid, machine = machine()] { return processes->info(pid, machine); });
  if (!info)
    throw Error(Errc::method_failed, "there is no process " + std::to_string(pid),
                Value{{"hint", "look again with system/list_processes"}});
  info->timestamp = timestamp();
  co_return *std::move(info);
}

/// The wait for its end is a look now and then, soon at first: no thread is kept for up to 30 s.
Task<Termination> Run::terminate_process(std::int64_t pid, bool force, std::optional<double> create_time,
                                         std::int64_t grace) {
  Parameters parameters;
  parameters.pid("pid", pid);
  parameters.range("grace", grace, 0, 30);
  parameters.raise();
  const HeldProcess process = co_await run_blocking(
      [processes = processes_, machine = machine(), pid, rules = kill_rules(), create_time] {
        return hold_process(*processes, machine, pid, rules, create_time);
      });
  Termination result;
  result.pid = pid;
  result.name = process.name();
  result.signal = force ? "SIGKILL" : "SIGTERM";
  const std::int64_t sent = steady_ns(), until = sent + grace * 1000 * ns_per_ms;
  bool ended = process.signal(force ? SIGKILL : SIGTERM) || process.ended();
  for (Duration pause = 1_ms; !ended && steady_ns() < until; pause.ns = std::min(2 * pause.ns, (50_ms).ns)) {
    co_await sleep(pause);
    ended = process.ended();
  }
  if (ended) result.exit_seen_ms = (steady_ns() - sent) / ns_per_ms;
  result.terminated = result.success = ended;
  result.timestamp = timestamp();
  co_return result;
}

}  // namespace system_service

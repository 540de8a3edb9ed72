// Run: the service `system`, which every node has. Its figures come from a background sampler, commands and
// systemctl run beside the loop, and whatever else might block runs on the pool: no method keeps the loop.
//
// main.cpp has its life and its figures, run_commands.cpp, run_processes.cpp and run_units.cpp the rest.
//
// Threads: the home loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <p2p/service.hpp>
#include <system/api.hpp>

#include "cgroup_limits.hpp"
#include "command_guard.hpp"
#include "command_pool.hpp"
#include "disk_usage.hpp"
#include "process_signal.hpp"
#include "processes.hpp"
#include "sample_age.hpp"
#include "sampler.hpp"
#include "settings.hpp"

namespace system_service {

class Run : public p2p::BaseService {
  template <class T = void>
  using Task = p2p::Task<T>;
  using Value = p2p::Value;

 public:
  static constexpr auto SERVICE_NAME = "system";

  Run();
  Task<> initialize() override;
  Task<> cleanup() override;
  Task<> config_changed() override;
  Task<Value> health_check() override;

  // ---- figures

  SERVICE_METHOD(get_system_info, (),
                 description = "The machine: name, system, CPUs, memory, disks, interfaces", public = true,
                 role = "viewer", cache_ttl = 60);
  Task<SystemInfo> get_system_info();

  SERVICE_METHOD(get_system_metrics, (),
                 description = "CPU, memory, disk and network figures of the last second", public = true,
                 role = "viewer", idempotent = true);
  Value get_system_metrics();

  SERVICE_METHOD(ping, (), description = "Answers at once", public = true, role = "viewer", idempotent = true,
                 threadsafe = true);
  Pong ping() { return {true, std::string(node_id()), timestamp()}; }

  // ---- commands

  // Its own time limit ends a command; that of the method only stands behind it.
  SERVICE_METHOD(
      execute_command, (command, timeout = 30, working_dir = null),
      description =
          "Runs a shell command as the node's user; its output is cut at system.output_max a stream",
      public = true, role = "admin", timeout = 600);
  Task<Value> execute_command(std::string command, std::int64_t timeout,
                              std::optional<std::string> working_dir);

  SERVICE_METHOD(execute_simple_test, (),
                 description = "Runs echo 'Hello World': can this node start commands?", public = true,
                 role = "operator");
  Task<Value> execute_simple_test() { return run_command("echo 'Hello World'", 5, "/"); }

  // ---- processes

  SERVICE_METHOD(list_processes, (filter_name = null, limit = 1000, sort = "pid"),
                 description = "Processes; filter_name is a part of the name, sort cpu, memory or pid",
                 public = true, role = "operator", idempotent = true);
  Task<Value> list_processes(std::optional<std::string> filter_name, std::int64_t limit, std::string sort);

  SERVICE_METHOD(get_process_info, (pid), description = "All that may be known of one process", public = true,
                 role = "operator", idempotent = true);
  Task<ProcessInfo> get_process_info(std::int64_t pid);

  SERVICE_METHOD(terminate_process, (pid, force = false, create_time = null, grace = 5),
                 description =
                     "Asks a process to end (SIGTERM; with force SIGKILL) and waits up to `grace` s; "
                     "create_time guards against a number that was given to another meanwhile",
                 public = true, role = "admin", timeout = 45, broadcastable = false);
  Task<Termination> terminate_process(std::int64_t pid, bool force, std::optional<double> create_time,
                                      std::int64_t grace);

  // ---- units of systemd

  SERVICE_METHOD(list_services, (pattern = "*.service", limit = 500),
                 description = "Units of systemd and their states", public = true, role = "operator",
                 cache_ttl = 5, idempotent = true);
  Task<UnitList> list_services(std::string pattern, std::int64_t limit);

  SERVICE_METHOD(service_action, (service_name, action),
                 description =
                     "start, stop, restart, enable, disable or status of a unit that "
                     "system.services_allow names; status of any",
                 public = true, role = "admin", timeout = 60, broadcastable = false);
  Task<ServiceActionResult> service_action(std::string service_name, std::string action);

 private:
  void describe();
  void read_config();
  Task<> refresh_disks();
  Task<> ask_mounts();
  Task<> watch_sampler();
  bool sampler_is_late(std::int64_t age_ms);
  [[nodiscard]] std::int64_t sample_age_ms() const;
  [[nodiscard]] Machine machine() const;
  [[nodiscard]] KillRules kill_rules() const;

  Task<Value> run_command(std::string command, std::int64_t timeout, std::string working_dir);
  Task<CommandOutcome> run_to_its_end(CommandPool& pool, CommandRequest request);
  Task<CommandOutcome> run_systemctl(std::vector<std::string> words, std::size_t output);

  Settings settings_;
  Sampler sampler_;
  SampleAge sample_age_;
  CommandGuard guard_;
  CommandPool commands_, systemctl_;
  DiskUsage disks_;
  std::optional<Limits> limits_;
  std::shared_ptr<Processes> processes_;  // shared with what the pool is at, which may outlive a call
};

}  // namespace system_service

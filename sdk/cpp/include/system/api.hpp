// The contract of the built-in service `system`: what it answers, for services that call it with types.
//
//   #include <system/api.hpp>
//   auto system = proxy.contract<system_service::System>();      // or .contract<...>("coordinator")
//   auto info = co_await system.get_system_info();               // info.hostname
//
// Names and units are those of psutil: bytes, percent from 0 to 100, seconds since the epoch, milliseconds of
// disk time. Fields may be added; none is renamed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/contract.hpp>

namespace system_service {

struct DiskSpace {
  std::int64_t total = 0, used = 0, free = 0;
};

struct SystemInfo {
  std::string hostname, platform, architecture;
  std::int64_t cpu_count = 0, memory_total = 0, boot_time = 0;
  std::map<std::string, DiskSpace> disk_usage;  ///< by mount point
  std::vector<std::string> stale_mounts;  ///< mounts that do not answer; their figures are the last known
  std::vector<std::string> network_interfaces;
  std::string kernel, os;
  std::string node_id, node_version;
  std::string timestamp;
};

struct Memory {
  double percent = 0;
  std::int64_t available = 0, used = 0, total = 0;
};

/// Whole disks, summed; counted since boot and never falling.
struct DiskIo {
  std::int64_t read_count = 0, write_count = 0, read_bytes = 0, write_bytes = 0;
  std::int64_t read_time = 0, write_time = 0, read_merged_count = 0, write_merged_count = 0, busy_time = 0;
};

/// All interfaces but `lo`, summed; counted since boot and never falling.
struct NetworkIo {
  std::int64_t bytes_sent = 0, bytes_recv = 0, packets_sent = 0, packets_recv = 0;
  std::int64_t errin = 0, errout = 0, dropin = 0, dropout = 0;
};

/// What the node's cgroup may use, where that is less than the machine.
struct Limits {
  std::optional<std::int64_t> memory;
  std::optional<double> cpus;
};

struct SystemMetrics {
  double cpu_percent = 0;
  Memory memory;
  double memory_percent = 0;
  DiskIo disk_io;
  NetworkIo network_io;
  std::vector<double> load_average;  ///< of 1, 5 and 15 minutes
  std::int64_t process_count = 0;
  std::string timestamp;
  std::vector<double> cpu_percent_per_core;
  std::int64_t sample_age_ms = 0;     ///< how long ago the figures were read
  std::int64_t sample_window_ms = 0;  ///< the time that the CPU percentages speak of
  std::optional<Limits> limits;       ///< absent when nothing is limited
};

struct CommandResult {
  std::string command;
  std::optional<std::int64_t>
      return_code;  ///< minus the signal's number when a signal ended it; null past its time
  std::string stdout, stderr;
  bool success = false;
  std::string working_dir;
  std::int64_t timeout_used = 0;
  std::string platform = "Unix", method = "async_subprocess";
  std::string timestamp;
  std::int64_t duration_ms = 0;
  bool stdout_truncated = false, stderr_truncated = false;
  std::int64_t stdout_bytes = 0, stderr_bytes = 0;  ///< as written, what was cut included
  std::optional<std::string> error;                 ///< absent unless it ran past its time
};

struct ProcessRow {
  std::int64_t pid = 0;
  std::string name, username;
  std::string status;      ///< psutil's words: "running", "sleeping", "disk-sleep", "stopped", "zombie", ...
  double cpu_percent = 0;  ///< of one core, since the last look at it (at most 60 s), else since its start
  double memory_percent = 0;
  double create_time = 0;  ///< seconds since the epoch
};

struct ProcessList {
  std::vector<ProcessRow> processes;
  std::int64_t total = 0;     ///< that fit, also those beyond the limit
  std::int64_t not_read = 0;  ///< processes beyond the first 10,000, which were not looked at
  std::string timestamp;
};

struct MemoryInfo {
  std::int64_t rss = 0, vms = 0;
};

struct ProcessInfo {
  std::int64_t pid = 0;
  std::string name, username, status;
  double cpu_percent = 0, memory_percent = 0;
  MemoryInfo memory_info;
  double create_time = 0;
  std::int64_t num_threads = 0;
  std::vector<std::string> cmdline;     ///< cut at 4 KiB
  std::optional<std::string> exe, cwd;  ///< null when not readable
  std::int64_t ppid = 0;
  std::optional<std::int64_t> open_files;  ///< how many descriptors; null when not readable
  std::string timestamp;
};

struct Termination {
  std::int64_t pid = 0;
  std::string name, signal;                  ///< "SIGTERM" or "SIGKILL"
  bool terminated = false;                   ///< it was gone before the grace had passed
  std::optional<std::int64_t> exit_seen_ms;  ///< after the signal; null when it still runs
  bool success = false;
  std::string timestamp;
};

/// A unit of systemd, as `systemctl list-units` shows it.
struct UnitRow {
  std::string name, load, active, sub, description;
};

struct UnitList {
  std::vector<UnitRow> services;
  std::int64_t total = 0;  ///< also those beyond the limit
  std::string timestamp;
};

struct ServiceActionResult {
  std::string service_name, action;
  bool success = false;  ///< of `status`: the state is known, whatever it is
  std::int64_t return_code = 0;
  std::string stdout, stderr;
  std::string active_state, sub_state;  ///< after the action; empty when systemd does not say
  std::string timestamp;
};

struct Pong {
  bool pong = true;
  std::string node_id, timestamp;
};

struct System : p2p::Contract {
  static constexpr std::string_view SERVICE_NAME = "system";
  p2p::Method<"get_system_info()", SystemInfo()> get_system_info{this};
  p2p::Method<"get_system_metrics()", SystemMetrics()> get_system_metrics{this};
  p2p::Method<"ping()", Pong()> ping{this};
  p2p::Method<"execute_simple_test()", CommandResult()> execute_simple_test{this};
  p2p::Method<"execute_command(command, timeout, working_dir)",
              CommandResult(std::string, std::int64_t, std::optional<std::string>)>
      execute_command{this};
  p2p::Method<"list_processes(filter_name, limit, sort)",
              ProcessList(std::optional<std::string>, std::int64_t, std::string)>
      list_processes{this};
  p2p::Method<"get_process_info(pid)", ProcessInfo(std::int64_t)> get_process_info{this};
  p2p::Method<"terminate_process(pid, force, create_time, grace)",
              Termination(std::int64_t, bool, std::optional<double>, std::int64_t)>
      terminate_process{this};
  p2p::Method<"list_services(pattern, limit)", UnitList(std::string, std::int64_t)> list_services{this};
  p2p::Method<"service_action(service_name, action)", ServiceActionResult(std::string, std::string)>
      service_action{this};
};

}  // namespace system_service

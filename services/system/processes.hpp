// Processes: what runs on this machine, read from /proc when somebody asks. It blocks (each process is a few
// small files, and a user's name may come from the network), so it belongs on the pool.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <system/api.hpp>

#include "process_texts.hpp"
#include "process_usage.hpp"

namespace system_service {

enum class ProcessSort { cpu, memory, pid };

struct ProcessQuery {
  std::string part_of_name;  ///< any case; empty: all
  std::size_t limit = 1000;
  ProcessSort sort = ProcessSort::pid;
};

/// What percentages and times are reckoned with.
struct Machine {
  std::int64_t memory_total = 0;
  std::int64_t boot_time = 0;  ///< seconds since the epoch
};

/// Seconds since the epoch.
[[nodiscard]] double create_time(const ProcessStat& stat, const Machine& machine);

class Processes {
 public:
  /// `most_read` of one list: each costs some 30 µs of a thread of the pool.
  explicit Processes(std::string proc = "/proc", std::size_t most_read = 10'000)
      : proc_(std::move(proc)), most_read_(most_read) {}

  /// `total` are those whose name fits. Cpu and memory come largest first, pids smallest first.
  [[nodiscard]] ProcessList list(const ProcessQuery& query, const Machine& machine);
  /// Nothing when there is none.
  [[nodiscard]] std::optional<ProcessInfo> info(std::int64_t pid, const Machine& machine);

  [[nodiscard]] std::optional<ProcessStat> stat(std::int64_t pid) const;
  [[nodiscard]] std::optional<std::int64_t> real_uid(std::int64_t pid) const;

 private:
  [[nodiscard]] std::string file(std::int64_t pid, std::string_view name) const;
  [[nodiscard]] std::string full_name(const ProcessStat& stat) const;
  [[nodiscard]] double cpu_percent(const ProcessStat& stat);

  const std::string proc_;
  const std::size_t most_read_;
  ProcessUsage usage_;
};

}  // namespace system_service

// ProcessUsage: how much CPU each process used since it was last looked at, and since its start at first
// sight. Two readings are needed for a figure of the present; the last one of each process is kept for that,
// for 60 s, and of 10,000 processes at most. Nobody ever sleeps for one.
//
// In percent of one core, as psutil has it: a process of several threads may show more than 100.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace system_service {

struct CpuUse {
  std::int64_t pid = 0;
  std::int64_t start_ns = 0;  ///< time since boot when it began: another one is another process
  std::int64_t cpu_ns = 0;    ///< since it began
};

class ProcessUsage {
 public:
  static constexpr std::size_t most_processes = 10'000;
  static constexpr std::int64_t kept_ns = 60'000'000'000;
  /// The kernel counts in steps of 10 ms; a closer second look gets the figure of the first.
  static constexpr std::int64_t least_window_ns = 100'000'000;

  /// `now_ns`: time since boot, suspended time counted.
  [[nodiscard]] double percent(const CpuUse& use, std::int64_t now_ns);
  /// Before many: drops what is too old.
  void forget_old(std::int64_t now_ns);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Reading {
    std::int64_t start_ns = 0, cpu_ns = 0, at_ns = 0;
    double percent = 0;
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, Reading> last_;
};

}  // namespace system_service

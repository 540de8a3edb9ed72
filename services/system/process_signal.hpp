// ProcessSignal: a process that was found, held by a pidfd, so that the one that was judged is the one that
// gets the signal, whatever became of its number meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "descriptor.hpp"
#include "kill_rules.hpp"
#include "processes.hpp"

namespace system_service {

class HeldProcess {
 public:
  HeldProcess(Descriptor process, std::int64_t pid, std::string name)
      : process_(std::move(process)), pid_(pid), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// True when it is gone already. Throws forbidden when the kernel does not allow it.
  bool signal(int number) const;
  /// It runs no more; whoever started it may not have looked yet.
  [[nodiscard]] bool ended() const;

 private:
  Descriptor process_;
  std::int64_t pid_;
  std::string name_;
};

/// Throws method_failed when there is none, and what reason_to_spare says.
[[nodiscard]] HeldProcess hold_process(const Processes& processes, const Machine& machine, std::int64_t pid,
                                       const KillRules& rules, std::optional<double> wanted_create_time);

}  // namespace system_service

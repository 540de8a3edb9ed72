// CommandGuard: ends the commands of a node that could not do it itself, because it was killed. A tiny
// process beside the node (a shell that waits for a line) knows the process groups of the commands that run;
// when the node is gone, however it went, its end of their socket closes, and the guard kills what is left of
// them.
//
// Started with the first command; one that was ended by somebody is replaced at the next.
//
// Threads: any.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "descriptor.hpp"

namespace system_service {

class CommandGuard {
 public:
  explicit CommandGuard(std::vector<std::string> environment) : environment_(std::move(environment)) {}
  CommandGuard(const CommandGuard&) = delete;
  CommandGuard& operator=(const CommandGuard&) = delete;
  /// As the node's death: what is still watched is killed.
  ~CommandGuard();

  /// Before a command starts: 0, or the errno that keeps the guard from starting, and then nothing may start.
  [[nodiscard]] int ready();
  void watch(pid_t group);
  /// Before the group's leader is reaped: then its number may become another's.
  void forget(pid_t group);
  /// For tests; -1 when none runs.
  [[nodiscard]] pid_t pid() const;

 private:
  [[nodiscard]] int start();
  [[nodiscard]] bool tell() const;
  void tell_or_replace();
  void end();

  const std::vector<std::string> environment_;
  mutable std::mutex mutex_;  // of what follows
  std::set<pid_t> groups_;
  pid_t pid_ = -1;
  Descriptor process_, line_;
};

}  // namespace system_service

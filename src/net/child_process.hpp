// ChildProcess: runs a program beside the loop and tells when it is over. No shell: the arguments reach the
// program as they are. It gets the environment it is given and nothing else of ours: no descriptors, no
// signal masks, no terminal, no new rights; and a process group of its own, so that its children go with it.
//
// Threads:  the loop's own.
// Lifetime: destroying it kills the whole group, and `done` does not run then. `done` may destroy it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace p2p {

struct ChildSpec {
  std::vector<std::string>
      argv;  ///< the program first: a path, or a name to look for in `environment`'s PATH
  std::vector<std::string> environment;   ///< "NAME=value"
  std::string directory;                  ///< to run in; empty: ours
  std::string output_file;                ///< stdout and stderr go there, made anew; empty: they are captured
  std::size_t capture_limit = 64 * 1024;  ///< bytes of captured output; what comes after is read and dropped
  std::chrono::milliseconds time_limit{120'000};  ///< then the group is killed
  int nice = 0;
  std::uint64_t address_space = 0;  ///< bytes for each process; 0: unlimited
  std::uint64_t cpu_seconds = 0;    ///< for each process; 0: unlimited
};

struct ChildResult {
  int exit_code = 0;  ///< of a program that ended by itself
  int signal = 0;     ///< that ended it; 0: none
  bool timed_out = false;
  bool cancelled = false;
  std::string output;       ///< when captured
  bool output_cut = false;  ///< there was more than `capture_limit`
  std::chrono::nanoseconds duration{0};

  [[nodiscard]] bool ok() const noexcept { return exit_code == 0 && signal == 0; }
};

class ChildProcess {
 public:
  using Done = std::move_only_function<void(ChildResult)>;

  /// Starts it; `done` runs on the loop when it has ended. not_found when there is no such program or
  /// directory, forbidden when it may not be run.
  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(Loop& loop, const ChildSpec& spec,
                                                                   Done done);

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Kills the group; `done` runs soon, with `cancelled`.
  void cancel();
  [[nodiscard]] pid_t pid() const noexcept;

 private:
  struct Impl;
  explicit ChildProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p

// Command: one program, often a shell, from its start to the end of its process group.
//
// In a session and process group of its own, stdin from /dev/null, no descriptor of the node, a small
// environment. It is at its end when the program has ended and its pipes are closed, or `drain_ms` have
// passed since; what is left of the group then, a job in the background, is killed: nothing outlives the
// answer but what left the group by itself (setsid). At the time limit and at `stop` the group gets SIGTERM,
// after `grace_ms` SIGKILL. Should the node be killed meanwhile, the guard ends the group.
//
// Threads: `run` blocks and has a thread of its own; `stop` and `kill` any; `outcome` after `run`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "captured_output.hpp"
#include "command_guard.hpp"
#include "descriptor.hpp"

namespace system_service {

struct CommandRequest {
  std::vector<std::string> arguments;  ///< the first is the path of the program
  std::int64_t timeout_ms = 30'000;
  std::string working_dir = "/";
  std::size_t output = std::size_t{256} << 10;  ///< bytes kept of each stream: memory of a running command
};

/// What /bin/sh makes of `text`.
[[nodiscard]] inline std::vector<std::string> shell_command(std::string text) {
  return {"/bin/sh", "-c", std::move(text)};
}

struct CommandLimits {
  std::int64_t drain_ms = 100;   ///< after the program's end, for what others of its group still write
  std::int64_t grace_ms = 2000;  ///< between SIGTERM and SIGKILL
  std::int64_t last_words_ms =
      1000;  ///< after SIGKILL, for a pipe that a process outside the group holds open
};

struct CommandOutcome {
  enum class End { ended, timed_out, stopped, no_directory, not_started };
  End end = End::not_started;
  std::optional<std::int64_t> return_code;  ///< minus the signal's number when a signal ended the program
  std::string out, err;
  std::int64_t out_bytes = 0, err_bytes = 0;
  bool out_truncated = false, err_truncated = false;
  std::int64_t duration_ms = 0;
  std::string failure;  ///< why it was not started
};

class Command {
 public:
  /// `environment` in the form `NAME=value`; it and the guard must outlive the command.
  Command(CommandRequest request, const std::vector<std::string>& environment, CommandGuard& guard,
          CommandLimits limits);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  void run();
  /// SIGTERM to the group now, SIGKILL after the grace.
  void stop();
  /// SIGKILL now.
  void kill();
  [[nodiscard]] const CommandOutcome& outcome() const noexcept { return outcome_; }

 private:
  enum class Phase { running, terminating, killing, given_up };
  enum class Wish { none, stop, kill };

  [[nodiscard]] bool start();
  bool refuse(CommandOutcome::End end, int error);
  void watch();
  [[nodiscard]] bool at_its_end() const noexcept;
  void poll_once();
  bool read_from(Descriptor& pipe, CapturedOutput& into);
  void read_what_is_there(Descriptor& pipe, CapturedOutput& into);
  void heed_wishes();
  void enter(Phase phase);
  void signal_group(int signal) const noexcept;
  void end_group();
  void report(std::int64_t started_ns);

  const CommandRequest request_;
  const std::vector<std::string>& environment_;
  CommandGuard& guard_;
  const CommandLimits limits_;
  Descriptor wake_;
  std::atomic<Wish> wish_ = Wish::none;

  // The running thread's alone:
  pid_t pid_ = -1;
  Descriptor process_, out_pipe_, err_pipe_;
  CapturedOutput out_, err_;
  Phase phase_ = Phase::running;
  std::int64_t phase_ends_ns_ = 0;
  bool exited_ = false;
  CommandOutcome outcome_;
};

}  // namespace system_service

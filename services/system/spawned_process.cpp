#include "shell_process.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace system_service {
namespace {

struct Pipe {
  Descriptor read, write;
};

/// Above the numbers of the standard streams, which `dup2` in the child would otherwise tread upon.
Descriptor above_standard_streams(int fd) {
  if (fd > STDERR_FILENO) return Descriptor(fd);
  const Descriptor low(fd);
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

std::expected<Pipe, int> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(errno);
  Pipe pipe{above_standard_streams(ends[0]), above_standard_streams(ends[1])};
  if (!pipe.read || !pipe.write) return std::unexpected(EMFILE);
  if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) != 0) return std::unexpected(errno);
  return pipe;
}

/// What posix_spawn is told; its parts must be destroyed whatever happens.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  /// In this order: the directory is among the descriptors that are closed last.
  int streams_and_directory(int out, int err, int directory) {
    int failed = posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    if (failed == 0) failed = posix_spawn_file_actions_addfchdir_np(&actions_, directory);
    if (failed == 0) failed = posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    return failed;
  }
  /// A session of its own is a process group of its own too, and has no terminal: `sudo` fails instead of
  /// asking there.
  int session_and_signals() {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    int failed = posix_spawnattr_setsigmask(&attributes_, &none);
    if (failed == 0) failed = posix_spawnattr_setsigdefault(&attributes_, &all);
    constexpr int flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    return failed != 0 ? failed : posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  int spawn(pid_t& pid, const std::string& command, const std::vector<std::string>& environment) {
    std::string shell = "sh", option = "-c", text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    std::vector<std::string> copies =
        environment;  // posix_spawn asks for text it could write to, and does not
    std::vector<char*> variables;
    for (std::string& variable : copies) variables.push_back(variable.data());
    variables.push_back(nullptr);
    return posix_spawn(&pid, "/bin/sh", &actions_, &attributes_, arguments, variables.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

std::expected<ShellProcess, int> start_shell(const std::string& command, const Descriptor& directory,
                                             const std::vector<std::string>& environment) {
  auto out = make_pipe();
  if (!out) return std::unexpected(out.error());
  auto err = make_pipe();
  if (!err) return std::unexpected(err.error());
  SpawnPlan plan;
  ShellProcess shell;
  int failed = plan.streams_and_directory(out->write.get(), err->write.get(), directory.get());
  if (failed == 0) failed = plan.session_and_signals();
  if (failed == 0) failed = plan.spawn(shell.pid, command, environment);
  if (failed != 0) return std::unexpected(failed);
  shell.process = Descriptor(
      static_cast<int>(::syscall(SYS_pidfd_open, shell.pid, 0)));  // glibc 2.36 declares it for C only
  if (!shell.process) {
    failed = errno;
    ::kill(-shell.pid, SIGKILL);
    ::waitpid(shell.pid, nullptr, 0);
    return std::unexpected(failed);
  }
  shell.out = std::move(out->read);
  shell.err = std::move(err->read);
  return shell;
}

}  // namespace system_service

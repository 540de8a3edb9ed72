#include "spawned_process.hpp"

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

  /// -1 is /dev/null.
  int stream(int number, int from) {
    const int flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY;
    return from < 0 ? posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", flags, 0)
                    : posix_spawn_file_actions_adddup2(&actions_, from, number);
  }
  /// In this order: the directory is among the descriptors that are closed last.
  int streams_and_directory(int in, int out, int err, int directory) {
    int failed = stream(STDIN_FILENO, in);
    if (failed == 0) failed = stream(STDOUT_FILENO, out);
    if (failed == 0) failed = stream(STDERR_FILENO, err);
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
  int spawn(pid_t& pid, std::vector<std::string> arguments, std::vector<std::string> environment) {
    std::vector<char*> words = pointers(arguments), variables = pointers(environment);
    return posix_spawn(&pid, words[0], &actions_, &attributes_, words.data(), variables.data());
  }

 private:
  /// posix_spawn asks for text that it could write to, and does not.
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

struct Ends {
  int in = -1, out = -1, err = -1;
};

std::expected<SpawnedProcess, int> spawn(const std::vector<std::string>& arguments, Ends ends, int directory,
                                         const std::vector<std::string>& environment) {
  SpawnPlan plan;
  SpawnedProcess spawned;
  int failed = plan.streams_and_directory(ends.in, ends.out, ends.err, directory);
  if (failed == 0) failed = plan.session_and_signals();
  if (failed == 0) failed = plan.spawn(spawned.pid, arguments, environment);
  if (failed != 0) return std::unexpected(failed);
  spawned.process = Descriptor(
      static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0)));  // glibc 2.36 declares it for C only
  if (spawned.process) return spawned;
  failed = errno;
  ::kill(-spawned.pid, SIGKILL);
  ::waitpid(spawned.pid, nullptr, 0);
  return std::unexpected(failed);
}

}  // namespace

std::expected<SpawnedProcess, int> spawn_process(const std::vector<std::string>& arguments,
                                                 const Descriptor& directory,
                                                 const std::vector<std::string>& environment) {
  auto out = make_pipe();
  if (!out) return std::unexpected(out.error());
  auto err = make_pipe();
  if (!err) return std::unexpected(err.error());
  auto spawned = spawn(arguments, {-1, out->write.get(), err->write.get()}, directory.get(), environment);
  if (!spawned) return spawned;
  spawned->out = std::move(out->read);
  spawned->err = std::move(err->read);
  return spawned;
}

std::expected<SpawnedProcess, int> spawn_reader(const std::vector<std::string>& arguments,
                                                const Descriptor& input,
                                                const std::vector<std::string>& environment) {
  const Descriptor root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return std::unexpected(errno);
  return spawn(arguments, {.in = input.get()}, root.get(), environment);
}

}  // namespace system_service

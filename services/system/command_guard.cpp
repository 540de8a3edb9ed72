#include "command_guard.hpp"

#include <cerrno>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "spawned_process.hpp"

namespace system_service {
namespace {

/// Each line is the whole list, so that a guard that begins late knows as much as the first.
constexpr const char* script =
    "while read -r line; do groups=$line; done; for group in $groups; do kill -s KILL -- \"-$group\"; done";
constexpr int last_words_ms = 2000;  // it has nothing to wait for; a stopped one is killed

}  // namespace

CommandGuard::~CommandGuard() { end(); }

int CommandGuard::ready() {
  const std::lock_guard lock(mutex_);
  if (line_ && tell()) return 0;
  return start();
}

void CommandGuard::watch(pid_t group) {
  const std::lock_guard lock(mutex_);
  groups_.insert(group);
  tell_or_replace();
}

void CommandGuard::forget(pid_t group) {
  const std::lock_guard lock(mutex_);
  groups_.erase(group);
  tell_or_replace();
}

pid_t CommandGuard::pid() const {
  const std::lock_guard lock(mutex_);
  return pid_;
}

int CommandGuard::start() {
  if (process_) ::kill(pid_, SIGKILL);  // it must not take its end for the node's
  end();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  Descriptor ours(ends[0]), theirs(ends[1]);
  auto guard = spawn_reader({"/bin/sh", "-c", script, "p2p_admin-command-guard"}, theirs, environment_);
  if (!guard) return guard.error();
  pid_ = guard->pid;
  process_ = std::move(guard->process);
  line_ = std::move(ours);
  return tell() ? 0 : EPIPE;
}

bool CommandGuard::tell() const {
  std::string text;
  for (const pid_t group : groups_) text += std::to_string(group) + ' ';
  text += '\n';
  const ssize_t sent = ::send(line_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent == static_cast<ssize_t>(text.size());
}

void CommandGuard::tell_or_replace() {
  if (!line_ || !tell()) (void)start();  // without one the commands go on: their node is there to end them
}

void CommandGuard::end() {
  if (!process_) return;
  line_.reset();
  pollfd watched{process_.get(), POLLIN, 0};
  if (::poll(&watched, 1, last_words_ms) <= 0) ::kill(pid_, SIGKILL);
  siginfo_t info{};
  (void)::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &info, WEXITED);
  process_.reset();
  pid_ = -1;
}

}  // namespace system_service

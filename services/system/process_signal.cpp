#include "process_signal.hpp"

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace system_service {
namespace {

using p2p::Errc;
using p2p::Error;
using p2p::Value;

Error no_process(std::int64_t pid) {
  return Error(Errc::method_failed, "there is no process " + std::to_string(pid),
               Value{{"hint", "look again with system/list_processes"}});
}

Error failed(const std::string& what, std::int64_t pid, int number) {
  return Error(Errc::method_failed,
               what + " process " + std::to_string(pid) + ": " + std::generic_category().message(number));
}

}  // namespace

bool HeldProcess::signal(int number) const {
  if (::syscall(SYS_pidfd_send_signal, process_.get(), number, nullptr, 0) == 0) return false;
  if (errno == ESRCH) return true;
  if (errno == EPERM)
    throw Error(Errc::forbidden, "the node's user may not signal process " + std::to_string(pid_) + " (" +
                                     name_ + "): it belongs to another user");
  throw failed("cannot signal", pid_, errno);
}

bool HeldProcess::ended() const {
  pollfd watched{process_.get(), POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

/// First the pidfd, then the reading, then a look whether it still lives: then what was read was its own.
HeldProcess hold_process(const Processes& processes, const Machine& machine, std::int64_t pid,
                         const KillRules& rules, std::optional<double> wanted_create_time) {
  Descriptor fd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
  if (!fd && (errno == ESRCH || errno == EINVAL)) throw no_process(pid);  // EINVAL: a thread's number
  if (!fd) throw failed("cannot hold", pid, errno);
  const auto stat = processes.stat(pid);
  const auto uid = processes.real_uid(pid);
  if (!stat || !uid) throw no_process(pid);
  HeldProcess held(std::move(fd), pid, stat->name);
  if (held.ended()) throw no_process(pid);
  if (auto reason = reason_to_spare({*stat, *uid, create_time(*stat, machine)}, rules, wanted_create_time))
    throw *std::move(reason);
  return held;
}

}  // namespace system_service

#include "command.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawned_process.hpp"
#include "steady.hpp"

namespace system_service {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

std::string text_of(int error) { return std::generic_category().message(error); }

/// Rounded up, so that a wait does not end just before its time and spins.
int ms_until(std::int64_t at_ns) {
  const std::int64_t ms = (at_ns - steady_ns() + ns_per_ms - 1) / ns_per_ms;
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

}  // namespace

Command::Command(CommandRequest request, const std::vector<std::string>& environment, CommandGuard& guard,
                 CommandLimits limits)
    : request_(std::move(request)),
      environment_(environment),
      guard_(guard),
      limits_(limits),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      out_(request_.output),
      err_(request_.output) {}

void Command::stop() {
  Wish none = Wish::none;
  if (!wish_.compare_exchange_strong(none, Wish::stop)) return;
  (void)::eventfd_write(wake_.get(), 1);
}

void Command::kill() {
  if (wish_.exchange(Wish::kill) != Wish::kill) (void)::eventfd_write(wake_.get(), 1);
}

void Command::run() {
  const std::int64_t started = steady_ns();
  if (start()) {
    phase_ends_ns_ = started + request_.timeout_ms * ns_per_ms;
    watch();
    end_group();
  }
  report(started);
}

bool Command::start() {
  using End = CommandOutcome::End;
  const Descriptor directory(::open(request_.working_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return refuse(End::no_directory, errno);
  if (const int error = guard_.ready(); error != 0) return refuse(End::not_started, error);
  auto spawned = spawn_process(request_.arguments, directory, environment_);
  if (!spawned) {
    const bool directory_closed =
        spawned.error() == EACCES && request_.working_dir != "/";  // the program may be executed by everyone
    return refuse(directory_closed ? End::no_directory : End::not_started, spawned.error());
  }
  pid_ = spawned->pid;
  guard_.watch(pid_);
  process_ = std::move(spawned->process);
  out_pipe_ = std::move(spawned->out);
  err_pipe_ = std::move(spawned->err);
  outcome_.end = End::ended;
  return true;
}

bool Command::refuse(CommandOutcome::End end, int error) {
  outcome_.end = end;
  outcome_.failure = text_of(error);
  return false;
}

bool Command::at_its_end() const noexcept {
  return phase_ == Phase::given_up || (exited_ && !out_pipe_ && !err_pipe_);
}

void Command::watch() {
  while (!at_its_end()) {
    poll_once();
    heed_wishes();
    if (at_its_end() || steady_ns() < phase_ends_ns_) continue;
    if (phase_ == Phase::running && exited_) {
      // Whoever holds a pipe now is a job in the background: the program's own end is told.
      read_what_is_there(out_pipe_, out_);
      read_what_is_there(err_pipe_, err_);
      return;
    }
    if (phase_ == Phase::running) outcome_.end = CommandOutcome::End::timed_out;
    enter(static_cast<Phase>(static_cast<int>(phase_) + 1));
  }
}

void Command::poll_once() {
  pollfd watched[] = {{out_pipe_.get(), POLLIN, 0},
                      {err_pipe_.get(), POLLIN, 0},
                      {exited_ ? -1 : process_.get(), POLLIN, 0},
                      {wake_.get(), POLLIN, 0}};
  if (::poll(watched, std::size(watched), ms_until(phase_ends_ns_)) <= 0) return;
  if (watched[0].revents != 0) read_from(out_pipe_, out_);
  if (watched[1].revents != 0) read_from(err_pipe_, err_);
  if (watched[2].revents == 0) return;
  exited_ = true;
  if (phase_ == Phase::running) phase_ends_ns_ = steady_ns() + limits_.drain_ms * ns_per_ms;
}

/// One piece at a time, so that a command that writes without end does not keep us from looking at the clock.
/// True when there may be more.
bool Command::read_from(Descriptor& pipe, CapturedOutput& into) {
  char piece[16384];
  const ssize_t got = ::read(pipe.get(), piece, sizeof piece);
  if (got > 0)
    into.append({piece, static_cast<std::size_t>(got)});
  else if (got == 0 || (errno != EINTR && errno != EAGAIN))
    pipe.reset();
  return got > 0;
}

/// No more than a pipe holds: who writes without end ends here.
void Command::read_what_is_there(Descriptor& pipe, CapturedOutput& into) {
  constexpr int most_pieces = 64;
  for (int i = 0; pipe && i < most_pieces; ++i)
    if (!read_from(pipe, into)) return;
}

void Command::heed_wishes() {
  eventfd_t count = 0;
  (void)::eventfd_read(wake_.get(), &count);
  const Wish wish = wish_.load();
  if (wish == Wish::none || phase_ >= Phase::killing) return;
  if (phase_ == Phase::running) outcome_.end = CommandOutcome::End::stopped;
  if (wish == Wish::kill)
    enter(Phase::killing);
  else if (phase_ == Phase::running)
    enter(Phase::terminating);
}

void Command::enter(Phase phase) {
  phase_ = phase;
  if (phase == Phase::terminating) {
    signal_group(SIGTERM);
    phase_ends_ns_ = steady_ns() + limits_.grace_ms * ns_per_ms;
  } else if (phase == Phase::killing) {
    signal_group(SIGKILL);
    phase_ends_ns_ = steady_ns() + limits_.last_words_ms * ns_per_ms;
  }
}

/// The program is not reaped before the end, so its number, which is the group's, cannot be another process's
/// yet.
void Command::signal_group(int signal) const noexcept { ::kill(-pid_, signal); }

void Command::end_group() {
  signal_group(SIGKILL);
  guard_.forget(pid_);
  siginfo_t info{};
  const auto process = static_cast<id_t>(process_.get());
  // One that even SIGKILL has not ended yet hangs in the kernel; it is not waited for, its answer is due.
  if (::waitid(P_PIDFD, process, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
  outcome_.return_code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

void Command::report(std::int64_t started_ns) {
  outcome_.out = out_.text();
  outcome_.err = err_.text();
  outcome_.out_bytes = out_.written();
  outcome_.err_bytes = err_.written();
  outcome_.out_truncated = out_.truncated();
  outcome_.err_truncated = err_.truncated();
  outcome_.duration_ms = (steady_ns() - started_ns) / ns_per_ms;
}

}  // namespace system_service

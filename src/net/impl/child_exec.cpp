#include "net/impl/child_exec.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace p2p {
namespace {

/// What the child could not do, sent through a pipe that exec closes.
struct Failure {
  enum class Step : int { directory, descriptors, limits, exec } step;
  int number;
};

/// Everything the child needs, ready before the fork.
struct Plan {
  explicit Plan(const ChildSpec& spec_in, std::string program_in)
      : spec(spec_in), program(std::move(program_in)) {
    for (const auto& text : spec.argv) argv.push_back(const_cast<char*>(text.c_str()));
    for (const auto& text : spec.environment) environment.push_back(const_cast<char*>(text.c_str()));
    argv.push_back(nullptr);
    environment.push_back(nullptr);
  }

  const ChildSpec& spec;
  std::string program;
  std::vector<char*> argv, environment;
  UniqueFd null, output, report;
  pid_t parent = 0;
};

// ---- in the child: system calls only ----

[[noreturn]] void give_up(const Plan& plan, Failure::Step step) {
  const Failure failure{step, errno};
  (void)!::write(plan.report.get(), &failure, sizeof failure);
  ::_exit(127);
}

void become_own_group(const Plan& plan) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it does not outlive us
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::getppid() != plan.parent) ::_exit(127);  // we were gone before the line above
}

void forget_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < 32; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool limit(int which, std::uint64_t most) {
  const rlimit value{most, most};
  return ::setrlimit(static_cast<__rlimit_resource_t>(which), &value) == 0;
}

void take_limits(const Plan& plan) {
  const auto& spec = plan.spec;
  bool done = limit(RLIMIT_CORE, 0);
  if (spec.address_space > 0) done = limit(RLIMIT_AS, spec.address_space) && done;
  if (spec.cpu_seconds > 0) done = limit(RLIMIT_CPU, spec.cpu_seconds) && done;
  if (!done) give_up(plan, Failure::Step::limits);
  if (spec.nice != 0) ::setpriority(PRIO_PROCESS, 0, spec.nice);
}

void take_descriptors(const Plan& plan) {
  const bool done = ::dup2(plan.null.get(), 0) == 0 && ::dup2(plan.output.get(), 1) == 1 &&
                    ::dup2(plan.output.get(), 2) == 2;
  // All others close with exec; the report is among them.
  if (!done || ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) give_up(plan, Failure::Step::descriptors);
}

[[noreturn]] void run_child(const Plan& plan) {
  become_own_group(plan);
  if (!plan.spec.directory.empty() && ::chdir(plan.spec.directory.c_str()) != 0) {
    give_up(plan, Failure::Step::directory);
  }
  take_descriptors(plan);
  take_limits(plan);
  forget_signals();
  ::execve(plan.program.c_str(), plan.argv.data(), plan.environment.data());
  give_up(plan, Failure::Step::exec);
}

// ---- in the parent ----

std::string_view path_of(const std::vector<std::string>& environment) {
  for (const std::string_view line : environment) {
    if (line.starts_with("PATH=")) return line.substr(5);
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

Result<std::string> find_program(const ChildSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) return fail(Errc::invalid_params, "no program to run");
  const auto& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const auto path = path_of(spec.environment);
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    auto candidate = fmt::format("{}/{}", path.substr(begin, end - begin), name);
    if (end > begin && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return fail(Errc::not_found, fmt::format("no program '{}' in {}", name, path));
}

std::unexpected<Error> failed(const char* what, int number) {
  return fail(Errc::unavailable, fmt::format("{}: {}", what, std::generic_category().message(number)));
}

std::unexpected<Error> explain(const Failure& failure, const Plan& plan) {
  const auto reason = std::generic_category().message(failure.number);
  const bool missing = failure.number == ENOENT || failure.number == ENOTDIR;
  const auto code = missing                    ? Errc::not_found
                    : failure.number == EACCES ? Errc::forbidden
                                               : Errc::unavailable;
  switch (failure.step) {
    case Failure::Step::directory:
      return fail(code, fmt::format("cannot run in {}: {}", plan.spec.directory, reason));
    case Failure::Step::exec: return fail(code, fmt::format("cannot run {}: {}", plan.program, reason));
    case Failure::Step::descriptors: return failed("cannot set up a child's descriptors", failure.number);
    case Failure::Step::limits: return failed("cannot set a child's limits", failure.number);
  }
  return failed("cannot start a child", failure.number);
}

/// No handler of ours may run in the child: signals wait until it has forgotten them.
pid_t fork_quietly(const Plan& plan) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto pid = ::fork();
  if (pid == 0) run_child(plan);
  const int number = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return pid;
}

/// A copy that is none of 0, 1 and 2, which the child is about to replace.
UniqueFd above_standard(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

/// Forks and waits until exec closed the report or something came through it.
Result<StartedChild> fork_and_hear(Plan& plan, UniqueFd report, UniqueFd reports) {
  StartedChild child;
  child.pid = fork_quietly(plan);
  if (child.pid < 0) return failed("cannot start a process", errno);
  report.reset();
  plan.report.reset();
  Failure failure{};
  ssize_t size = 0;
  do size = ::read(reports.get(), &failure, sizeof failure);
  while (size < 0 && errno == EINTR);
  if (size == static_cast<ssize_t>(sizeof failure)) {
    ::waitpid(child.pid, nullptr, 0);
    return explain(failure, plan);
  }
  child.pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  if (child.pidfd) return child;
  const int number = errno;
  ::kill(-child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
  return failed("cannot watch a process", number);
}

}  // namespace

Result<StartedChild> start_child(const ChildSpec& spec, int output) {
  auto program = find_program(spec);
  if (!program) return fail(std::move(program.error()));
  Plan plan(spec, std::move(*program));
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make a pipe", errno);
  UniqueFd reports(ends[0]), report(ends[1]);
  plan.null = above_standard(null.get());
  plan.output = above_standard(output);
  plan.report = above_standard(report.get());
  if (!plan.null || !plan.output || !plan.report) return failed("cannot set up a child's descriptors", errno);
  plan.parent = ::getpid();
  return fork_and_hear(plan, std::move(report), std::move(reports));
}

}  // namespace p2p

#include "net/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include "net/fd_watch.hpp"
#include "net/impl/child_exec.hpp"

namespace p2p {

struct ChildProcess::Impl {
  Impl(Loop& loop_in, const ChildSpec& spec, Done done_in)
      : loop(loop_in),
        done(std::move(done_in)),
        capture_limit(spec.capture_limit),
        began(loop.clock().now()) {}

  ~Impl() {
    loop.cancel(timer);
    if (child.pid > 0 && done) end();
  }

  void watch(std::chrono::milliseconds time_limit) {
    timer = loop.post_at(began + time_limit, [this] {
      result.timed_out = true;
      kill_group();
    });
    if (output) output_watch.emplace(loop, output.get(), [this] { take_output(); });
    exit_watch.emplace(loop, child.pidfd.get(), [this] { on_exit(); });
  }

  /// While the child is not reaped its number is its own, so this cannot hit anyone else.
  void kill_group() const { ::kill(-child.pid, SIGKILL); }

  /// False when there is nothing more for now.
  bool read_output() {
    char bytes[16 * 1024];
    const auto size = ::read(output.get(), bytes, sizeof bytes);
    if (size <= 0) {
      if (size == 0 || (errno != EAGAIN && errno != EINTR)) output_watch.reset();
      return false;
    }
    const auto room = capture_limit - result.output.size();
    const auto taken = std::min(room, static_cast<std::size_t>(size));
    result.output.append(bytes, taken);
    result.output_cut = result.output_cut || taken < static_cast<std::size_t>(size);
    return true;
  }
  void take_output() { (void)read_output(); }

  siginfo_t end() {
    kill_group();  // what it left running
    siginfo_t info{};
    // By number: the descriptor is non-blocking since it is watched, and would not be waited for.
    while (::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED) != 0 && errno == EINTR) {
    }
    return info;
  }

  void on_exit() {
    const auto info = end();
    (info.si_code == CLD_EXITED ? result.exit_code : result.signal) = info.si_status;
    // A pipe holds 64 KiB; somebody who left the group may write for ever.
    for (int i = 0; output_watch && i < 64 && read_output(); ++i) {
    }
    result.duration = loop.clock().now() - began;
    loop.cancel(timer);
    output_watch.reset();
    exit_watch.reset();
    std::exchange(done, {})(std::move(result));  // may destroy this
  }

  Loop& loop;
  Done done;
  const std::size_t capture_limit;
  const Instant began;
  Executor::TimerId timer = 0;
  StartedChild child;
  UniqueFd output;  // our end, when captured
  std::optional<FdWatch> output_watch, exit_watch;
  ChildResult result;
};

namespace {

struct OutputPipe {
  UniqueFd ours, theirs;
};

Result<OutputPipe> open_output(const std::string& file) {
  OutputPipe out;
  if (!file.empty()) {
    out.theirs = UniqueFd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (out.theirs) return out;
    return fail(Errc::unavailable,
                fmt::format("cannot write {}: {}", file, std::generic_category().message(errno)));
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(Errc::unavailable, "cannot make a pipe: too many open files");
  out.ours = UniqueFd(ends[0]);
  out.theirs = UniqueFd(ends[1]);
  ::fcntl(out.ours.get(), F_SETFL, O_NONBLOCK);
  return out;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(Loop& loop, const ChildSpec& spec, Done done) {
  auto output = open_output(spec.output_file);
  if (!output) return fail(std::move(output.error()));
  auto impl = std::make_unique<Impl>(loop, spec, std::move(done));
  auto child = start_child(spec, output->theirs.get());
  if (!child) return fail(std::move(child.error()));
  impl->child = std::move(*child);
  impl->output = std::move(output->ours);
  impl->watch(spec.time_limit);
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(impl)));
}

ChildProcess::ChildProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ChildProcess::~ChildProcess() = default;

void ChildProcess::cancel() {
  if (!impl_->done) return;
  impl_->result.cancelled = true;
  impl_->kill_group();
}

pid_t ChildProcess::pid() const noexcept { return impl_->child.pid; }

}  // namespace p2p

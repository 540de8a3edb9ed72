#include "base/log_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace p2p {
namespace {

// Not to wait matters for a file that turns out to be a named pipe.
int open_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

std::string cannot_open(const std::string& path, int error) {
  return "cannot open the log file " + path + ": " + std::generic_category().message(error);
}

}  // namespace

LogSink::LogSink(const std::string& file, Notice notice) : notice_(std::move(notice)) {
  if (auto opened = use(file); !opened) throw std::runtime_error(opened.error().message());
}

LogSink::~LogSink() {
  if (own_) ::close(fd_);
}

void LogSink::use_stderr() {
  fd_ = STDERR_FILENO;
  struct stat kind{};
  if (::fstat(fd_, &kind) != 0) return;
  ask_first_ = S_ISSOCK(kind.st_mode);  // journald's, which cannot be opened again
  if (!S_ISFIFO(kind.st_mode) && !S_ISCHR(kind.st_mode)) return;
  const int again = ::open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  ask_first_ = again < 0;  // another user's pipe
  if (again < 0) return;
  fd_ = again;
  own_ = true;
  if (S_ISFIFO(kind.st_mode)) (void)::fcntl(fd_, F_SETPIPE_SZ, 1024 * 1024);  // a burst is no stall
}

/// What was written of `text`, perhaps nothing.
std::size_t LogSink::write_some(std::string_view text) {
  std::size_t done = 0;
  while (done < text.size()) {
    auto left = text.substr(done);
    if (ask_first_) {
      pollfd room{fd_, POLLOUT, 0};
      if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return done;
      left = left.substr(0, PIPE_BUF);  // so much fits, the kernel says
    }
    const ssize_t count = ::write(fd_, left.data(), left.size());
    if (count == 0 || (count < 0 && errno != EINTR)) return done;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return done;
}

/// All of `text` now or after what is written of it now; false when nothing is.
bool LogSink::begin(std::string_view text) {
  if (!rest_.empty()) rest_.erase(0, write_some(rest_));
  if (!rest_.empty()) return false;
  const std::size_t done = write_some(text);
  if (done > 0) rest_ = text.substr(done);
  return done > 0;
}

void LogSink::put(std::string_view line) {
  const std::lock_guard lock(mutex_);
  // In one write with the line: a notice alone would fit where no line does, again and again.
  const bool begun = untold_ == 0 ? begin(line) : begin(notice_(untold_).append(line));
  untold_ = begun ? 0 : untold_ + 1;
  if (!begun) dropped_.fetch_add(1, std::memory_order_relaxed);
}

void LogSink::flush() {
  const std::lock_guard lock(mutex_);
  flush_locked();
}

void LogSink::flush_locked() {
  if (untold_ > 0) {
    if (begin(notice_(untold_))) untold_ = 0;
  } else if (!rest_.empty()) {
    rest_.erase(0, write_some(rest_));
  }
}

Result<void> LogSink::use(const std::string& file) {
  const int fresh = file.empty() ? -1 : open_file(file);
  if (!file.empty() && fresh < 0) return fail(Errc::internal, cannot_open(file, errno));
  const std::lock_guard lock(mutex_);
  flush_locked();
  rest_.clear();
  if (own_) ::close(fd_);
  file_ = file;
  fd_ = fresh;
  own_ = fresh >= 0;
  ask_first_ = false;
  if (fresh < 0) use_stderr();
  return {};
}

Result<void> LogSink::reopen() {
  std::string file;
  {
    const std::lock_guard lock(mutex_);
    file = file_;
  }
  if (file.empty()) return {};
  return use(file);
}

}  // namespace p2p

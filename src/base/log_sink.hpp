// LogSink: where lines go: stderr or a file. It never waits: a reader that stalls (a full pipe, a stopped
// terminal) or a disk that is full costs lines, which are counted and told of, and never the node's time.
//
// A pipe or a terminal is opened once more for this, since not to wait is a property of an open file, and the
// one we were given may be shared with the shell that started us.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace p2p {

class LogSink {
 public:
  /// `notice` words the line that tells how many lines are missing.
  using Notice = std::function<std::string(std::uint64_t dropped)>;

  /// Writes to `file`, or to stderr when it is empty. Throws std::runtime_error when the file cannot be
  /// opened.
  LogSink(const std::string& file, Notice notice);
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink();

  /// One line, with its line feed: one write, so that lines of several threads or processes do not mix.
  void put(std::string_view line);
  /// Writes what waits, if it can be written now: a rest of a line, and how many lines are missing.
  void flush();
  /// Writes to `file` from now on, or to stderr when it is empty. The old one stays when that fails.
  [[nodiscard]] Result<void> use(const std::string& file);
  /// The file by its name again, after it was moved away. The old one stays when that fails.
  [[nodiscard]] Result<void> reopen();

  /// Lines that were not written, since the start.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] bool begin(std::string_view text);
  void flush_locked();
  [[nodiscard]] std::size_t write_some(std::string_view text);
  void use_stderr();

  const Notice notice_;
  std::mutex mutex_;  // guards all below
  std::string file_;
  int fd_ = -1;
  bool own_ = false;        // close it at the end
  bool ask_first_ = false;  // it could not be opened again: the kernel is asked before each write
  std::string rest_;        // of a line that was written in part
  std::uint64_t untold_ = 0;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace p2p

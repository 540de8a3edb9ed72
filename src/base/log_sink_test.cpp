#include "base/log_sink.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace p2p {
namespace {

std::string notice(std::uint64_t dropped) { return "[" + std::to_string(dropped) + " missing]\n"; }

/// Puts something else in the place of stderr for a while.
class OtherStderr {
 public:
  explicit OtherStderr(int fd) : before_(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
  ~OtherStderr() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

std::string take(int fd) {
  std::string all;
  char bytes[65536];
  for (ssize_t count; (count = ::read(fd, bytes, sizeof bytes)) > 0;)
    all.append(bytes, static_cast<std::size_t>(count));
  return all;
}

/// A reader that reads nothing until the end: what it got, and that the writer was never held up.
void expect_no_wait(int reader, int writer) {
  ::fcntl(reader, F_SETFL, O_NONBLOCK);
  {
    const OtherStderr other(writer);
    LogSink sink("", notice);
    const std::string line = std::string(999, 'x') + '\n';
    for (int i = 0; i < 2000; ++i) sink.put(line);
    EXPECT_GT(sink.dropped(), 500u);
    const std::string first = take(reader);
    const auto before = sink.dropped();
    sink.flush();
    sink.put("after\n");
    EXPECT_EQ(sink.dropped(), before);
    const std::string all = first + take(reader);
    EXPECT_THAT(all, testing::EndsWith("\n[" + std::to_string(before) + " missing]\nafter\n"));
    const auto whole = static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
    EXPECT_EQ(whole - 2 + before, 2000u) << "each line is there whole or is counted";
    EXPECT_EQ(::fcntl(writer, F_GETFL) & O_NONBLOCK, 0) << "what others share is left as it was";
  }
  ::close(reader);
  ::close(writer);
}

TEST(LogSink, a_pipe_whose_reader_stalls_costs_lines_and_no_time) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  expect_no_wait(ends[0], ends[1]);
}

TEST(LogSink, so_does_a_socket_as_journald_gives_one) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  expect_no_wait(ends[0], ends[1]);
}

TEST(LogSink, a_reader_that_left_is_no_end) {
  ::signal(SIGPIPE, SIG_IGN);  // as the program does first of all
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ::close(ends[0]);
  const OtherStderr other(ends[1]);
  LogSink sink("", notice);
  sink.put("for nobody\n");
  EXPECT_EQ(sink.dropped(), 1u);
  ::close(ends[1]);
}

class SinkFile : public testing::Test {
 protected:
  SinkFile() : path_(testing::TempDir() + "p2p_log_sink_" + std::to_string(::getpid())) { clean(); }
  ~SinkFile() override { clean(); }
  void clean() const {
    ::unlink(path_.c_str());
    ::unlink((path_ + ".1").c_str());
  }
  static std::string text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path_;
};

TEST_F(SinkFile, is_opened_anew_after_it_was_moved_away) {
  LogSink sink(path_, notice);
  sink.put("old\n");
  ASSERT_EQ(::rename(path_.c_str(), (path_ + ".1").c_str()), 0);
  sink.put("still old\n");
  ASSERT_TRUE(sink.reopen().has_value());
  sink.put("new\n");
  EXPECT_EQ(text(path_ + ".1"), "old\nstill old\n");
  EXPECT_EQ(text(path_), "new\n");
}

TEST_F(SinkFile, that_cannot_be_opened_anew_is_kept) {
  const std::string folder = path_ + ".d";
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  {
    LogSink sink(folder + "/log", notice);
    ASSERT_EQ(::rename(folder.c_str(), (folder + "2").c_str()), 0);
    const auto opened = sink.reopen();
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error().message(), testing::HasSubstr(folder + "/log: No such file or directory"));
    sink.put("kept\n");
  }
  EXPECT_EQ(text(folder + "2/log"), "kept\n");
  ::unlink((folder + "2/log").c_str());
  ::rmdir((folder + "2").c_str());
}

TEST_F(SinkFile, a_full_disk_is_told_of_when_there_is_room_again) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  ASSERT_EQ(::symlink("/dev/full", path_.c_str()), 0);
  LogSink sink(path_, notice);
  for (int i = 0; i < 3; ++i) sink.put("lost\n");
  EXPECT_EQ(sink.dropped(), 3u);
  ::unlink(path_.c_str());
  ASSERT_TRUE(sink.reopen().has_value());
  sink.put("room\n");
  EXPECT_EQ(text(path_), "[3 missing]\nroom\n");
}

TEST_F(SinkFile, a_named_pipe_without_a_reader_does_not_hold_up_the_start) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THROW(LogSink(path_, notice), std::runtime_error);
}

}  // namespace
}  // namespace p2p

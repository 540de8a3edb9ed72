#include "net/child_process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace p2p {
namespace {

using std::chrono::milliseconds;

class Child : public testing::Test {
 protected:
  Child() {
    directory_ = std::filesystem::path(testing::TempDir()) / ("p2p_child_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  ~Child() override { std::filesystem::remove_all(directory_); }

  ChildSpec shell(const std::string& script) {
    ChildSpec spec;
    spec.argv = {"/bin/sh", "-c", script};
    spec.environment = {"PATH=/usr/bin:/bin"};
    return spec;
  }

  Result<ChildResult> run(const ChildSpec& spec, const std::function<void(ChildProcess&)>& meanwhile = {}) {
    std::optional<ChildResult> got;
    auto child = ChildProcess::start(loop_, spec, [&](ChildResult result) {
      got = std::move(result);
      loop_.stop();
    });
    if (!child) return fail(child.error());
    if (meanwhile) meanwhile(**child);
    loop_.run();
    return std::move(*got);
  }
  /// A killed process that nobody of ours waits for is gone as soon as the kernel has ended it.
  bool gone(pid_t pid) {
    const auto patience = clock_.now() + std::chrono::seconds(5);
    while (clock_.now() < patience) {
      const auto status = read("/proc/" + std::to_string(pid) + "/status");
      if (status.empty() || status.find("State:\tZ") != std::string::npos) return true;
    }
    return false;
  }
  std::string read(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  SystemClock clock_;
  Loop loop_{clock_, nullptr};
  std::filesystem::path directory_;
};

TEST_F(Child, tells_how_it_ended_and_what_it_said) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result.has_value()) << result.error().what();
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->signal, 0);
  EXPECT_EQ(result->output, "out\nerr\n");
  EXPECT_FALSE(result->ok());
  EXPECT_GT(result->duration.count(), 0);
}

TEST_F(Child, tells_the_signal_that_ended_it) {
  const auto result = run(shell("kill -TERM $$"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->signal, SIGTERM);
}

TEST_F(Child, gets_its_arguments_as_they_are) {
  ChildSpec spec;
  spec.argv = {"printf", "[%s]", "a b", "$HOME", "'; exit 1"};
  EXPECT_EQ(run(spec)->output, "[a b][$HOME]['; exit 1]");
}

TEST_F(Child, has_the_given_environment_directory_and_nothing_of_ours) {
  ::setenv("P2P_CHILD_TEST_SECRET", "leak", 1);
  auto spec = shell("pwd; echo \"$GIVEN\"; env | grep -c SECRET; ls /proc/self/fd | wc -l; cat");
  spec.environment.push_back("GIVEN=yes");
  spec.directory = directory_;
  const int inherited = ::dup(1);  // without close-on-exec
  const auto result = run(spec);
  ::close(inherited);
  ::unsetenv("P2P_CHILD_TEST_SECRET");
  // Descriptors of ls: 0, 1, 2 and the folder it reads.
  EXPECT_EQ(result->output, std::filesystem::canonical(directory_).string() + "\nyes\n0\n4\n");
}

TEST_F(Child, writes_its_output_to_a_file) {
  auto spec = shell("echo fresh");
  spec.output_file = directory_ / "log";
  std::ofstream(spec.output_file) << "something longer and older";
  const auto result = run(spec);
  EXPECT_EQ(result->output, "");
  EXPECT_EQ(read(spec.output_file), "fresh\n");
}

TEST_F(Child, captures_no_more_than_it_may) {
  auto spec = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2");
  spec.capture_limit = 1000;
  const auto result = run(spec);
  EXPECT_EQ(result->exit_code, 0) << "it is read on, so that it can finish";
  EXPECT_EQ(result->output, std::string(1000, 'x'));
  EXPECT_TRUE(result->output_cut);
}

TEST_F(Child, is_killed_with_its_children_when_its_time_is_over) {
  // Both write their numbers and then wait for ever.
  auto spec = shell("sleep 1000 & echo $! > child; wait");
  spec.directory = directory_;
  spec.time_limit = milliseconds(300);
  const auto result = run(spec);
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->signal, SIGKILL);
  pid_t grandchild = 0;
  std::istringstream(read(directory_ / "child")) >> grandchild;
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(gone(grandchild));
}

TEST_F(Child, leaves_nothing_running_behind_it) {
  auto spec = shell("sleep 1000 & echo $!");
  const auto result = run(spec);
  EXPECT_EQ(result->exit_code, 0);
  EXPECT_TRUE(gone(static_cast<pid_t>(std::stoi(result->output))));
}

TEST_F(Child, can_be_cancelled) {
  const auto result = run(shell("sleep 1000"), [](ChildProcess& child) { child.cancel(); });
  EXPECT_TRUE(result->cancelled);
  EXPECT_FALSE(result->timed_out);
  EXPECT_EQ(result->signal, SIGKILL);
}

TEST_F(Child, is_killed_when_its_owner_goes) {
  pid_t pid = 0;
  {
    auto child = ChildProcess::start(loop_, shell("sleep 1000"), [](ChildResult) { FAIL(); });
    ASSERT_TRUE(child.has_value());
    pid = (*child)->pid();
    ASSERT_GT(pid, 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  loop_.poll();
}

TEST_F(Child, may_be_destroyed_by_its_own_end) {
  std::unique_ptr<ChildProcess> child;
  auto started = ChildProcess::start(loop_, shell("exit 0"), [&](ChildResult) {
    child.reset();
    loop_.stop();
  });
  ASSERT_TRUE(started.has_value());
  child = std::move(*started);
  loop_.run();
  EXPECT_EQ(child, nullptr);
}

TEST_F(Child, that_cannot_be_run_is_an_error_that_says_why) {
  const auto error_of = [this](ChildSpec spec) {
    const auto result = run(spec);
    EXPECT_FALSE(result.has_value());
    return result ? Error(Errc::internal, "it ran") : result.error();
  };
  ChildSpec spec;
  EXPECT_EQ(error_of(spec).code(), Errc::invalid_params);
  spec.argv = {"p2p-no-such-program"};
  spec.environment = {"PATH=/usr/bin:/bin"};
  EXPECT_EQ(error_of(spec).code(), Errc::not_found);
  EXPECT_NE(error_of(spec).message().find("p2p-no-such-program"), std::string::npos);
  EXPECT_NE(error_of(spec).message().find("/usr/bin:/bin"), std::string::npos);
  spec.argv = {"/nowhere/program"};
  EXPECT_EQ(error_of(spec).code(), Errc::not_found);
  spec.argv = {"/etc/passwd"};
  EXPECT_EQ(error_of(spec).code(), Errc::forbidden);
  spec = shell("exit 0");
  spec.directory = "/nowhere";
  EXPECT_EQ(error_of(spec).code(), Errc::not_found);
  spec = shell("exit 0");
  spec.output_file = "/nowhere/log";
  EXPECT_EQ(error_of(spec).code(), Errc::unavailable);
}

TEST_F(Child, has_limits_and_a_nice_value) {
  auto spec = shell("ulimit -v; ulimit -t; ulimit -c; nice");
  spec.address_space = 512ULL * 1024 * 1024;
  spec.cpu_seconds = 7;
  spec.nice = 5;
  EXPECT_EQ(run(spec)->output, "524288\n7\n0\n5\n");
}

TEST_F(Child, starts_with_no_signal_blocked_or_ignored) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t mask, before;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &mask, &before);
  const auto result = run(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(result->output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

}  // namespace
}  // namespace p2p

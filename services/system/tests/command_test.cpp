#include "../command.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "../steady.hpp"

namespace system_service {
namespace {

using End = CommandOutcome::End;

const std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "HOME=/home/nobody"};
constexpr std::int64_t patience_ns = 20'000'000'000;

CommandOutcome run(std::string text, std::int64_t timeout_ms = 20'000, std::string working_dir = "/",
                   std::size_t output = std::size_t{256} << 10, CommandLimits limits = {}) {
  CommandGuard guard(environment);
  Command command({shell_command(std::move(text)), timeout_ms, std::move(working_dir), output}, environment,
                  guard, limits);
  command.run();
  return command.outcome();
}

/// True once this process has died. A zombie counts: whose child it became may not reap it.
bool gone(pid_t pid) {
  const std::int64_t give_up = steady_ns() + patience_ns;
  while (steady_ns() < give_up) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    const std::string line{std::istreambuf_iterator<char>(status), {}};
    if (line.find(") Z") != line.npos) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(Command, its_output_and_its_code_come_back) {
  const CommandOutcome outcome = run("echo out; echo err >&2; exit 3");
  EXPECT_EQ(outcome.end, End::ended);
  EXPECT_EQ(outcome.return_code, 3);
  EXPECT_EQ(outcome.out, "out\n");
  EXPECT_EQ(outcome.err, "err\n");
  EXPECT_EQ(outcome.out_bytes, 4);
  EXPECT_FALSE(outcome.out_truncated);
  EXPECT_GE(outcome.duration_ms, 0);
}

TEST(Command, a_signal_shows_as_its_negative_number) {
  EXPECT_EQ(run("kill -TERM $$").return_code, -SIGTERM);
}

TEST(Command, there_is_no_list_of_forbidden_words) {
  EXPECT_EQ(run("echo information").out, "information\n");
}

TEST(Command, its_environment_is_the_one_that_was_given) {
  EXPECT_EQ(run("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort").out,
            "HOME=/home/nobody\nPATH=/usr/bin:/bin\n");
}

TEST(Command, stdin_is_empty) { EXPECT_EQ(run("cat; echo end").out, "end\n"); }

TEST(Command, no_descriptor_of_the_node_is_inherited) {
  const Descriptor secret(::open("/etc/passwd", O_RDONLY));  // without O_CLOEXEC
  ASSERT_TRUE(secret);
  // `ls` itself opens the folder that it lists, as 3.
  EXPECT_EQ(run("ls /proc/self/fd").out, "0\n1\n2\n3\n");
}

TEST(Command, it_leads_a_process_group_and_a_session_of_its_own) {
  const CommandOutcome outcome =
      run("read pid name state parent group session rest < /proc/$$/stat; echo $$ $group $session");
  const std::string pid = outcome.out.substr(0, outcome.out.find(' '));
  EXPECT_EQ(outcome.out, pid + ' ' + pid + ' ' + pid + '\n');
}

TEST(Command, signals_that_the_node_ignores_are_not_ignored_by_it) {
  struct sigaction ignore{}, before{};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGPIPE, &ignore, &before), 0);
  const CommandOutcome outcome = run("kill -PIPE $$; echo still here");
  ::sigaction(SIGPIPE, &before, nullptr);
  EXPECT_EQ(outcome.return_code, -SIGPIPE);
  EXPECT_EQ(outcome.out, "");
}

TEST(Command, it_runs_in_its_working_dir) { EXPECT_EQ(run("pwd", 20'000, "/usr").out, "/usr\n"); }

TEST(Command, a_working_dir_that_is_none_keeps_it_from_running) {
  for (const char* place : {"/no/such/folder", "/etc/passwd"}) {
    const CommandOutcome outcome = run("echo no", 20'000, place);
    EXPECT_EQ(outcome.end, End::no_directory) << place;
    EXPECT_FALSE(outcome.failure.empty());
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Command, output_beyond_the_limit_is_read_and_counted) {
  const CommandOutcome outcome = run("head -c 3000000 /dev/zero | tr '\\0' x", 20'000, "/", 1000);
  EXPECT_EQ(outcome.return_code, 0);
  EXPECT_EQ(outcome.out, std::string(1000, 'x'));
  EXPECT_EQ(outcome.out_bytes, 3'000'000);
  EXPECT_TRUE(outcome.out_truncated);
  EXPECT_FALSE(outcome.err_truncated);
}

TEST(Command, output_that_is_no_text_comes_with_replacement_characters) {
  EXPECT_EQ(run("printf 'a\\377b'").out,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Command, at_its_time_limit_it_is_ended) {
  const CommandOutcome outcome = run("sleep 1000", 50);
  EXPECT_EQ(outcome.end, End::timed_out);
  EXPECT_EQ(outcome.return_code, -SIGTERM);
  EXPECT_GE(outcome.duration_ms, 50);
}

TEST(Command, a_job_in_the_background_does_not_outlive_it) {
  const CommandOutcome outcome = run("sleep 1000 >/dev/null 2>&1 & echo $!");
  EXPECT_EQ(outcome.end, End::ended);
  EXPECT_EQ(outcome.return_code, 0);
  EXPECT_TRUE(gone(std::stoi(outcome.out)));
}

TEST(Command, what_a_background_job_writes_after_the_shell_has_ended_belongs_to_the_output) {
  EXPECT_EQ(run("{ until grep -q ') Z' /proc/$$/stat; do sleep 0.01; done; echo late; } & echo soon", 20'000,
                "/", 1000, {.drain_ms = 20'000})
                .out,
            "soon\nlate\n");
}

TEST(Command, a_background_job_that_holds_its_output_neither_delays_its_end_nor_hides_its_code) {
  for (const char* held : {"sleep 1000 & echo $!; exit 3", "yes >&2 & echo $!; exit 3"}) {
    const CommandOutcome outcome = run(held);
    EXPECT_EQ(outcome.end, End::ended) << held;
    EXPECT_EQ(outcome.return_code, 3);
    EXPECT_TRUE(gone(std::stoi(outcome.out)));
  }
  EXPECT_EQ(run("setsid sleep 5 & echo out").out, "out\n");
}

TEST(Command, it_can_be_stopped_before_it_begins) {
  CommandGuard guard(environment);
  Command command({shell_command("sleep 1000"), 20'000, "/"}, environment, guard, {});
  command.stop();
  command.run();
  EXPECT_EQ(command.outcome().end, End::stopped);
}

/// A command that runs beside the test and is stopped once it has said, by a line to the file $READY, that it
/// is where the test wants it.
class Beside {
 public:
  explicit Beside(std::string text, CommandLimits limits = {})
      : ready_(std::filesystem::temp_directory_path() / ("p2p_system_test." + std::to_string(::getpid()))),
        environment_{"PATH=/usr/bin:/bin", "READY=" + ready_.string()},
        guard_(environment_),
        command_({shell_command(std::move(text)), 600'000, "/"}, environment_, guard_, limits),
        thread_([this] { command_.run(); }) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() {
    command_.kill();
    if (thread_.joinable()) thread_.join();
    std::filesystem::remove(ready_);
  }

  [[nodiscard]] bool ready() const {
    const std::int64_t give_up = steady_ns() + patience_ns;
    while (!std::filesystem::exists(ready_) && steady_ns() < give_up) std::this_thread::yield();
    return std::filesystem::exists(ready_);
  }
  [[nodiscard]] const CommandOutcome& stop() {
    command_.stop();
    thread_.join();
    return command_.outcome();
  }

 private:
  std::filesystem::path ready_;
  std::vector<std::string> environment_;
  CommandGuard guard_;
  Command command_;
  std::thread thread_;
};

TEST(Command, one_that_writes_without_end_is_cut_and_can_be_ended) {
  Beside yes("yes | { head -c 1000000; echo > $READY; cat; }");
  ASSERT_TRUE(yes.ready());
  const CommandOutcome& outcome = yes.stop();
  EXPECT_EQ(outcome.end, End::stopped);
  EXPECT_EQ(outcome.out.size(), std::size_t{256} << 10);
  EXPECT_TRUE(outcome.out_truncated);
  EXPECT_GE(outcome.out_bytes, 1'000'000);
}

TEST(Command, a_program_is_given_its_arguments_as_they_are) {
  CommandGuard guard(environment);
  Command command({{"/bin/echo", "$HOME; reboot", "-n", "*"}}, environment, guard, {});
  command.run();
  EXPECT_EQ(command.outcome().out, "$HOME; reboot -n *\n");
}

TEST(Command, a_program_that_is_not_there_is_not_started) {
  CommandGuard guard(environment);
  Command command({{"/no/such/program"}}, environment, guard, {});
  command.run();
  EXPECT_EQ(command.outcome().end, End::not_started);
  EXPECT_EQ(command.outcome().failure, "No such file or directory");
}

TEST(Command, yes_is_cut_counted_and_ended_at_its_time_with_no_child_left) {
  const CommandOutcome outcome = run("yes & echo $! >&2; wait", 300, "/", 1000);
  EXPECT_EQ(outcome.end, End::timed_out);
  EXPECT_EQ(outcome.out.size(), 1000U);
  EXPECT_GT(outcome.out_bytes, 1000);
  EXPECT_TRUE(gone(std::stoi(outcome.err)));
}

TEST(Command, a_grandchild_dies_with_its_group) {
  Beside parent("sh -c 'echo $$; echo > $READY; sleep 1000' & wait");
  ASSERT_TRUE(parent.ready());
  EXPECT_TRUE(gone(std::stoi(parent.stop().out)));
}

TEST(Command, who_ignores_SIGTERM_is_killed_after_the_grace) {
  Beside stubborn("trap '' TERM; echo here; echo > $READY; while :; do sleep 1; done", {.grace_ms = 50});
  ASSERT_TRUE(stubborn.ready());
  const CommandOutcome& outcome = stubborn.stop();
  EXPECT_EQ(outcome.out, "here\n");
  EXPECT_EQ(outcome.return_code, -SIGKILL);
}

TEST(Command, who_heeds_SIGTERM_may_say_its_last_words) {
  Beside polite("trap 'echo bye; exit 7' TERM; echo > $READY; while :; do sleep 0.01; done",
                {.grace_ms = 600'000});
  ASSERT_TRUE(polite.ready());
  const CommandOutcome& outcome = polite.stop();
  EXPECT_EQ(outcome.out, "bye\n");
  EXPECT_EQ(outcome.return_code, 7);
}

TEST(Command, a_process_that_left_the_group_cannot_keep_it_by_the_pipe) {
  Beside parent("setsid sh -c 'echo $$; echo > $READY; exec sleep 1000' & wait",
                {.grace_ms = 50, .last_words_ms = 50});
  ASSERT_TRUE(parent.ready());
  const pid_t left = std::stoi(parent.stop().out);
  EXPECT_EQ(::kill(left, SIGKILL), 0);
}

}  // namespace
}  // namespace system_service

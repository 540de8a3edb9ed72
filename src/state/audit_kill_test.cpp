#include <string>

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.hpp"
#include "state/audit_log.hpp"
#include "state/audit_verify.hpp"
#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;

/// Runs jobs at once, on the thread that posts them.
class AtOnce final : public Executor {
 public:
  void post(Job job) override { job(); }
  TimerId post_at(Instant, Job) override { return 1; }
  void cancel(TimerId) override {}
  [[nodiscard]] bool run_blocking_for(BlockingFor, Job) override { return false; }
  [[nodiscard]] bool on_loop() const override { return true; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }

 private:
  SystemClock clock_;
};

/// Appends numbered records for ever, and tells each acknowledged number.
[[noreturn]] void append_for_ever(const std::filesystem::path& file, std::uint64_t first, int told) {
  AtOnce executor;
  Log log(LogLevel::off);
  auto audit = AuditLog::open(file, {.node = "n1"}, executor, executor.clock(), log);
  if (!audit) ::_exit(1);
  for (std::uint64_t number = first;; ++number) {
    AuditRecord record;
    record.action = "append";
    record.object = std::to_string(number);
    (*audit)->append(std::move(record), Durability::now, [number, told](bool worked) {
      if (worked && ::write(told, &number, sizeof number) != sizeof number) ::_exit(2);
    });
    if (number % 16 == 0) ::poll(nullptr, 0, 1);  // else the queue is full for ever
  }
}

TEST(AuditKill, what_was_acknowledged_survives_kill_9) {
  const TempFolder folder;
  const auto file = folder / "audit.jsonl";
  std::uint64_t acknowledged = 0, rounds_with_records = 0;
  for (int round = 0; round < 20; ++round) {
    int pipe[2] = {-1, -1};
    ASSERT_EQ(::pipe(pipe), 0);
    const std::uint64_t before = acknowledged;
    const pid_t child = ::fork();
    if (child == 0) append_for_ever(file, acknowledged + 1, pipe[1]);
    ::close(pipe[1]);
    const auto wanted = static_cast<std::uint64_t>(1 + round * 7);
    std::uint64_t number = 0;
    while (acknowledged - before < wanted && ::read(pipe[0], &number, sizeof number) == sizeof number)
      acknowledged = number;
    ::kill(child, SIGKILL);
    while (::read(pipe[0], &number, sizeof number) == sizeof number)
      acknowledged = number;  // told before it died
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
    rounds_with_records += acknowledged > before ? 1U : 0U;

    // The next start finds every acknowledged record, and a sound chain.
    {
      AtOnce executor;
      Log log(LogLevel::off);
      const auto audit = AuditLog::open(file, {.node = "n1"}, executor, executor.clock(), log);
      ASSERT_TRUE(audit) << audit.error().message();
    }
    const auto verdict = verify_audit_log(file);
    ASSERT_TRUE(verdict);
    ASSERT_FALSE(verdict->broken) << verdict->broken->line << ": " << verdict->broken->reason;
    std::uint64_t last = 0;
    std::istringstream lines(content(file));
    for (std::string line; std::getline(lines, line);) {
      const auto record = json::parse(line);
      ASSERT_TRUE(record);
      if ((*record)["action"] == Value("append")) {
        const std::uint64_t found = std::stoull((*record)["object"].as_string());
        ASSERT_EQ(found, last + 1) << "a record is missing or stands twice";
        last = found;
      }
    }
    ASSERT_GE(last, acknowledged) << "an acknowledged record is lost";
    acknowledged = last;  // one may have been written and not told any more
  }
  EXPECT_EQ(rounds_with_records, 20U);
}

}  // namespace
}  // namespace p2p

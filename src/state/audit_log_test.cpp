#include "state/audit_log.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/json.hpp"
#include "state/audit_verify.hpp"
#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;
using namespace std::chrono_literals;

struct AuditLogTest : testing::Test {
  TempFolder folder;
  std::filesystem::path file = folder / "audit.jsonl";
  TestClock clock;
  HandExecutor executor{clock};
  Log log{LogLevel::off};
  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  AuditSettings settings{.node = "n1"};
  std::unique_ptr<AuditLog> audit;

  void open() {
    auto start = resume_audit(file);
    auto real = AuditFile::open(file);
    ASSERT_TRUE(start && real);
    audit = std::make_unique<AuditLog>(settings, std::make_unique<FailingStore>(std::move(*real), disk),
                                       std::move(*start), executor, clock, log);
  }

  static AuditRecord record(std::string action) {
    AuditRecord made;
    made.actor = "client";
    made.action = std::move(action);
    return made;
  }

  /// Appends and waits for what becomes of it.
  bool append(std::string action, Durability durability = Durability::now) {
    int outcome = -1;
    audit->append(record(std::move(action)), durability, [&](bool worked) { outcome = worked ? 1 : 0; });
    EXPECT_TRUE(executor.run_until([&] { return outcome >= 0; }));
    return outcome == 1;
  }

  std::string actions(const std::filesystem::path& of) {
    std::string out;
    std::istringstream lines(content(of));
    for (std::string line; std::getline(lines, line);)
      out += (*json::parse(line))["action"].as_string() + " ";
    return out;
  }

  std::string verdict() {
    const auto found = verify_audit_log(file);
    if (!found) return found.error().message();
    return found->broken ? found->broken->reason : "sound " + std::to_string(found->records);
  }
};

TEST_F(AuditLogTest, one_that_was_moved_away_goes_on_in_a_new_file_with_the_same_chain) {
  open();
  EXPECT_TRUE(append("one"));
  audit->reopen();
  EXPECT_TRUE(append("two"));
  EXPECT_EQ(actions(file), "one two ") << "nobody has moved it";
  std::filesystem::rename(file, folder / "audit.jsonl.1");
  audit->reopen();
  EXPECT_TRUE(append("three"));
  EXPECT_EQ(actions(folder / "audit.jsonl.1"), "one two ");
  EXPECT_EQ(actions(file), "audit.moved three ");
  const auto moved = verify_audit(folder / "audit.jsonl.1");
  ASSERT_TRUE(moved && !moved->broken);
  const auto after = verify_audit(file, moved->last);
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->broken) << after->broken->reason;
  audit.reset();
  open();
  EXPECT_TRUE(append("four"));
  const auto again = verify_audit(file, moved->last);
  EXPECT_TRUE(again && !again->broken && again->records == 3) << "and over a start";
}

TEST_F(AuditLogTest, it_does_not_go_on_in_a_file_of_others_records) {
  open();
  EXPECT_TRUE(append("one"));
  std::filesystem::rename(file, folder / "audit.jsonl.1");
  {
    std::ofstream(file) << "something\n";
  }
  audit->reopen();
  EXPECT_TRUE(append("two"));
  EXPECT_EQ(actions(folder / "audit.jsonl.1"), "one two ");
  EXPECT_EQ(content(file), "something\n");
}

TEST_F(AuditLogTest, a_record_is_on_the_disk_when_it_is_acknowledged) {
  open();
  EXPECT_TRUE(append("one"));
  EXPECT_EQ(actions(file), "one ");
  EXPECT_GE(disk->syncs, 1);
  EXPECT_TRUE(append("two", Durability::soon));
  EXPECT_EQ(actions(file), "one two ");
  EXPECT_EQ(verdict(), "sound 2");
  EXPECT_EQ(audit->counters().written, 2U);
  EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(AuditLogTest, records_without_callback_are_written_as_well) {
  open();
  audit->append(record("quiet"), Durability::soon);
  audit->stop();
  EXPECT_EQ(actions(file), "quiet ");
}

TEST_F(AuditLogTest, many_records_share_an_fsync) {
  open();
  int done = 0;
  for (int i = 0; i < 1000; ++i) {
    audit->append(record("r"), Durability::soon, [&](bool worked) { done += worked ? 1 : 0; });
  }
  ASSERT_TRUE(executor.run_until([&] { return done == 1000; }));
  EXPECT_LT(disk->syncs, 100);
  EXPECT_EQ(verdict(), "sound 1000");
}

TEST_F(AuditLogTest, a_record_that_can_wait_costs_no_fsync_of_its_own) {
  settings.group = 1h;
  open();
  bool first = false;
  audit->append(record("one"), Durability::soon, [&](bool worked) { first = worked; });
  for (int i = 0; i < 3000 && content(file).empty(); ++i) ::poll(nullptr, 0, 10);
  EXPECT_EQ(actions(file), "one ") << "it is written at once all the same";
  EXPECT_EQ(disk->syncs, 0);
  EXPECT_FALSE(first);
  EXPECT_TRUE(append("two"));
  EXPECT_TRUE(first) << "the fsync of the second serves both";
  EXPECT_EQ(disk->syncs, 1);
}

TEST_F(AuditLogTest, the_chain_goes_on_after_a_restart) {
  open();
  EXPECT_TRUE(append("one"));
  audit.reset();
  open();
  EXPECT_TRUE(append("two"));
  EXPECT_EQ(verdict(), "sound 2");
}

TEST_F(AuditLogTest, a_torn_end_is_noted_and_the_chain_stays_sound) {
  open();
  EXPECT_TRUE(append("one"));
  audit.reset();
  put(file, content(file) + "{\"seq\":2,\"ts\":\"20");
  open();
  EXPECT_TRUE(append("two"));
  EXPECT_EQ(actions(file), "one audit.torn two ");
  EXPECT_EQ(verdict(), "sound 3");
}

TEST_F(AuditLogTest, a_full_disk_is_told_and_overcome_without_a_restart) {
  open();
  EXPECT_TRUE(append("before"));
  disk->full = true;
  EXPECT_FALSE(append("refused"));
  EXPECT_FALSE(audit->writable());
  EXPECT_EQ(actions(file), "before ") << "no half record stays";
  EXPECT_EQ(verdict(), "sound 1");
  disk->full = false;
  EXPECT_TRUE(append("after"));
  EXPECT_TRUE(audit->writable());
  EXPECT_EQ(actions(file), "before audit.gap after ");
  EXPECT_EQ(verdict(), "sound 3");
  EXPECT_EQ(audit->counters().failed, 1U);
}

TEST_F(AuditLogTest, a_failing_fsync_is_no_acknowledgement) {
  open();
  EXPECT_TRUE(append("before"));
  disk->sync_fails = true;
  EXPECT_FALSE(append("refused"));
  EXPECT_EQ(actions(file), "before ") << "what was refused is not recorded as done";
  disk->sync_fails = false;
  EXPECT_TRUE(append("after"));
  EXPECT_EQ(actions(file), "before audit.gap after ");
  EXPECT_EQ(verdict(), "sound 3");
}

TEST_F(AuditLogTest, a_disk_that_cannot_even_be_cut_is_overcome_later) {
  open();
  EXPECT_TRUE(append("before"));
  disk->full = disk->cut_fails = true;
  EXPECT_FALSE(append("refused"));
  disk->full = false;
  EXPECT_FALSE(append("refused too")) << "half a line stands there still";
  disk->cut_fails = false;
  EXPECT_TRUE(append("after"));
  EXPECT_EQ(actions(file), "before audit.gap after ");
  EXPECT_EQ(verdict(), "sound 3");
}

TEST_F(AuditLogTest, records_that_nobody_waited_for_are_counted_when_they_are_lost) {
  open();
  disk->full = true;
  audit->append(record("lost"), Durability::now);
  EXPECT_FALSE(append("refused"));
  disk->full = false;
  EXPECT_TRUE(append("after"));
  const std::string text = content(file);
  const auto gap = json::parse(text.substr(0, text.find('\n')));
  ASSERT_TRUE(gap);
  EXPECT_EQ((*gap)["action"], Value("audit.gap"));
  EXPECT_EQ((*gap)["params"], (Value{{"lost", 1}}));
}

TEST_F(AuditLogTest, recovers_by_itself) {
  open();
  disk->full = true;
  EXPECT_FALSE(append("refused"));
  disk->full = false;
  for (int i = 0; i < 3000 && !audit->writable(); ++i)
    ::poll(nullptr, 0, 10);  // nobody appends: only the log can act
  EXPECT_TRUE(audit->writable());
}

TEST_F(AuditLogTest, a_full_queue_fails_at_once) {
  settings.queue_records = 10;
  open();
  disk->full = true;  // so that nothing is acknowledged meanwhile
  int failed = 0, called = 0;
  for (int i = 0; i < 2000; ++i) {
    audit->append(record("r"), Durability::soon, [&](bool worked) {
      ++called;
      failed += worked ? 0 : 1;
    });
  }
  ASSERT_TRUE(executor.run_until([&] { return called == 2000; })) << "each is called exactly once";
  EXPECT_EQ(failed, 2000);
  EXPECT_EQ(audit->counters().failed, 2000U);
}

TEST_F(AuditLogTest, a_record_larger_than_the_queue_fails) {
  settings.queue_bytes = 100;
  open();
  EXPECT_FALSE(append("r"));
}

TEST_F(AuditLogTest, a_callback_never_runs_inside_append) {
  settings.queue_records = 0;
  open();
  bool called = false;
  audit->append(record("r"), Durability::now, [&](bool) { called = true; });
  EXPECT_FALSE(called);
  EXPECT_TRUE(executor.run_until([&] { return called; }));
}

TEST_F(AuditLogTest, the_end_writes_what_is_queued_and_later_records_fail) {
  open();
  int done = 0;
  for (int i = 0; i < 100; ++i) {
    audit->append(record("r"), Durability::soon, [&](bool worked) { done += worked ? 1 : 0; });
  }
  audit->stop();
  EXPECT_EQ(verdict(), "sound 100");
  ASSERT_TRUE(executor.run_until([&] { return done == 100; }));
  EXPECT_FALSE(append("late"));
}

TEST_F(AuditLogTest, a_new_day_and_a_full_file_begin_a_new_one) {
  settings.file_bytes = 1500;
  open();
  EXPECT_TRUE(append("one"));
  clock.advance(24h);
  EXPECT_TRUE(append("two"));
  EXPECT_EQ(actions(folder / "audit-20261122-0001.jsonl"), "one ");
  EXPECT_EQ(actions(file), "two ");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(append("r"));
  EXPECT_TRUE(std::filesystem::exists(folder / "audit-20261123-0001.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(folder / "audit-20261123-0002.jsonl"));
  EXPECT_EQ(verdict(), "sound 12") << "the chain goes through all files";
  audit.reset();
  clock.advance(24h);
  open();
  EXPECT_TRUE(append("last"));
  EXPECT_EQ(actions(file), "last ") << "a restart knows the day of the file";
  EXPECT_EQ(verdict(), "sound 13");
}

TEST_F(AuditLogTest, denials_are_folded) {
  open();
  AuditRecord denial = record("rpc");
  denial.peer = "10.0.0.1:1";
  denial.outcome = "unauthenticated";
  for (int i = 0; i < 100; ++i) audit->deny(denial);
  audit->stop();
  std::istringstream lines(content(file));
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_FALSE(std::getline(lines, third)) << "100 denials are 2 records";
  EXPECT_EQ((*json::parse(first))["decision"], Value("deny"));
  EXPECT_EQ((*json::parse(second))["count"], Value(99));
  EXPECT_EQ(audit->counters().folded, 99U);
}

TEST_F(AuditLogTest, folded_denials_come_out_when_their_second_is_over) {
  open();
  AuditRecord denial = record("rpc");
  denial.peer = "10.0.0.1:1";
  audit->deny(denial);
  audit->deny(denial);
  clock.advance(1s);
  for (int i = 0; i < 3000 && audit->counters().written < 2; ++i) ::poll(nullptr, 0, 10);
  EXPECT_EQ(audit->counters().written, 2U);
}

TEST_F(AuditLogTest, the_real_file_is_of_one_process) {
  auto first = AuditLog::open(file, settings, executor, clock, log);
  ASSERT_TRUE(first);
  const auto second = AuditLog::open(file, settings, executor, clock, log);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find("another process writes this audit log"), std::string::npos);
}

TEST_F(AuditLogTest, a_file_size_limit_of_the_system_is_overcome_too) {
  struct sigaction ignore{}, before_action{};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGXFSZ, &ignore, &before_action), 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  open();
  EXPECT_TRUE(append("before"));
  const rlimit tight{std::filesystem::file_size(file) + 100, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_FALSE(append("refused"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(append("after"));
  EXPECT_EQ(verdict(), "sound 3");
  ASSERT_EQ(::sigaction(SIGXFSZ, &before_action, nullptr), 0);
}

}  // namespace
}  // namespace p2p

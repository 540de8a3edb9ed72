#include "node/node_audit.hpp"

#include <optional>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "state/audit_verify.hpp"
#include "state/state_test_kit.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

using namespace test_state;

/// A NodeAudit on a real log in a folder of its own; `records` are its lines.
struct NodeAuditTest : testing::Test {
  TempFolder folder;
  TestClock clock;
  HandExecutor executor{clock};
  Log log{LogLevel::off};
  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  std::unique_ptr<AuditLog> file;
  NodeAudit audit{"coordinator-8001"};

  NodeAuditTest() {
    auto start = resume_audit(folder / "audit.jsonl");
    auto real = AuditFile::open(folder / "audit.jsonl");
    EXPECT_TRUE(start && real);
    if (!start || !real) return;
    file = std::make_unique<AuditLog>(AuditSettings{.node = "coordinator-8001"},
                                      std::make_unique<FailingStore>(std::move(*real), disk),
                                      std::move(*start), executor, clock, log);
    audit.open(*file, folder / "audit.jsonl", executor);
  }

  /// What stands in the file once all is written.
  std::vector<Value> records() {
    file->stop();
    std::vector<Value> found;
    std::istringstream lines(content(folder / "audit.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const Result<Value> record = json::parse(line);
      EXPECT_TRUE(record) << line;
      if (record) found.push_back(*record);
    }
    return found;
  }

  static CallerPtr admin() {
    auto caller = std::make_shared<Caller>();
    caller->subject = "alice";
    caller->role = Role::admin;
    caller->jti = "0123456789abcdef";
    caller->amr = "local";
    return caller;
  }
  static AuditedCall call() {
    AuditedCall call;
    call.caller = admin();
    call.peer = "127.0.0.1:51422";
    call.path = "system/execute_command";
    call.params = Value{{"command", "uptime"}, {"password", "***"}};
    call.full = true;
    call.outcome = "ok";
    call.milliseconds = 12.7;
    call.trace = {1, 2};
    return call;
  }
};

TEST_F(NodeAuditTest, a_call_is_recorded_with_who_what_where_and_how_it_ended) {
  audit.ran(call(), nullptr);
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 1u);
  const Value& record = found[0];
  EXPECT_EQ(record["node"], Value("coordinator-8001"));
  EXPECT_EQ(record["actor"], Value("alice"));
  EXPECT_EQ(record["role"], Value("admin"));
  EXPECT_EQ(record["amr"], Value("local"));
  EXPECT_EQ(record["jti"], Value("01234567"));
  EXPECT_EQ(record["peer"], Value("127.0.0.1:51422"));
  EXPECT_EQ(record["action"], Value("rpc"));
  EXPECT_EQ(record["object"], Value("system/execute_command@coordinator-8001"));
  EXPECT_EQ(record["params"], (Value{{"command", "uptime"}, {"password", "***"}}));
  EXPECT_EQ(record["params_sha256"].as_string().size(), 64u);
  EXPECT_EQ(record["decision"], Value("allow"));
  EXPECT_EQ(record["outcome"], Value("ok"));
  EXPECT_EQ(record["ms"], Value(12));
  EXPECT_EQ(record["trace_id"], Value("00000000000000010000000000000002"));
}

TEST_F(NodeAuditTest, a_call_that_is_not_recorded_in_full_shows_only_the_digest_of_its_parameters) {
  AuditedCall quiet = call();
  quiet.full = false;
  audit.ran(std::move(quiet), nullptr);
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].find("params"), nullptr);
  EXPECT_EQ(found[0]["params_sha256"].as_string().size(), 64u);
}

TEST_F(NodeAuditTest, who_waits_is_told_once_it_is_on_the_disk) {
  std::optional<bool> written;
  int syncs = 0;
  audit.ran(call(), [&](bool worked) {
    written = worked;
    syncs = disk->syncs;
  });
  ASSERT_TRUE(executor.run_until([&] { return written.has_value(); }));
  EXPECT_TRUE(*written);
  EXPECT_GE(syncs, 1);
}

TEST_F(NodeAuditTest, who_waits_is_told_when_the_disk_fails_and_the_log_is_not_writable_then) {
  EXPECT_TRUE(audit.writable());
  disk->full = true;
  std::optional<bool> written;
  audit.ran(call(), [&](bool worked) { written = worked; });
  ASSERT_TRUE(executor.run_until([&] { return written.has_value(); }));
  EXPECT_FALSE(*written);
  EXPECT_FALSE(audit.writable());
  EXPECT_GE(audit.counters().failed, 1u);
  disk->full = false;
}

TEST_F(NodeAuditTest, who_waits_on_another_loop_is_told_there) {
  ManualClock still;
  ManualExecutor side(still);
  LoopAudit beside(audit, side);
  std::optional<bool> told;
  beside.ran(call(), [&](bool written) {
    EXPECT_TRUE(side.on_loop());
    told = written;
  });
  beside.ran(call(), nullptr);
  beside.denied(call(), "role");
  EXPECT_TRUE(beside.writable());
  ASSERT_TRUE(executor.run_until([&] { return side.posted() > 0; }));
  EXPECT_EQ(told, std::nullopt);
  side.run_ready();
  EXPECT_EQ(told, true);
  EXPECT_EQ(records().size(), 3u);
}

TEST_F(NodeAuditTest, a_call_that_was_not_allowed_is_a_denial_with_its_reason) {
  audit.denied(call(), "role");
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["decision"], Value("deny"));
  EXPECT_EQ(found[0]["outcome"], Value("role"));
  EXPECT_EQ(found[0]["actor"], Value("alice"));
  EXPECT_EQ(found[0]["object"], Value("system/execute_command@coordinator-8001"));
}

TEST_F(NodeAuditTest, a_refusal_of_nobody_in_particular_has_the_peer_and_no_actor) {
  DoorEvent event;
  event.peer = "127.0.0.1";
  event.action = "request";
  event.object = "GET /debug/registry";
  event.outcome = "a token is needed";
  audit.denied(event);
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["decision"], Value("deny"));
  EXPECT_EQ(found[0]["peer"], Value("127.0.0.1"));
  EXPECT_EQ(found[0]["object"], Value("GET /debug/registry"));
  EXPECT_TRUE(found[0]["actor"].is_null() || found[0]["actor"] == Value(""));
}

TEST_F(NodeAuditTest, a_token_is_on_the_disk_before_it_is_given_out) {
  DoorEvent event;
  event.caller = admin();
  event.action = "token.issue";
  event.object = "alice";
  event.outcome = "ok";
  std::optional<bool> written;
  audit.record(event, [&](bool worked) { written = worked; });
  ASSERT_TRUE(executor.run_until([&] { return written.has_value(); }));
  EXPECT_TRUE(*written);
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["action"], Value("token.issue"));
  EXPECT_EQ(found[0]["object"], Value("alice"));
}

TEST_F(NodeAuditTest, a_service_that_was_loaded_or_refused_is_recorded_with_its_hash) {
  audit.service_loaded("hello", "abc", true);
  audit.service_loaded("broken", "", false);
  const std::vector<Value> found = records();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]["action"], Value("service.load"));
  EXPECT_EQ(found[0]["object"], Value("hello sha256:abc"));
  EXPECT_EQ(found[0]["outcome"], Value("ok"));
  EXPECT_EQ(found[1]["object"], Value("broken"));
  EXPECT_EQ(found[1]["outcome"], Value("failed"));
}

TEST_F(NodeAuditTest, its_records_are_one_unbroken_chain) {
  audit.node_started("coordinator 127.0.0.1:8001 EdDSA");
  audit.ran(call(), nullptr);
  audit.denied(call(), "role");
  EXPECT_EQ(records().size(), 3u);
  const Result<AuditVerdict> verdict = verify_audit(folder / "audit.jsonl");
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->records, 3u);
  EXPECT_FALSE(verdict->broken);
}

}  // namespace
}  // namespace p2p

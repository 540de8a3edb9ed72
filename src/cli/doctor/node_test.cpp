#include "cli/doctor/node.hpp"

#include "cli/doctor/kit_test.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

Value health(const std::string& version, const std::string& timestamp) {
  return Value{
      {"status", "healthy"}, {"node_id", "coordinator-8001"}, {"version", version}, {"timestamp", timestamp}};
}

TEST_F(DoctorTest, a_node_of_another_version_is_a_warning) {
  judge_health(health(std::string(product_version), ""), "127.0.0.1:8001", report);
  judge_health(health("0.9.0", ""), "127.0.0.1:8001", report);
  EXPECT_TRUE(
      said().starts_with("ok node: coordinator-8001 at 127.0.0.1:8001 is healthy, version 1.0.0\n"
                         "warn node: coordinator-8001 at 127.0.0.1:8001 is healthy, version 0.9.0; this "
                         "program is 1.0.0 -> "))
      << said();
}

TEST_F(DoctorTest, another_program_at_the_port_is_told_from_a_node) {
  judge_health(Value(), "127.0.0.1:80", report);
  judge_health(Value{{"status", "UP"}}, "127.0.0.1:80", report);
  EXPECT_EQ(report.count(DoctorLine::Level::fail), 2U);
  EXPECT_TRUE(said().starts_with("FAIL node: 127.0.0.1:80 answers, but not as p2p_admin does"));
}

TEST_F(DoctorTest, clocks_may_be_two_seconds_apart_and_the_way_there_does_not_count) {
  const WallTime now = *read_rfc3339("2026-11-22T05:52:35.000Z");
  judge_clock(health("", "2026-11-22T05:52:36.900Z"), now, 0s, report);
  judge_clock(health("", "2026-11-22T05:52:37.100Z"), now, 0s, report);
  judge_clock(health("", "2026-11-22T05:52:32.900Z"), now, 0s, report);
  judge_clock(health("", "2026-11-22T05:52:38.000Z"), now, 4s, report);  // one second in the middle
  EXPECT_EQ(said(),
            "ok clock: 1.9 s between this machine and the node\n"
            "FAIL clock: 2.1 s between this machine and the node, at most 2 s are well -> timedatectl "
            "set-ntp true, "
            "on both machines\n"
            "FAIL clock: 2.1 s between this machine and the node, at most 2 s are well -> timedatectl "
            "set-ntp true, "
            "on both machines\n"
            "ok clock: 1.0 s between this machine and the node\n");
}

TEST(ReadRfc3339, takes_what_the_node_writes_and_nothing_else) {
  const WallTime time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + 5h + 52min + 35s;
  EXPECT_EQ(read_rfc3339("2026-11-22T05:52:35.637Z"), time + 637ms);
  EXPECT_EQ(read_rfc3339("2026-11-22T05:52:35Z"), time);
  EXPECT_EQ(read_rfc3339(rfc3339(time + 42ms)), time + 42ms);
  for (const char* wrong : {"", "now", "2026-11-22", "2026-11-22T05:52:35", "2026-11-22T05:52:35.6Z",
                            "2026-11-22T05:52:35.637Z!"})
    EXPECT_FALSE(read_rfc3339(wrong)) << wrong;
}

TEST_F(DoctorTest, each_ready_check_that_fails_is_a_line) {
  judge_ready(
      "[+]listen ok: 127.0.0.1:8001\n[-]services failed: some are starting\n[-]cluster failed: alone\n",
      report);
  EXPECT_EQ(said(),
            "FAIL ready: services: some are starting -> p2p_admin services\n"
            "FAIL ready: cluster: alone -> p2p_admin logs --level warn\n");
}

TEST_F(DoctorTest, a_node_that_is_ready_says_how_many_checks_pass) {
  judge_ready("[+]listen ok\n[+]services ok\nreadyz check passed\n", report);
  judge_ready("", report);
  EXPECT_TRUE(said().starts_with("ok ready: 2 checks pass\nwarn ready: the node tells no ready checks"));
}

TEST_F(DoctorTest, a_service_that_does_not_run_as_its_folder_says_is_a_warning_with_the_place) {
  const Value broken{{"step", "compile"}, {"file", "b/main.cpp"}, {"line", 3}, {"message", "expected ;"}};
  const Value folder{{"step", "folder"}, {"message", "may be written by others"}};
  judge_services(
      Value{{"services", Value{{"a", Value{{"status", "running"}, {"reason", nullptr}}},
                               {"b", Value{{"status", "failed"}, {"reason", broken}}},
                               {"c", Value{{"status", "running"}, {"update", Value{{"reason", folder}}}}},
                               {"d", Value{{"status", "starting"}, {"reason", nullptr}}}}}},
      report);
  const std::string text = said();
  EXPECT_TRUE(text.starts_with(
      "warn services: b is failed: compile: b/main.cpp:3: expected ; -> correct it and save"))
      << text;
  EXPECT_NE(
      text.find("warn services: c runs, its new version does not: folder: may be written by others -> "),
      text.npos);
  EXPECT_EQ(report.lines().size(), 2U);
}

TEST_F(DoctorTest, a_service_that_waits_long_for_another_says_whether_that_one_exists) {
  const Value waits{{"status", "starting"}, {"step", "wait for shopp"}, {"waits_long", true}};
  const Value stopped{{"status", "starting"}, {"step", "wait for b"}, {"waits_long", true}};
  judge_services(
      Value{{"services", Value{{"a", waits}, {"b", stopped}, {"shop", Value{{"status", "running"}}}}}},
      report);
  EXPECT_EQ(said(),
            "warn services: a has waited for shopp for over 30 s, and there is no such service; did you mean "
            "shop? -> p2p_admin services a\n"
            "warn services: b has waited for b for over 30 s, which does not run -> p2p_admin services b\n");
}

TEST_F(DoctorTest, services_that_all_run_are_one_line) {
  judge_services(Value{{"services", Value{{"a", Value{{"status", "running"}, {"reason", nullptr}}}}}},
                 report);
  EXPECT_EQ(said(), "ok services: 1 running\n");
}

TEST_F(DoctorTest, nobody_at_the_port_fails_with_the_command_that_starts_a_node) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  const auto client = P2PClient::make(loop, {.place = "127.0.0.1:1", .timeout = 20s});
  ASSERT_TRUE(client);
  check_node(**client, report);
  EXPECT_EQ(said(),
            "FAIL node: 127.0.0.1:1 does not answer: connection refused -> p2p_admin coordinator --port 1\n");
}

}  // namespace
}  // namespace p2p

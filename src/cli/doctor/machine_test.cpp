#include "cli/doctor/machine.hpp"

#include <sys/resource.h>

#include "cli/doctor/kit_test.hpp"
#include "cli/terminal.hpp"

namespace p2p {
namespace {

TEST_F(DoctorTest, a_state_directory_that_the_first_start_will_make_is_well_and_not_made) {
  check_state_dir(path("not/yet"), report);
  EXPECT_EQ(said(), "ok state dir: /not/yet is not there yet, the first start makes it\n");
  EXPECT_FALSE(std::filesystem::exists(path("not")));
}

TEST_F(DoctorTest, a_state_directory_open_to_others_fails_with_the_command_that_mends_it) {
  folder("state", 0755);
  check_state_dir(path("state"), report);
  EXPECT_EQ(
      said(),
      "FAIL state dir: /state: has mode 0755, must be 0700; run: chmod 700 /state -> chmod 700 /state\n");
}

TEST_F(DoctorTest, a_key_in_the_state_directory_that_others_may_read_fails) {
  folder("state", 0700);
  file("state/cluster.key", 0644);
  check_state_dir(path("state"), report);
  EXPECT_TRUE(said().starts_with("FAIL state dir: /state/cluster.key: has mode 0644")) << said();
}

TEST_F(DoctorTest, a_sound_state_directory_is_ok) {
  folder("state", 0700);
  check_state_dir(path("state"), report);
  EXPECT_EQ(said(), "ok state dir: /state, ours alone\n");
}

TEST_F(DoctorTest, little_room_is_a_warning_and_none_a_failure) {
  constexpr std::uint64_t mebibyte = 1024 * 1024;
  judge_space("/", 600 * mebibyte, 100'000, report);
  judge_space("/", 511 * mebibyte, 100'000, report);
  judge_space("/", 31 * mebibyte, 100'000, report);
  judge_space("/", 600 * mebibyte, 999, report);
  ASSERT_EQ(report.lines().size(), 4U);
  EXPECT_EQ(report.lines()[0].level, DoctorLine::Level::ok);
  EXPECT_EQ(report.lines()[1].level, DoctorLine::Level::warn);
  EXPECT_EQ(report.lines()[2].level, DoctorLine::Level::fail);
  EXPECT_EQ(report.lines()[3].level, DoctorLine::Level::fail);
  EXPECT_EQ(report.lines()[1].text, "511 MiB free where the state dir is (/)");
}

TEST_F(DoctorTest, the_room_of_a_directory_that_is_not_made_is_that_of_its_parent) {
  check_space(path("not/yet"), report);
  ASSERT_EQ(report.lines().size(), 1U);
  EXPECT_NE(said().find("where the state dir is ()"), std::string::npos) << said();
}

TEST_F(DoctorTest, a_services_folder_is_counted_and_one_that_is_missing_is_a_warning) {
  file("services/hello/main.cpp", 0644);
  file("services/notes/README.md", 0644);
  check_services_dir(path("services"), report);
  check_services_dir(path("nope"), report);
  EXPECT_EQ(
      said(),
      "ok services dir: /services, 1 service\n"
      "warn services dir: /nope is not there: a node has the built-in service alone -> mkdir -p /nope, or "
      "name yours: --services-dir DIR, SERVICES_DIR\n");
}

TEST_F(DoctorTest, a_services_folder_that_others_may_write_fails) {
  file("services/hello/main.cpp", 0644);
  ::chmod(path("services").c_str(), 0777);
  check_services_dir(path("services"), report);
  EXPECT_EQ(
      said(),
      "FAIL services dir: /services may be written by group and others; run: chmod go-w /services -> until "
      "then nothing in it is loaded\n");
}

TEST_F(DoctorTest, one_service_that_is_not_trusted_is_named_and_so_is_a_wrong_name) {
  file("services/hello/main.cpp", 0666);
  file("services/My Service/main.cpp", 0644);
  check_services_dir(path("services"), report);
  EXPECT_EQ(
      said(),
      "FAIL services dir: /services/hello/main.cpp may be written by group and others; run: chmod go-w "
      "/services/hello/main.cpp -> p2p_admin lint /services/hello\n"
      "warn services dir: '/services/My Service' is not loaded: no service can have that name -> rename it: "
      "lower-case letters, digits, _ and -, a letter first\n");
}

TEST_F(DoctorTest, a_weak_secret_fails_and_is_never_shown) {
  check_secret_strength(Secret("your-secret-key"), report);
  check_secret_strength(std::nullopt, report);
  check_secret_strength(Secret("JmN4kq0cV7xTzY2sWb9EuRg5HdLpAo3f"), report);
  const std::string text = said();
  EXPECT_TRUE(text.starts_with("FAIL secret: the secret is a publicly known default")) << text;
  EXPECT_NE(text.find("ok secret: JWT_SECRET_KEY is not set"), text.npos);
  EXPECT_NE(text.find("ok secret: JWT_SECRET_KEY is set (32 bytes)\n"), text.npos);
  EXPECT_EQ(text.find("your-secret-key"), text.npos);
}

TEST_F(DoctorTest, a_low_limit_of_open_files_is_told) {
  judge_open_files(100, report);
  judge_open_files(1024, report);
  judge_open_files(65536, report);
  judge_open_files(RLIM_INFINITY, report);
  EXPECT_TRUE(
      said().starts_with("FAIL open files: 100 for a node started here: about 68 connections -> ulimit"));
  EXPECT_NE(said().find("warn open files: 1024 for a node started here: about 918 connections"),
            std::string::npos);
  EXPECT_NE(said().find("ok open files: 65536"), std::string::npos);
  EXPECT_NE(said().find("ok open files: no limit\n"), std::string::npos);
}

TEST_F(DoctorTest, a_report_counts_and_is_plain_text_without_a_terminal) {
  report.ok("disk", "much");
  report.warn("redis", "none", "start it");
  report.fail("node", "gone\x1b[2J", "p2p_admin coordinator");
  const Terminal pipe(Terminal::Facts{});
  EXPECT_EQ(report.text(pipe),
            "ok    disk           much\n"
            "warn  redis          none\n"
            "                     -> start it\n"
            "FAIL  node           gone\\u001b[2J\n"
            "                     -> p2p_admin coordinator\n"
            "1 ok, 1 warning, 1 failure\n");
  EXPECT_EQ(report.value()["checks"][2]["level"].as_string(), "fail");
  EXPECT_EQ(report.value()["failures"].as_int(), 1);
}

}  // namespace
}  // namespace p2p

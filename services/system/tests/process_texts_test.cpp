#include "../process_texts.hpp"

#include <gmock/gmock.h>

namespace system_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view stat_text =
    "4711 (nginx) S 1 4711 4711 0 -1 1077936448 100 0 3 0 250 50 7 8 20 0 4 0 123456 44040192 2000 "
    "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n";

TEST(ProcessTexts, a_process_is_read_from_its_line) {
  const auto stat = parse_process_stat(stat_text);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->pid, 4711);
  EXPECT_EQ(stat->name, "nginx");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->ppid, 1);
  EXPECT_FALSE(stat->kernel_thread);
  EXPECT_EQ(stat->cpu_ticks, 300);
  EXPECT_EQ(stat->threads, 4);
  EXPECT_EQ(stat->start_ticks, 123456);
  EXPECT_EQ(stat->vms, 44040192);
  EXPECT_EQ(stat->rss_pages, 2000);
}

TEST(ProcessTexts, a_name_with_brackets_and_line_feeds_does_not_shift_the_columns) {
  const auto stat =
      parse_process_stat("7 (a) S 1 (\nb) R 2 7 7 0 -1 2129984 0 0 0 0 1 2 0 0 20 0 1 0 5 6 7\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "a) S 1 (\nb");
  EXPECT_EQ(stat->state, 'R');
  EXPECT_EQ(stat->ppid, 2);
  EXPECT_TRUE(stat->kernel_thread);
  EXPECT_EQ(stat->start_ticks, 5);
}

TEST(ProcessTexts, a_line_that_is_cut_off_is_no_process) {
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat("4711 (nginx"));
  EXPECT_FALSE(parse_process_stat("4711 )("));
  EXPECT_FALSE(parse_process_stat(stat_text.substr(0, 60)));
}

TEST(ProcessTexts, the_real_user_is_the_first_of_four) {
  EXPECT_EQ(parse_real_uid("Name:\tx\nUid:\t33\t0\t0\t0\nGid:\t1\n"), 33);
  EXPECT_FALSE(parse_real_uid("Name:\tx\n"));
}

TEST(ProcessTexts, a_command_line_is_its_arguments_empty_ones_too) {
  using namespace std::string_view_literals;
  EXPECT_THAT(parse_command_line("sh\0-c\0\0x \xff\0"sv), ElementsAre("sh", "-c", "", "x \xEF\xBF\xBD"));
  EXPECT_THAT(parse_command_line("cut off"), ElementsAre("cut off"));
  EXPECT_THAT(parse_command_line(""), IsEmpty());
}

TEST(ProcessTexts, statuses_have_psutil_s_words) {
  EXPECT_EQ(status_word('R'), "running");
  EXPECT_EQ(status_word('D'), "disk-sleep");
  EXPECT_EQ(status_word('t'), "tracing-stop");
  EXPECT_EQ(status_word('Z'), "zombie");
  EXPECT_EQ(status_word('?'), "unknown");
}

TEST(ProcessTexts, a_name_that_the_kernel_cut_is_completed_by_the_first_argument) {
  EXPECT_EQ(whole_name("systemd-network", {"/lib/systemd/systemd-networkd"}), "systemd-networkd");
  EXPECT_EQ(whole_name("systemd-network", {"/usr/bin/other"}), "systemd-network");
  EXPECT_EQ(whole_name("systemd-network", {}), "systemd-network");
  EXPECT_EQ(whole_name("nginx", {"nginx: worker process"}), "nginx");
}

}  // namespace
}  // namespace system_service

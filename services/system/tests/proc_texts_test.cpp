#include "../proc_texts.hpp"

#include <gmock/gmock.h>

namespace system_service {
namespace {

using testing::ElementsAre;

TEST(ProcTexts, cpu_time_counts_guests_once_and_waiting_for_disks_as_idle) {
  CpuReading reading;
  parse_stat(
      "cpu  100 20 30 400 50 6 7 8 90 10\n"
      "cpu0 60 10 20 200 25 3 4 4 45 5\n"
      "cpu1 40 10 10 200 25 3 3 4 45 5\n"
      "intr 12345 0 0\nctxt 99\nbtime 1700000000\nprocesses 77\n",
      reading);
  EXPECT_EQ(reading.total.busy, 100 + 20 + 30 + 6 + 7 + 8);
  EXPECT_EQ(reading.total.all, reading.total.busy + 400 + 50);
  ASSERT_EQ(reading.cores.size(), 2U);
  EXPECT_EQ(reading.cores[1].id, 1);
  EXPECT_EQ(reading.cores[1].times.busy, 40 + 10 + 10 + 3 + 3 + 4);
  EXPECT_EQ(reading.boot_time, 1700000000);
}

TEST(ProcTexts, a_second_reading_replaces_the_first) {
  CpuReading reading;
  parse_stat("cpu 1 1 1 1\ncpu0 1 1 1 1\nbtime 5\n", reading);
  parse_stat("cpu 2 2 2 2\n", reading);
  EXPECT_EQ(reading.total.all, 8);
  EXPECT_TRUE(reading.cores.empty());
  EXPECT_EQ(reading.boot_time, 0);
}

TEST(ProcTexts, memory_used_is_what_is_not_available) {
  const Memory memory = parse_meminfo(
      "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     400 kB\nBuffers:           50 "
      "kB\n"
      "Cached:           250 kB\n");
  EXPECT_EQ(memory.total, 1000 * 1024);
  EXPECT_EQ(memory.available, 400 * 1024);
  EXPECT_EQ(memory.used, 600 * 1024);
  EXPECT_DOUBLE_EQ(memory.percent, 60);
}

TEST(ProcTexts, without_MemAvailable_the_caches_count_as_available) {
  const Memory memory = parse_meminfo("MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 250 kB\n");
  EXPECT_EQ(memory.available, 400 * 1024);
}

TEST(ProcTexts, disks_are_counted_once_whatever_stands_upon_them) {
  const DiskCounters sums = parse_diskstats(
      "   7       0 loop0 9 9 9 9 9 9 9 9 0 9 9\n"
      " 253       0 zram0 9 9 9 9 9 9 9 9 0 9 9\n"
      " 253       1 dm-0 9 9 9 9 9 9 9 9 0 9 9\n"
      "   9       0 md0 9 9 9 9 9 9 9 9 0 9 9\n"
      "   8       0 sda 10 1 100 5 20 2 200 6 0 7 11 1 1 1 1\n"
      "   8       1 sda1 9 9 9 9 9 9 9 9 0 9 9\n"
      "   8      16 sdaa 1 0 0 0 0 0 0 0 0 0 0\n"
      " 259       0 nvme0n1 100 1 1000 5 200 2 2000 6 3 7 11 0 0 0 0 4 4\n"
      " 259       1 nvme0n1p1 9 9 9 9 9 9 9 9 0 9 9\n"
      " 259       2 nvme0n10 1000 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_THAT(sums, ElementsAre(10 + 1 + 100 + 1000, 20 + 200, 1100 * 512, 2200 * 512, 10, 12, 2, 4, 14));
}

TEST(ProcTexts, a_partition_whose_disk_is_not_listed_counts_as_a_disk) {
  EXPECT_EQ(parse_diskstats(" 202 1 xvda1 5 0 8 0 0 0 0 0 0 0 0\n")[0], 5);
}

TEST(ProcTexts, network_figures_are_those_of_all_interfaces_but_lo) {
  constexpr std::string_view text =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo "
      "colls\n"
      "    lo: 999 999    9    9    0     0          0         0 999 999    9    9    0     0       0        "
      "  0\n"
      "  eth0: 100  10    1    2    0     0          0         0 200  20    3    4    0     0       0        "
      "  0\n"
      "  eth1:1000 100   10   20    0     0          0         0 2000 200   30   40    0     0       0       "
      "   0\n";
  EXPECT_THAT(parse_net_dev(text), ElementsAre(2200, 1100, 220, 110, 11, 33, 22, 44));
  EXPECT_THAT(interface_names(text), ElementsAre("lo", "eth0", "eth1"));
}

TEST(ProcTexts, what_is_missing_or_cut_off_reads_as_zero) {
  CpuReading reading;
  parse_stat("", reading);
  EXPECT_EQ(reading.total.all, 0);
  parse_stat("cpu", reading);
  EXPECT_EQ(reading.total.all, 0);
  EXPECT_EQ(parse_meminfo("").percent, 0);
  EXPECT_THAT(parse_diskstats(" 8 0"), testing::Each(0));
  EXPECT_THAT(parse_net_dev("eth0:"), testing::Each(0));
  EXPECT_THAT(parse_loadavg("not a number"), ElementsAre(0, 0, 0));
  EXPECT_THAT(parse_loadavg("0.45 0.51 12.5 1/87 23524\n"), ElementsAre(0.45, 0.51, 12.5));
}

}  // namespace
}  // namespace system_service

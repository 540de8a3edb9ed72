#include "../figures.hpp"

#include <string>

#include <gmock/gmock.h>

namespace system_service {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr std::int64_t second = 1'000'000'000;

/// A line of /proc/stat with so many busy and idle ticks.
std::string cpu(const std::string& name, int busy, int idle) {
  return name + ' ' + std::to_string(busy) + " 0 0 " + std::to_string(idle) + " 0 0 0 0 0 0\n";
}

bool tick(Figures& figures, const std::string& stat, std::int64_t now, const std::string& disks = "",
          const std::string& network = "") {
  ProcTexts texts;
  texts.stat = stat;
  texts.diskstats = disks;
  texts.net_dev = network;
  texts.meminfo = "MemTotal: 1000 kB\nMemAvailable: 333 kB\n";
  texts.loadavg = "0.5 0.25 0.125 1/2 3\n";
  return figures.tick(texts, now);
}

TEST(Figures, the_first_tick_speaks_of_the_time_since_boot) {
  Figures figures;
  ASSERT_TRUE(tick(figures, cpu("cpu", 250, 750) + cpu("cpu0", 250, 750), 10 * second));
  const SystemMetrics& metrics = figures.newest().metrics;
  EXPECT_DOUBLE_EQ(metrics.cpu_percent, 25);
  EXPECT_EQ(metrics.sample_window_ms, 10'000);
  EXPECT_DOUBLE_EQ(metrics.memory_percent, 66.7);
  EXPECT_DOUBLE_EQ(metrics.memory.percent, 66.7);
  EXPECT_THAT(metrics.load_average, ElementsAre(0.5, 0.25, 0.125));
}

TEST(Figures, the_second_tick_speaks_of_the_time_between) {
  Figures figures;
  ASSERT_TRUE(
      tick(figures, cpu("cpu", 1000, 1000) + cpu("cpu0", 500, 500) + cpu("cpu1", 500, 500), 10 * second));
  ASSERT_TRUE(
      tick(figures, cpu("cpu", 1150, 1050) + cpu("cpu0", 600, 500) + cpu("cpu1", 550, 550), 11 * second));
  const SystemMetrics& metrics = figures.newest().metrics;
  EXPECT_DOUBLE_EQ(metrics.cpu_percent, 75);
  EXPECT_THAT(metrics.cpu_percent_per_core, ElementsAre(100, 50));
  EXPECT_EQ(metrics.sample_window_ms, 1000);
  EXPECT_EQ(figures.newest().at_ns, 11 * second);
}

TEST(Figures, a_tick_too_soon_after_the_last_is_passed_over) {
  Figures figures;
  ASSERT_TRUE(tick(figures, cpu("cpu", 100, 100), 10 * second));
  EXPECT_FALSE(tick(figures, cpu("cpu", 199, 101), 10 * second + 99'000'000));
  EXPECT_EQ(figures.newest().at_ns, 10 * second);
  EXPECT_DOUBLE_EQ(figures.newest().metrics.cpu_percent, 50);
  EXPECT_TRUE(tick(figures, cpu("cpu", 110, 100), 10 * second + 100'000'000));
  EXPECT_DOUBLE_EQ(figures.newest().metrics.cpu_percent, 100);
}

TEST(Figures, after_the_counters_jumped_back_they_speak_of_the_time_since_boot_once) {
  Figures figures;
  ASSERT_TRUE(tick(figures, cpu("cpu", 5000, 5000) + cpu("cpu0", 5000, 5000), 100 * second));
  ASSERT_TRUE(tick(figures, cpu("cpu", 10, 90) + cpu("cpu0", 10, 90), 101 * second));
  EXPECT_DOUBLE_EQ(figures.newest().metrics.cpu_percent, 10);
  EXPECT_THAT(figures.newest().metrics.cpu_percent_per_core, ElementsAre(10));
  EXPECT_EQ(figures.newest().metrics.sample_window_ms, 101'000);
  ASSERT_TRUE(tick(figures, cpu("cpu", 60, 140) + cpu("cpu0", 60, 140), 102 * second));
  EXPECT_DOUBLE_EQ(figures.newest().metrics.cpu_percent, 50);
  EXPECT_EQ(figures.newest().metrics.sample_window_ms, 1000);
}

TEST(Figures, a_percentage_never_leaves_0_to_100) {
  Figures figures;
  ASSERT_TRUE(tick(figures, "cpu 100 0 0 100 100 0 0 0\n", 10 * second));
  ASSERT_TRUE(
      tick(figures, "cpu 200 0 0 100 50 0 0 0\n", 11 * second));  // waiting for disks may be taken back
  EXPECT_DOUBLE_EQ(figures.newest().metrics.cpu_percent, 100);
}

TEST(Figures, a_core_that_is_plugged_in_or_out_does_not_mix_up_the_others) {
  Figures figures;
  ASSERT_TRUE(
      tick(figures, cpu("cpu", 200, 200) + cpu("cpu0", 100, 100) + cpu("cpu2", 100, 100), 10 * second));
  ASSERT_TRUE(tick(figures,
                   cpu("cpu", 310, 290) + cpu("cpu0", 110, 190) + cpu("cpu1", 20, 80) + cpu("cpu2", 200, 100),
                   11 * second));
  EXPECT_THAT(figures.newest().metrics.cpu_percent_per_core, ElementsAre(10, 20, 100));
  ASSERT_TRUE(tick(figures, cpu("cpu", 400, 300) + cpu("cpu2", 250, 150), 12 * second));
  EXPECT_THAT(figures.newest().metrics.cpu_percent_per_core, ElementsAre(50));
}

TEST(Figures, a_machine_of_256_cores_is_read_whole) {
  const auto reading = [](int busy, int idle) {
    std::string text = cpu("cpu", 256 * busy, 256 * idle);
    for (int i = 0; i < 256; ++i) text += cpu("cpu" + std::to_string(i), busy, idle);
    return text;
  };
  Figures figures;
  ASSERT_TRUE(tick(figures, reading(1000, 1000), 20 * second));
  ASSERT_TRUE(tick(figures, reading(1025, 1075), 21 * second));
  EXPECT_EQ(figures.newest().metrics.cpu_percent_per_core.size(), 256U);
  EXPECT_THAT(figures.newest().metrics.cpu_percent_per_core, Each(25.0));
}

TEST(Figures, without_disks_and_networks_the_sums_are_zero) {
  Figures figures;
  ASSERT_TRUE(
      tick(figures, cpu("cpu", 1, 1), 10 * second, "   7 0 loop0 1 1 1 1 1 1 1 1 1 1 1\n", "lo: 1 1\n"));
  EXPECT_EQ(figures.newest().metrics.disk_io.read_count, 0);
  EXPECT_EQ(figures.newest().metrics.network_io.bytes_recv, 0);
}

TEST(Figures, sums_never_fall_when_an_interface_goes_or_a_counter_begins_anew) {
  const auto eth = [](const std::string& name, int received) {
    return name + ": " + std::to_string(received) + " 0 0 0\n";
  };
  Figures figures;
  ASSERT_TRUE(tick(figures, cpu("cpu", 1, 1), 10 * second, "8 0 sda 500 0 0 0 0 0 0 0 0 0 0\n",
                   eth("a", 70) + eth("b", 30)));
  ASSERT_TRUE(tick(figures, cpu("cpu", 2, 2), 11 * second, "8 0 sda 3 0 0 0 0 0 0 0 0 0 0\n", eth("a", 72)));
  EXPECT_EQ(figures.newest().metrics.disk_io.read_count, 500);
  EXPECT_EQ(figures.newest().metrics.network_io.bytes_recv, 100);
  ASSERT_TRUE(tick(figures, cpu("cpu", 3, 3), 12 * second, "8 0 sda 10 0 0 0 0 0 0 0 0 0 0\n", eth("a", 80)));
  EXPECT_EQ(figures.newest().metrics.disk_io.read_count, 507);
  EXPECT_EQ(figures.newest().metrics.network_io.bytes_recv, 108);
}

}  // namespace
}  // namespace system_service

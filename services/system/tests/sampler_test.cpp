#include "../sampler.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "../sample_age.hpp"
#include "../steady.hpp"

namespace system_service {
namespace {

TEST(ProcReader, reads_this_machine) {
  ProcReader reader;
  const ProcTexts texts = reader.read();
  EXPECT_TRUE(texts.stat.starts_with("cpu "));
  EXPECT_TRUE(texts.meminfo.starts_with("MemTotal:"));
  EXPECT_TRUE(texts.net_dev.starts_with("Inter-|"));
  EXPECT_FALSE(texts.loadavg.empty());
  EXPECT_GE(reader.count_processes(), 1);
  EXPECT_GE(reader.count_processes(), 1);  // the directory is read from its beginning again
}

TEST(ProcReader, without_proc_the_texts_are_empty) {
  ProcReader reader("/no/such/folder");
  EXPECT_TRUE(reader.read().stat.empty());
  EXPECT_EQ(reader.count_processes(), 0);
  EXPECT_EQ(read_text("/no/such/folder/file"), "");
}

TEST(Sampler, the_first_sample_is_there_when_start_returns) {
  Sampler sampler;
  sampler.start();
  const Sample sample = sampler.newest();
  EXPECT_GT(sample.at_ns, 0);
  EXPECT_LE(sample.at_ns, steady_ns());
  EXPECT_GT(sample.metrics.memory.total, 0);
  EXPECT_GE(sample.metrics.process_count, 1);
  EXPECT_GT(sample.boot_time, 0);
  EXPECT_FALSE(sample.metrics.cpu_percent_per_core.empty());
}

TEST(Sampler, goes_on_by_itself_and_its_window_is_then_the_interval) {
  Sampler sampler({.interval_ms = 250});
  sampler.start();
  const std::int64_t first = sampler.newest().at_ns;
  const std::int64_t give_up = steady_ns() + 20'000'000'000;
  while (sampler.newest().at_ns == first && steady_ns() < give_up) std::this_thread::yield();
  const Sample second = sampler.newest();
  ASSERT_GT(second.at_ns, first);
  EXPECT_EQ(second.metrics.sample_window_ms, (second.at_ns - first) / 1'000'000);
}

TEST(Sampler, an_interval_that_is_changed_counts_at_once) {
  Sampler sampler({.interval_ms = 60'000});
  sampler.start();
  const std::int64_t first = sampler.newest().at_ns;
  sampler.set_interval_ms(250);
  const std::int64_t give_up = steady_ns() + 20'000'000'000;  // a third of the old one
  while (sampler.newest().at_ns == first && steady_ns() < give_up) std::this_thread::yield();
  EXPECT_GT(sampler.newest().at_ns, first);
}

TEST(SampleAge, a_sample_older_than_three_intervals_is_late_and_said_once) {
  SampleAge age;
  EXPECT_EQ(age.look(3000, 1000), SampleAge::Says::fresh);
  EXPECT_EQ(age.look(3001, 1000), SampleAge::Says::late_for_the_first_time);
  EXPECT_EQ(age.look(9000, 1000), SampleAge::Says::late);
  EXPECT_EQ(age.look(10, 1000), SampleAge::Says::fresh);
  EXPECT_EQ(age.look(4000, 1000), SampleAge::Says::late_for_the_first_time);
}

TEST(Sampler, may_be_stopped_twice_and_keeps_its_last_sample) {
  Sampler sampler({.interval_ms = 60'000});
  sampler.start();
  sampler.stop();  // does not wait for the interval
  sampler.stop();
  EXPECT_GT(sampler.newest().at_ns, 0);
}

TEST(Sampler, an_interval_out_of_bounds_is_brought_back) {
  EXPECT_EQ(Sampler({.interval_ms = 1}).interval_ms(), 250);
  EXPECT_EQ(Sampler({.interval_ms = 1'000'000}).interval_ms(), 60'000);
}

}  // namespace
}  // namespace system_service

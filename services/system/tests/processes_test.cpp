#include "../processes.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <time.h>
#include <unistd.h>

#include "../steady.hpp"
#include "child_kit.hpp"

namespace system_service {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;

/// A folder that looks like /proc.
class RecordedProc {
 public:
  RecordedProc() {
    char name[] = "/tmp/p2p_system_proc.XXXXXX";
    path_ = ::mkdtemp(name);
  }
  RecordedProc(const RecordedProc&) = delete;
  RecordedProc& operator=(const RecordedProc&) = delete;
  ~RecordedProc() { std::filesystem::remove_all(path_); }

  void put(std::int64_t pid, const std::string& name, std::int64_t rss_pages, int cpu_ticks = 0) const {
    const auto folder = std::filesystem::path(path_) / std::to_string(pid);
    std::filesystem::create_directory(folder);
    std::ofstream(folder / "stat") << pid << " (" << name << ") S 1 1 1 0 -1 0 0 0 0 0 " << cpu_ticks
                                   << " 0 0 0 20 0 1 0 100 4096 " << rss_pages << '\n';
    std::ofstream(folder / "status") << "Name:\t" << name << "\nUid:\t0\t0\t0\t0\n";
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::int64_t> pids(const ProcessList& list) {
  std::vector<std::int64_t> all;
  for (const ProcessRow& row : list.processes) all.push_back(row.pid);
  return all;
}

const Machine machine{std::int64_t{1} << 30, 1'700'000'000};

TEST(Processes, are_listed_by_number_and_what_is_no_process_is_passed_over) {
  const RecordedProc proc;
  proc.put(20, "sshd", 5);
  proc.put(3, "init", 5);
  std::filesystem::create_directory(proc.path() + "/self");
  std::filesystem::create_directory(proc.path() + "/99");  // ended while we looked
  Processes processes(proc.path());
  const ProcessList list = processes.list({}, machine);
  EXPECT_THAT(pids(list), ElementsAre(3, 20));
  EXPECT_EQ(list.total, 2);
  EXPECT_EQ(list.not_read, 0);
  EXPECT_EQ(list.processes[0].name, "init");
  EXPECT_EQ(list.processes[0].username, "root");
  EXPECT_EQ(list.processes[0].status, "sleeping");
  EXPECT_DOUBLE_EQ(list.processes[0].create_time, 1'700'000'001);
}

TEST(Processes, beyond_a_bound_they_are_counted_and_not_read) {
  const RecordedProc proc;
  for (int pid = 1; pid <= 5; ++pid) proc.put(pid, "one", 1);
  Processes processes(proc.path(), 3);
  const ProcessList list = processes.list({}, machine);
  EXPECT_EQ(list.total, 3);
  EXPECT_EQ(list.not_read, 2);
}

TEST(Processes, a_part_of_the_name_in_any_case_selects) {
  const RecordedProc proc;
  proc.put(1, "nginx", 1);
  proc.put(2, "NGINX-helper", 1);
  proc.put(3, "sshd", 1);
  Processes processes(proc.path());
  EXPECT_THAT(pids(processes.list({.part_of_name = "ginX"}, machine)), ElementsAre(1, 2));
  EXPECT_THAT(pids(processes.list({.part_of_name = "apache"}, machine)), IsEmpty());
}

TEST(Processes, memory_and_cpu_come_largest_first_and_the_limit_cuts_the_list_not_the_total) {
  const RecordedProc proc;
  proc.put(1, "a", 10, 3000);
  proc.put(2, "b", 30000, 1000);
  proc.put(3, "c", 20000, 2000);
  Processes processes(proc.path());
  EXPECT_THAT(pids(processes.list({"", 1000, ProcessSort::memory}, machine)), ElementsAre(2, 3, 1));
  const ProcessList most = processes.list({"", 1, ProcessSort::cpu}, machine);
  EXPECT_THAT(pids(most), ElementsAre(1));
  EXPECT_EQ(most.total, 3);
}

TEST(Processes, a_process_of_this_machine_is_told_in_full) {
  Processes processes;
  const auto info = processes.info(::getpid(), machine);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->pid, ::getpid());
  EXPECT_EQ(info->ppid, ::getppid());
  EXPECT_GT(info->memory_info.rss, 0);
  EXPECT_GT(info->memory_info.vms, info->memory_info.rss);
  EXPECT_GE(info->num_threads, 1);
  ASSERT_TRUE(info->exe && info->cwd && info->open_files);
  EXPECT_EQ(*info->exe, std::filesystem::read_symlink("/proc/self/exe"));
  EXPECT_EQ(*info->cwd, std::filesystem::current_path());
  EXPECT_GE(*info->open_files, 3);
  EXPECT_FALSE(info->cmdline.empty());
}

TEST(Processes, a_number_without_a_process_gives_nothing) {
  Processes processes;
  EXPECT_FALSE(processes.info(4'194'303, machine));
}

TEST(Processes, what_cannot_be_read_of_a_process_is_absent) {
  const RecordedProc proc;
  proc.put(5, "closed", 1);
  Processes processes(proc.path());
  const auto info = processes.info(5, machine);
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->exe || info->cwd || info->open_files);
  EXPECT_THAT(info->cmdline, IsEmpty());
}

TEST(Processes, a_command_line_is_cut_at_4_KiB) {
  const RecordedProc proc;
  proc.put(5, "long", 1);
  std::ofstream(proc.path() + "/5/cmdline") << std::string(10'000, 'x');
  Processes processes(proc.path());
  EXPECT_EQ(processes.info(5, machine)->cmdline.at(0).size(), 4096U);
}

/// The kernel's own account of the CPU time of a process.
std::int64_t cpu_ns(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return -1;
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

/// What the kernel says right before and right after a look of ours, which may be interrupted in between.
struct Look {
  explicit Look(pid_t pid, Processes& processes)
      : cpu_before(cpu_ns(pid)),
        before(boot_ns()),
        info(processes.info(pid, machine)),
        after(boot_ns()),
        cpu_after(cpu_ns(pid)) {}
  std::int64_t cpu_before, before;
  std::optional<ProcessInfo> info;
  std::int64_t after, cpu_after;
};

double share(std::int64_t cpu, std::int64_t time) {
  return 100.0 * static_cast<double>(cpu) / static_cast<double>(time);
}

/// However little of a core the child gets here: shown is the share that it had.
TEST(Processes, cpu_percent_of_a_child_that_burns_is_the_share_that_the_kernel_gave_it) {
  const Child child("echo begun; while :; do :; done");
  ASSERT_EQ(child.line(), "begun");
  Processes processes;
  const Look first(child.pid(), processes);
  while (boot_ns() - first.after < 1'000'000'000) std::this_thread::yield();
  const Look second(child.pid(), processes);
  ASSERT_TRUE(second.info);
  const double least = share(second.cpu_before - first.cpu_after, second.after - first.before);
  const double most = share(second.cpu_after - first.cpu_before, second.before - first.after);
  EXPECT_GE(second.info->cpu_percent, least - 10);
  EXPECT_LE(second.info->cpu_percent, most + 10);
  EXPECT_GT(second.info->cpu_percent, 0);
}

}  // namespace
}  // namespace system_service

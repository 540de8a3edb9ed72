#include "../cgroup_limits.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace system_service {
namespace {

namespace fs = std::filesystem;

/// A file tree that stands for / and goes with the test.
class FakeRoot {
 public:
  FakeRoot() {
    std::string name = (fs::temp_directory_path() / "p2p_system_test.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
  }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;
  ~FakeRoot() { fs::remove_all(root_); }

  void put(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  [[nodiscard]] const std::string& path() const { return root_; }

 private:
  std::string root_;
};

TEST(CgroupLimits, max_means_that_there_is_none) {
  EXPECT_FALSE(parse_memory_limit("max\n"));
  EXPECT_FALSE(parse_memory_limit("9223372036854771712\n"));
  EXPECT_FALSE(parse_memory_limit(""));
  EXPECT_EQ(parse_memory_limit("536870912\n"), 536870912);
  EXPECT_FALSE(parse_cpu_limit("max 100000\n"));
  EXPECT_FALSE(parse_cpu_limit("-1 100000"));
  EXPECT_EQ(parse_cpu_limit("150000 100000\n"), 1.5);
}

TEST(CgroupLimits, the_path_is_that_of_the_controller) {
  constexpr std::string_view groups =
      "9:name=systemd:/s\n4:cpu,cpuacct:/a/b\n3:cpuset:/c\n0::/unified:with:colons\n";
  EXPECT_EQ(cgroup_path(groups, "cpu"), "/a/b");
  EXPECT_EQ(cgroup_path(groups, "cpuset"), "/c");
  EXPECT_EQ(cgroup_path(groups, ""), "/unified:with:colons");
  EXPECT_EQ(cgroup_path(groups, "memory"), "/");
}

TEST(CgroupLimits, the_tightest_limit_on_the_way_to_the_root_counts) {
  const FakeRoot root;
  root.put("/proc/self/cgroup", "0::/outer/inner\n");
  root.put("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  root.put("/sys/fs/cgroup/outer/memory.max", "1000\n");
  root.put("/sys/fs/cgroup/outer/inner/memory.max", "5000\n");
  root.put("/sys/fs/cgroup/outer/inner/cpu.max", "50000 100000\n");
  root.put("/sys/fs/cgroup/outer/cpu.max", "max 100000\n");
  const auto limits = read_limits(root.path());
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->memory, 1000);
  EXPECT_EQ(limits->cpus, 0.5);
}

TEST(CgroupLimits, the_first_version_is_read_too_where_the_path_is_another_container_s) {
  const FakeRoot root;
  root.put("/proc/self/cgroup", "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n");
  root.put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2048\n");
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  root.put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  const auto limits = read_limits(root.path());
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->memory, 2048);
  EXPECT_EQ(limits->cpus, 2.0);
}

TEST(CgroupLimits, without_limits_there_is_nothing_to_show) {
  const FakeRoot root;
  EXPECT_FALSE(read_limits(root.path()));
  root.put("/proc/self/cgroup", "0::/\n");
  root.put("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  EXPECT_FALSE(read_limits(root.path()));
}

}  // namespace
}  // namespace system_service

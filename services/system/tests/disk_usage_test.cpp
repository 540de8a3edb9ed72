#include "../disk_usage.hpp"

#include <gmock/gmock.h>

namespace system_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::UnorderedElementsAre;

constexpr DiskSpace space{100, 40, 60};

TEST(DiskUsage, a_round_asks_each_mount_once) {
  DiskUsage disks;
  disks.begin_round({"/", "/home"});
  EXPECT_TRUE(disks.waiting());
  EXPECT_EQ(disks.next(), "/");
  EXPECT_EQ(disks.next(), "/home");
  EXPECT_FALSE(disks.next());
  disks.answered("/", space);
  EXPECT_TRUE(disks.waiting());
  disks.answered("/home", space);
  EXPECT_FALSE(disks.waiting());
  disks.end_round();
  EXPECT_THAT(disks.usage(), UnorderedElementsAre(Key("/"), Key("/home")));
  EXPECT_THAT(disks.stale_mounts(), IsEmpty());
}

TEST(DiskUsage, a_mount_that_hangs_keeps_its_last_figures_and_is_named) {
  DiskUsage disks;
  disks.begin_round({"/", "/nfs"});
  while (const auto mount = disks.next()) disks.answered(*mount, space);
  disks.end_round();
  disks.begin_round({"/", "/nfs"});
  EXPECT_EQ(disks.next(), "/");
  EXPECT_EQ(disks.next(), "/nfs");
  disks.answered("/", DiskSpace{100, 50, 50});
  disks.end_round();
  EXPECT_EQ(disks.usage().at("/").used, 50);
  EXPECT_EQ(disks.usage().at("/nfs").used, 40);
  EXPECT_THAT(disks.stale_mounts(), ElementsAre("/nfs"));
}

TEST(DiskUsage, a_mount_that_hangs_is_not_asked_again_and_not_waited_for) {
  DiskUsage disks;
  disks.begin_round({"/nfs"});
  EXPECT_EQ(disks.next(), "/nfs");
  disks.end_round();
  disks.begin_round({"/nfs"});
  EXPECT_FALSE(disks.next());
  EXPECT_FALSE(disks.waiting());
  disks.answered("/nfs", space);  // at last
  EXPECT_THAT(disks.stale_mounts(), IsEmpty());
  disks.begin_round({"/nfs"});
  EXPECT_EQ(disks.next(), "/nfs");
}

TEST(DiskUsage, no_more_than_two_workers_can_be_held_up) {
  DiskUsage disks;
  disks.begin_round({"/a", "/b", "/c"});
  EXPECT_TRUE(disks.worker_wanted());
  EXPECT_TRUE(disks.worker_wanted());
  EXPECT_FALSE(disks.worker_wanted());
  disks.worker_left();
  EXPECT_TRUE(disks.worker_wanted());
}

TEST(DiskUsage, a_mount_that_nobody_was_free_to_ask_is_stale_too) {
  DiskUsage disks;
  disks.begin_round({"/a", "/b"});
  EXPECT_EQ(disks.next(), "/a");
  disks.end_round();
  EXPECT_THAT(disks.stale_mounts(), ElementsAre("/a", "/b"));
}

TEST(DiskUsage, what_is_unmounted_is_forgotten_even_when_it_hung) {
  DiskUsage disks;
  disks.begin_round({"/a", "/b"});
  EXPECT_EQ(disks.next(), "/a");
  EXPECT_EQ(disks.next(), "/b");
  disks.answered("/a", space);
  disks.end_round();
  disks.begin_round({});
  EXPECT_THAT(disks.usage(), IsEmpty());
  EXPECT_THAT(disks.stale_mounts(), IsEmpty());
  disks.answered("/b", space);
  EXPECT_THAT(disks.usage(), IsEmpty());
}

TEST(DiskUsage, a_mount_that_refuses_is_not_shown) {
  DiskUsage disks;
  disks.begin_round({"/a"});
  EXPECT_EQ(disks.next(), "/a");
  disks.answered("/a", std::nullopt);
  disks.end_round();
  EXPECT_THAT(disks.usage(), IsEmpty());
  EXPECT_THAT(disks.stale_mounts(), IsEmpty());
}

TEST(DiskUsage, a_mount_that_was_not_asked_after_all_is_asked_in_the_next_round) {
  DiskUsage disks;
  disks.begin_round({"/a"});
  EXPECT_EQ(disks.next(), "/a");
  disks.not_asked("/a");
  disks.end_round();
  disks.begin_round({"/a"});
  EXPECT_EQ(disks.next(), "/a");
}

}  // namespace
}  // namespace system_service

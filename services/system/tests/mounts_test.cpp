#include "../mounts.hpp"

#include <gmock/gmock.h>

#include "../host_facts.hpp"

namespace system_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Mounts, disks_and_network_file_systems_are_real_and_nothing_else_is) {
  EXPECT_THAT(real_mounts("proc /proc proc rw 0 0\n"
                          "sysfs /sys sysfs rw 0 0\n"
                          "/dev/sda1 / ext4 rw,relatime 0 0\n"
                          "tmpfs /run tmpfs rw 0 0\n"
                          "/dev/loop3 /snap/core squashfs ro 0 0\n"
                          "server:/export /mnt/share nfs4 rw 0 0\n"
                          "tank/home /home zfs rw 0 0\n"
                          "portal /run/user/1000/doc fuse.portal rw 0 0\n"
                          "overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0\n"),
              ElementsAre("/", "/mnt/share", "/home"));
}

TEST(Mounts, the_root_of_a_container_is_shown_though_it_is_an_overlay) {
  EXPECT_THAT(real_mounts("overlay / overlay rw 0 0\n"), ElementsAre("/"));
}

TEST(Mounts, a_device_is_shown_where_it_was_mounted_first) {
  EXPECT_THAT(
      real_mounts("/dev/sda1 / ext4 rw 0 0\n/dev/sda1 /srv/bound ext4 rw 0 0\n/dev/sdb1 / ext4 rw 0 0\n"),
      ElementsAre("/"));
}

TEST(Mounts, names_with_blanks_are_understood) {
  EXPECT_THAT(real_mounts("/dev/sdb1 /media/my\\040disk\\0 vfat rw 0 0\n"), ElementsAre("/media/my disk\\0"));
}

TEST(Mounts, a_list_without_end_is_cut) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "/dev/x" + std::to_string(i) + " /m/" + std::to_string(i) + " ext4 rw 0 0\n";
  EXPECT_EQ(real_mounts(text).size(), 64U);
}

TEST(Mounts, a_file_system_tells_its_space_and_a_missing_one_nothing) {
  const auto space = ask_space("/");
  ASSERT_TRUE(space);
  EXPECT_GT(space->total, 0);
  EXPECT_LE(space->used, space->total);
  EXPECT_FALSE(ask_space("/no/such/mount"));
}

TEST(HostFacts, the_name_of_the_system_is_unquoted) {
  EXPECT_EQ(pretty_name("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n"), "Debian GNU/Linux 12");
  EXPECT_EQ(pretty_name("PRETTY_NAME=Alpine"), "Alpine");
  EXPECT_EQ(pretty_name(""), "Linux");
}

}  // namespace
}  // namespace system_service

#include "hosting/folder_check.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

constexpr uid_t us = 1000;

struct stat facts_of(mode_t mode, uid_t owner) {
  struct stat facts{};
  facts.st_mode = mode;
  facts.st_uid = owner;
  return facts;
}

TEST(FolderCheck, what_is_ours_or_roots_and_closed_to_others_is_fine) {
  EXPECT_EQ(complaint(facts_of(S_IFREG | 0644, us), "services/a/main.cpp", us), "");
  EXPECT_EQ(complaint(facts_of(S_IFDIR | 0755, 0), "services/a", us), "");
}

TEST(FolderCheck, a_foreign_owner_is_told_with_the_chown_line) {
  EXPECT_EQ(
      complaint(facts_of(S_IFREG | 0644, 7), "services/a/main.cpp", us),
      "services/a/main.cpp belongs to uid 7, the node runs as 1000; run: chown 1000 services/a/main.cpp");
}

TEST(FolderCheck, who_else_may_write_is_told_with_the_chmod_line) {
  EXPECT_EQ(complaint(facts_of(S_IFDIR | 0775, us), "services/a", us),
            "services/a may be written by its group; run: chmod go-w services/a");
  EXPECT_EQ(complaint(facts_of(S_IFREG | 0666, us), "it's/a", us),
            "it's/a may be written by group and others; run: chmod go-w 'it'\\''s/a'");
}

TEST(FolderCheck, links_and_devices_are_refused) {
  EXPECT_NE(complaint(facts_of(S_IFLNK | 0777, us), "services/a", us).find("is a symbolic link"),
            std::string::npos);
  EXPECT_NE(complaint(facts_of(S_IFIFO | 0644, us), "services/a", us).find("neither a file nor a folder"),
            std::string::npos);
  EXPECT_EQ(complaint(facts_of(S_IFCHR | 0644, us), "/dev/null", us), "/dev/null is a device");
}

TEST(FolderCheck, a_sticky_parent_of_root_may_be_writable_by_all_and_another_may_not) {
  EXPECT_EQ(complaint_of_parent(facts_of(S_IFDIR | S_ISVTX | 0777, 0), "/tmp", us), "");
  EXPECT_NE(complaint_of_parent(facts_of(S_IFDIR | 0777, 0), "/open", us), "");
  EXPECT_NE(complaint_of_parent(facts_of(S_IFDIR | S_ISVTX | 0777, us), "/open", us), "");
  EXPECT_NE(complaint_of_parent(facts_of(S_IFDIR | 0755, 7), "/home/other", us), "");
  EXPECT_EQ(complaint_of_parent(facts_of(S_IFLNK | 0777, 0), "/bin", us), "");
}

TEST(FolderCheck, each_folder_on_the_way_is_looked_at) {
  const TempFolder folder;
  folder.write("open/inside/services/x", "");
  EXPECT_TRUE(check_way_to(folder.path("open/inside/services")).has_value());
  std::filesystem::permissions(folder.path("open"), std::filesystem::perms::all);
  const auto refused = check_way_to(folder.path("open/inside/services"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().step, "folder");
  EXPECT_TRUE(refused.error().message.ends_with("run: chmod go-w " + folder.path("open")))
      << refused.error().message;
}

TEST(FolderCheck, a_link_on_the_way_is_followed_to_what_it_hides) {
  const TempFolder folder;
  folder.write("open/services/x", "");
  std::filesystem::create_directory_symlink(folder.path("open/services"), folder.path("services"));
  EXPECT_TRUE(check_way_to(folder.path("services")).has_value());
  std::filesystem::permissions(folder.path("open"), std::filesystem::perms::all);
  EXPECT_FALSE(check_way_to(folder.path("services")).has_value());
}

TEST(FolderCheck, a_folder_of_another_user_is_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const TempFolder folder;
  folder.write("theirs/services/x", "");
  ASSERT_EQ(::chown(folder.path("theirs").c_str(), 12345, 12345), 0);
  const auto refused = check_way_to(folder.path("theirs/services"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("belongs to uid 12345"), std::string::npos);
}

TEST(FolderCheck, names_are_services_built_in_passed_over_or_wrong) {
  EXPECT_EQ(judge_folder_name("my_service-2"), FolderName::service);
  EXPECT_EQ(judge_folder_name("system"), FolderName::builtin);
  for (const char* name : {".git", "old.bak", "__pycache__"})
    EXPECT_EQ(judge_folder_name(name), FolderName::passed_over) << name;
  for (const char* name : {"Upper", "with space", "2nd", ""})
    EXPECT_EQ(judge_folder_name(name), FolderName::wrong) << name;
  EXPECT_EQ(judge_folder_name(std::string(65, 'a')), FolderName::wrong);
}

}  // namespace
}  // namespace p2p

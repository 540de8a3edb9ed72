#include "hosting/folder_listing.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::string>;

TEST(FolderListing, holds_all_files_but_the_hidden_ones) {
  const TempFolder services;
  services.write("a/main.cpp", "");
  services.write("a/util/text.hpp", "");
  services.write("a/.main.cpp.swp", "");
  services.write("a/__pycache__/x.pyc", "");
  const FolderListing listing = list_service(services.path(), "a");
  EXPECT_TRUE(listing.exists && listing.has_program() && !listing.wrong);
  EXPECT_EQ(listing.files, (Files{"main.cpp", "util/text.hpp"}));
  EXPECT_EQ(listing.folders, (Files{"", "util"}));
  EXPECT_FALSE(list_service(services.path(), "b").exists);
  EXPECT_FALSE(list_service(services.path("none"), "a").unknown);
}

TEST(FolderListing, the_stamp_changes_with_each_change_and_with_nothing_else) {
  const TempFolder services;
  services.write("a/main.cpp", "one");
  const std::string before = list_service(services.path(), "a").stamp;
  EXPECT_EQ(list_service(services.path(), "a").stamp, before);
  services.write("a/util/text.hpp", "");
  const std::string with_more = list_service(services.path(), "a").stamp;
  EXPECT_NE(with_more, before);
  fs::permissions(services.path("a/main.cpp"), fs::perms::owner_read);
  const std::string with_rights = list_service(services.path(), "a").stamp;
  EXPECT_NE(with_rights, with_more);
  fs::rename(services.path("a/main.cpp"), services.path("a/other.cpp"));
  EXPECT_NE(list_service(services.path(), "a").stamp, with_rights);
}

TEST(FolderListing, a_link_in_it_or_instead_of_it_is_wrong) {
  const TempFolder services;
  services.write("a/main.cpp", "");
  services.write("elsewhere/main.cpp", "");
  fs::create_symlink(services.path("elsewhere/main.cpp"), services.path("a/link.hpp"));
  fs::create_directory_symlink(services.path("elsewhere"), services.path("b"));
  fs::create_directory(services.path("c"));
  fs::create_symlink(services.path("elsewhere/main.cpp"), services.path("c/main.cpp"));
  for (const char* name : {"a", "b", "c"}) {
    const FolderListing listing = list_service(services.path(), name);
    ASSERT_TRUE(listing.wrong.has_value()) << name;
    EXPECT_NE(listing.wrong->message.find("is a symbolic link"), std::string::npos) << listing.wrong->message;
    EXPECT_TRUE(listing.has_program()) << name;
  }
}

TEST(FolderListing, too_many_files_are_refused) {
  const TempFolder services;
  for (std::size_t i = 0; i <= FolderListing::most_files; ++i)
    services.write("a/" + std::to_string(i) + ".hpp", "");
  const FolderListing listing = list_service(services.path(), "a");
  ASSERT_TRUE(listing.wrong.has_value());
  EXPECT_NE(listing.wrong->message.find("too much"), std::string::npos);
  EXPECT_LE(listing.files.size(), FolderListing::most_files);
}

TEST(FolderListing, a_lone_library_is_known_as_one) {
  const TempFolder services;
  services.write("a/a.so", "");
  services.write("a/README.md", "");
  EXPECT_TRUE(list_service(services.path(), "a").lone_library());
  services.write("a/main.cpp", "");
  EXPECT_FALSE(list_service(services.path(), "a").lone_library());
}

TEST(ServicesListing, holds_the_folders_that_can_be_services) {
  const TempFolder services;
  for (const char* file :
       {"a/main.cpp", "system/main.cpp", "Upper/main.cpp", "Docs/x.md", "b.bak/main.cpp", "c/x.md"})
    services.write(file, "");
  services.write("file", "");
  const ServicesListing all = list_services(services.path());
  Files names;
  for (const FolderListing& folder : all.folders) names.push_back(folder.name);
  EXPECT_EQ(names, (Files{"a", "c"}));
  EXPECT_EQ(all.wrong_names, (Files{"Upper"}));
  EXPECT_TRUE(all.exists && all.builtin_passed_over && !all.too_many && all.unreadable.empty());
}

TEST(ServicesListing, a_folder_that_is_missing_is_not_one_that_cannot_be_read) {
  const TempFolder services;
  const ServicesListing missing = list_services(services.path("none"));
  EXPECT_TRUE(!missing.exists && missing.unreadable.empty());
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::permissions(services.path(), fs::perms::none);
  EXPECT_FALSE(list_services(services.path()).unreadable.empty());
  EXPECT_TRUE(list_service(services.path(), "a").unknown);
  fs::permissions(services.path(), fs::perms::owner_all);
}

TEST(Opened, nothing_is_opened_through_a_link_or_above_the_folder) {
  const TempFolder folder;
  folder.write("services/a/main.cpp", "");
  folder.write("secret", "");
  fs::create_directory_symlink(folder.path("services/a"), folder.path("services/link"));
  const Opened services = open_folder(folder.path("services"));
  ASSERT_TRUE(services);
  EXPECT_TRUE(open_beneath(services, "a/main.cpp", 0));
  EXPECT_FALSE(open_beneath(services, "link/main.cpp", 0));
  EXPECT_FALSE(open_beneath(services, "../secret", 0));
  EXPECT_FALSE(open_beneath(services, "/etc/passwd", 0));
}

}  // namespace
}  // namespace p2p

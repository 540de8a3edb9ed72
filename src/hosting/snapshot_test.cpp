#include "hosting/snapshot.hpp"

#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

Snapshot sources_of(const TempFolder& services, const std::string& name) {
  auto snapshot = Snapshot::of_sources(services.path(), list_service(services.path(), name));
  EXPECT_TRUE(snapshot.has_value()) << (snapshot ? "" : snapshot.error().text());
  return snapshot ? *std::move(snapshot) : Snapshot();
}

TEST(Snapshot, holds_the_services_files_and_the_headers_of_the_others) {
  const TempFolder services;
  services.write("a/main.cpp", "main");
  services.write("a/util/text.hpp", "text");
  services.write("b/api.hpp", "contract");
  services.write("b/main.cpp", "not for others");
  services.write("b/inner/deep.hpp", "not for others");
  services.write("B.bak/api.hpp", "no service");
  const Snapshot snapshot = sources_of(services, "a");
  std::string all;
  for (const Snapshot::File& file : snapshot.files()) all += file.path + '=' + file.bytes + ' ';
  EXPECT_EQ(all, "a/main.cpp=main a/util/text.hpp=text b/api.hpp=contract ");
}

TEST(Snapshot, a_file_that_is_swapped_after_it_was_read_has_no_part_in_what_is_compiled) {
  const TempFolder services, work;
  services.write("a/main.cpp", "what was read");
  const Snapshot snapshot = sources_of(services, "a");
  services.write("a/main.cpp", "what came later");
  ASSERT_TRUE(snapshot.write_to(work.path("source")).has_value());
  EXPECT_EQ(work.read("source/a/main.cpp"), "what was read");
}

TEST(Snapshot, a_foreign_header_that_others_may_write_is_left_out) {
  const TempFolder services;
  services.write("a/main.cpp", "");
  services.write("b/api.hpp", "");
  fs::permissions(services.path("b/api.hpp"), fs::perms::all);
  EXPECT_EQ(sources_of(services, "a").find("b/api.hpp"), nullptr);
}

TEST(Snapshot, a_file_that_became_a_link_or_open_to_others_is_refused) {
  const TempFolder services;
  services.write("a/main.cpp", "");
  services.write("outside", "");
  const FolderListing listing = list_service(services.path(), "a");
  fs::permissions(services.path("a/main.cpp"), fs::perms::all);
  EXPECT_NE(Snapshot::of_sources(services.path(), listing).error().message.find("chmod go-w"),
            std::string::npos);
  fs::remove(services.path("a/main.cpp"));
  fs::create_symlink(services.path("outside"), services.path("a/main.cpp"));
  EXPECT_EQ(Snapshot::of_sources(services.path(), listing).error().text(),
            "folder: a/main.cpp: is a symbolic link, which is not followed");
}

TEST(Snapshot, a_file_that_is_too_large_is_refused) {
  const TempFolder services;
  services.write("a/main.cpp", std::string(Snapshot::source_limit, ' '));
  EXPECT_EQ(sources_of(services, "a").files().front().bytes.size(), Snapshot::source_limit);
  services.write("a/main.cpp", std::string(Snapshot::source_limit + 1, ' '));
  const auto refused = Snapshot::of_sources(services.path(), list_service(services.path(), "a"));
  EXPECT_EQ(refused.error().text(), "folder: a/main.cpp: is larger than 4 MiB");
}

TEST(Snapshot, knows_that_somebody_is_writing) {
  const TempFolder services;
  services.write("a/main.cpp", "half");
  EXPECT_FALSE(sources_of(services, "a").being_written());
  const std::string path = services.path("a/main.cpp");
  const Opened probe(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ::fcntl(probe.get(), F_SETSIG, SIGURG);
  if (::fcntl(probe.get(), F_SETLEASE, F_RDLCK) != 0) GTEST_SKIP() << "this file system has no leases";
  ::fcntl(probe.get(), F_SETLEASE, F_UNLCK);
  const Opened writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(writer);
  EXPECT_TRUE(sources_of(services, "a").being_written());
}

}  // namespace
}  // namespace p2p

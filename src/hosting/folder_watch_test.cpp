#include "hosting/folder_watch.hpp"

#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/temp_folder_kit_test.hpp"
#include "testing/capture_log.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() { fs::create_directory(folder.path("services")); }

  void watch() {
    FolderWatch::Hooks hooks;
    hooks.touched = [this](const std::string& name, bool whole) {
      events.insert(name + (whole ? " whole" : ""));
    };
    hooks.lost = [this] { events.insert("lost"); };
    watched = std::make_unique<FolderWatch>(loop, log, folder.path("services"), std::move(hooks));
    watched->watch_root();
  }
  /// Whether `event` comes; inotify tells at once, so a few turns of the loop are enough for what does not
  /// come.
  bool came(const std::string& event) {
    const Instant end = clock.now() + std::chrono::seconds(30);
    while (!events.contains(event) && clock.now() < end) {
      loop.post_at(clock.now() + std::chrono::milliseconds(1), [this] { loop.stop(); });
      loop.run();
    }
    return events.contains(event);
  }
  void forget() {
    while (loop.poll() > 0) {
    }
    events.clear();
  }

  TempFolder folder;
  SystemClock clock;
  Loop loop{clock, nullptr};
  CaptureLog log;
  std::set<std::string> events;
  std::unique_ptr<FolderWatch> watched;
};

TEST_F(FolderWatchTest, tells_of_folders_that_come_and_go_and_of_files_in_them) {
  watch();
  folder.write("services/a/main.cpp", "one");
  EXPECT_TRUE(came("a whole"));
  EXPECT_FALSE(watched->follow("a", {""})) << "a new folder is watched from the event on";
  forget();
  folder.write("services/a/main.cpp", "two");
  EXPECT_TRUE(came("a"));
  forget();
  folder.write("services/a/a.so", "");
  EXPECT_TRUE(came("a whole"));
  forget();
  fs::remove_all(folder.path("services/a"));
  EXPECT_TRUE(came("a whole"));
}

TEST_F(FolderWatchTest, tells_of_inner_folders_once_they_are_followed) {
  folder.write("services/a/util/text.hpp", "one");
  watch();
  EXPECT_TRUE(watched->follow("a", {"", "util"}));
  EXPECT_FALSE(watched->follow("a", {"", "util"}));
  folder.write("services/a/util/text.hpp", "two");
  EXPECT_TRUE(came("a"));
}

TEST_F(FolderWatchTest, knows_which_files_are_open_for_writing) {
  folder.write("services/a/main.cpp", "one");
  watch();
  (void)watched->follow("a", {""});
  EXPECT_FALSE(watched->writing("a"));
  const int file = ::open(folder.path("services/a/main.cpp").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::write(file, "half", 4), 4);
  EXPECT_TRUE(came("a"));
  EXPECT_TRUE(watched->writing("a"));
  forget();
  ::close(file);
  EXPECT_TRUE(came("a"));
  EXPECT_FALSE(watched->writing("a"));
}

TEST_F(FolderWatchTest, a_link_and_a_log_are_not_waited_for) {
  folder.write("services/a/main.cpp", "one");
  watch();
  (void)watched->follow("a", {""});
  fs::create_hard_link(folder.path("services/a/main.cpp"), folder.path("services/a/copy.cpp"));
  EXPECT_TRUE(came("a"));
  forget();
  const int file = ::open(folder.path("services/a/debug.log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  EXPECT_TRUE(came("a"));
  EXPECT_FALSE(watched->writing("a"));
  ::close(file);
}

TEST_F(FolderWatchTest, tells_when_the_services_folder_itself_comes_goes_or_is_mended) {
  fs::remove(folder.path("services"));
  watch();
  fs::create_directory(folder.path("services"));
  EXPECT_TRUE(came("lost"));
  watched->watch_root();
  forget();
  fs::permissions(folder.path("services"), fs::perms::owner_all);
  EXPECT_TRUE(came("lost"));
  forget();
  fs::rename(folder.path("services"), folder.path("away"));
  EXPECT_TRUE(came("lost"));
  watched->watch_root();
  fs::create_directory(folder.path("services"));
  watched->watch_root();
  forget();
  folder.write("services/b/main.cpp", "");
  EXPECT_TRUE(came("b whole"));
}

}  // namespace
}  // namespace p2p

#include "hosting/build_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/compile_command.hpp"
#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

class BuildStoreTest : public testing::Test {
 protected:
  [[nodiscard]] Snapshot snapshot(const std::string& text) const {
    services.write("a/main.cpp", text);
    return Snapshot::of_sources(services.path(), list_service(services.path(), "a")).value();
  }
  /// As if the compiler had made `text` of it.
  BuildStore::Built build(const std::string& text) {
    const Snapshot source = snapshot(text);
    const std::string work = store.make_work("a", ++number).value();
    EXPECT_TRUE(write_private(work + '/' + std::string(library_name), "made of " + text));
    EXPECT_TRUE(write_private(work + '/' + dependency_name(0), "service.so: a/main.cpp\n"));
    auto built = store.keep("a", base, sources, source, work);
    EXPECT_TRUE(built.has_value());
    store.drop_work(work);
    return built.value_or(BuildStore::Built{});
  }
  [[nodiscard]] std::size_t files_ending(std::string_view end) const {
    std::size_t count = 0;
    for (const auto& file : fs::directory_iterator(state.path("build/a")))
      count += file.path().string().ends_with(end) ? 1 : 0;
    return count;
  }

  TempFolder services, state;
  BuildStore store{state.path()};
  BuildBase base{"clang 19", {"-O1"}, "sdk"};
  std::vector<std::string> sources{"a/main.cpp"};
  std::uint64_t number = 0;
};

TEST_F(BuildStoreTest, finds_what_it_was_given_by_content) {
  EXPECT_FALSE(store.find("a", base, sources, snapshot("one")));
  const auto built = build("one");
  const auto found = store.find("a", base, sources, snapshot("one"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->path, built.path);
  EXPECT_EQ(found->dependencies, (std::vector<std::string>{"a/main.cpp"}));
  EXPECT_FALSE(store.find("a", base, sources, snapshot("two")));
  BuildBase newer = base;
  newer.compiler = "clang 20";
  EXPECT_FALSE(store.find("a", newer, sources, snapshot("one")));
}

TEST_F(BuildStoreTest, says_when_there_is_no_library_to_keep) {
  const Snapshot source = snapshot("one");
  const std::string work = store.make_work("a", ++number).value();
  ASSERT_TRUE(write_private(work + '/' + dependency_name(0), "service.so: a/main.cpp\n"));
  const auto kept = store.keep("a", base, sources, source, work);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().step, "compile");
  EXPECT_EQ(kept.error().message, "the compiler reported success and left no library");
}

TEST_F(BuildStoreTest, keeps_the_last_three) {
  for (const char* text : {"one", "two", "three", "four", "five"}) build(text);
  EXPECT_EQ(files_ending(".so"), BuildStore::kept);
  EXPECT_EQ(files_ending(".d"), BuildStore::kept);
  EXPECT_TRUE(store.find("a", base, sources, snapshot("five")));
}

TEST_F(BuildStoreTest, a_build_without_its_library_is_none) {
  fs::remove(build("one").path);
  EXPECT_FALSE(store.find("a", base, sources, snapshot("one")));
}

TEST_F(BuildStoreTest, logs_are_named_relative_to_the_state_directory) {
  build("one");
  const std::string name = store.keep_log("a", std::string(64, 'f'), "all of it");
  EXPECT_EQ(name, "build/a/" + std::string(32, 'f') + ".log");
  EXPECT_EQ(state.read(name), "all of it");
}

TEST_F(BuildStoreTest, copies_that_run_have_names_of_their_own) {
  const auto built = build("one");
  const auto first = store.copy_to_run("a", 1, built.path), second = store.copy_to_run("a", 2, built.path);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_FALSE(fs::equivalent(*first, *second)) << "the loader would take them for one";
}

TEST_F(BuildStoreTest, what_dead_processes_left_is_swept_and_what_others_use_is_not) {
  build("one");
  const std::string of_parent = "build/a/run-" + std::to_string(::getppid()) + "-1.so";
  state.write("build/a/run-999999999-1.so", "");
  state.write("build/a/work-999999999-7/source/a/main.cpp", "");
  state.write(of_parent, "");
  store.sweep();
  EXPECT_FALSE(fs::exists(state.path("build/a/run-999999999-1.so")));
  EXPECT_FALSE(fs::exists(state.path("build/a/work-999999999-7")));
  EXPECT_TRUE(fs::exists(state.path(of_parent)));
  EXPECT_TRUE(store.find("a", base, sources, snapshot("one")));
}

TEST_F(BuildStoreTest, nobody_else_may_look_into_it) {
  build("one");
  EXPECT_EQ(fs::status(state.path("build")).permissions(), fs::perms::owner_all);
}

TEST_F(BuildStoreTest, what_is_known_of_a_removed_service_is_forgotten_after_a_week) {
  build("x");
  const auto now = fs::file_time_type::clock::now();
  store.forget_unused(now + BuildStore::unused_for - std::chrono::hours(1));
  EXPECT_TRUE(fs::exists(state.path("build/a")));
  ASSERT_TRUE(store.write_to_run("a", 1, "loaded").has_value());
  store.forget_unused(now + BuildStore::unused_for + std::chrono::hours(1));
  EXPECT_TRUE(fs::exists(state.path("build/a"))) << "a process that lives has loaded it";
  fs::remove(store.folder("a") + "/run-" + std::to_string(::getpid()) + "-1.so");
  store.forget_unused(now + BuildStore::unused_for + std::chrono::hours(1));
  EXPECT_FALSE(fs::exists(state.path("build/a")));
}

}  // namespace
}  // namespace p2p

#include "hosting/compiler.hpp"

#include <gtest/gtest.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

/// The compiler stands for any program here: what is tested is how it is run.
class CompilerTest : public testing::Test {
 protected:
  CompileTask task(const std::string& service, std::vector<Arguments> commands) {
    std::filesystem::create_directories(folder.path(service + "/tmp"));
    return {service, std::move(commands), folder.path(), folder.path(service)};
  }
  /// Runs the loop until `so`, at most half a minute.
  bool until(const std::function<bool()>& so) {
    const Instant end = clock.now() + std::chrono::seconds(30);
    while (!so() && clock.now() < end) {
      loop.post_at(clock.now() + std::chrono::milliseconds(2), [this] { loop.stop(); });
      loop.run();
    }
    return so();
  }
  Compiler::Done note(const std::string& service) {
    return [this, service](CompileEnd end) {
      events.push_back(service + " ended " + std::to_string(end.run) +
                       (end.trouble.empty() ? "" : ": " + end.trouble));
    };
  }
  Job start(const std::string& service) {
    return [this, service] { events.push_back(service + " started"); };
  }

  TempFolder folder;
  SystemClock clock;
  Loop loop{clock, nullptr};
  std::vector<std::string> events;
};

using Events = std::vector<std::string>;

TEST_F(CompilerTest, runs_commands_one_after_another_until_one_fails) {
  Compiler compiler(loop, {});
  const std::vector<Arguments> commands{
      {"sh", "-c", "echo one; echo error >&2"}, {"sh", "-c", "exit 3"}, {"sh", "-c", "echo never"}};
  compiler.compile(task("a", commands), start("a"), note("a"));
  ASSERT_TRUE(until([&] { return events.size() == 2; }));
  EXPECT_EQ(events, (Events{"a started", "a ended 2: the compiler ended with code 3"}));
  EXPECT_EQ(folder.read("a/output-0"), "one\nerror\n");
  EXPECT_FALSE(std::filesystem::exists(folder.path("a/output-2")));
}

TEST_F(CompilerTest, one_build_waits_for_another) {
  Compiler compiler(loop, {});
  compiler.compile(task("a", {{"true"}}), start("a"), note("a"));
  compiler.compile(task("b", {{"true"}}), start("b"), note("b"));
  EXPECT_EQ(events, (Events{"a started"}));
  ASSERT_TRUE(until([&] { return events.size() == 4; }));
  EXPECT_LT(std::find(events.begin(), events.end(), "a started"),
            std::find(events.begin(), events.end(), "b started"));
}

TEST_F(CompilerTest, what_is_dropped_is_killed_and_makes_room) {
  Compiler compiler(loop, {});
  compiler.compile(task("a", {{"sleep", "1000"}}), start("a"), note("a"));
  compiler.compile(task("b", {{"true"}}), start("b"), note("b"));
  compiler.drop("a");
  ASSERT_TRUE(until([&] { return events.size() == 3; }));
  EXPECT_EQ(events, (Events{"a started", "b started", "b ended 1"}));
}

TEST_F(CompilerTest, time_is_limited_for_all_commands_together) {
  Compiler compiler(loop, {"clang++-19", std::chrono::milliseconds(50), 1});
  compiler.compile(task("a", {{"true"}, {"sleep", "1000"}}), start("a"), note("a"));
  ASSERT_TRUE(until([&] { return events.size() == 2; }));
  EXPECT_TRUE(events[1].ends_with("the compiler was stopped: it took longer than 0 s")) << events[1];
}

TEST_F(CompilerTest, it_sees_nothing_of_the_nodes_environment_and_knows_its_limits) {
  Compiler compiler(loop, {});
  compiler.compile(task("a", {{"sh", "-c", "env | sort; ulimit -v; nice"}}), start("a"), note("a"));
  ASSERT_TRUE(until([&] { return events.size() == 2; }));
  const std::string temporary = folder.path("a/tmp");
  const std::string said = folder.read("a/output-0");
  EXPECT_NE(said.find("\n2097152\n10\n"), std::string::npos) << said;
  for (const char* name : {"PATH=", "LANG=C", "CCACHE_DISABLE=1"})
    EXPECT_NE(said.find(name), std::string::npos) << said;
  EXPECT_NE(said.find("TMPDIR=" + temporary + '\n'), std::string::npos) << said;
  EXPECT_EQ(said.find("ASAN"), std::string::npos) << said;
}

TEST_F(CompilerTest, is_asked_for_its_version_once_and_named_when_it_is_missing) {
  Compiler missing(loop, {"no-such-compiler", std::chrono::seconds(1), 1});
  std::string answer;
  missing.version(
      [&](const OrReason<std::string>& version) { answer = version ? *version : version.error().text(); });
  EXPECT_EQ(answer,
            "compile: no compiler (no-such-compiler not found); install it or drop in a ready-made .so");
  Compiler compiler(loop, {});
  std::string first, second;
  compiler.version([&](const OrReason<std::string>& version) { first = version.value_or("none"); });
  ASSERT_TRUE(until([&] { return !first.empty(); }));
  EXPECT_NE(first.find("clang version 19"), std::string::npos) << first;
  compiler.version([&](const OrReason<std::string>& version) { second = version.value_or("none"); });
  EXPECT_EQ(second, first) << "known by now: told at once";
}

}  // namespace
}  // namespace p2p

#include "state/state_dir.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.hpp"
#include "state/cluster_keys.hpp"
#include "state/ownership.hpp"
#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;
namespace fs = std::filesystem;

Secret text(std::string_view bytes) { return Secret(std::string(bytes)); }

std::string refusal(const fs::path& path) {
  const auto state = StateDir::open(path);
  if (state) return "opened";
  EXPECT_EQ(state.error().code(), Errc::unavailable);
  return state.error().message();
}

TEST(StateDir, is_made_with_its_parents_and_for_us_alone) {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  const auto state = StateDir::open(folder / "a/b/state/");
  ::umask(before);
  ASSERT_TRUE(state) << state.error().message();
  EXPECT_EQ(mode_of(folder / "a/b/state"), 0700U);
  EXPECT_EQ(state->path(), folder / "a/b/state");
}

TEST(StateDir, what_is_written_is_read) {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->write("jwt/key", "one"));
  EXPECT_TRUE(state->write("jwt/key", std::string_view("two\0three", 9)));
  ::umask(before);
  EXPECT_EQ(state->read("jwt/key")->reveal(), std::string_view("two\0three", 9));
  EXPECT_EQ(mode_of(folder / "state/jwt"), 0700U);
  EXPECT_EQ(mode_of(folder / "state/jwt/key"), 0600U);
  EXPECT_TRUE(state->write("empty", ""));
  EXPECT_EQ(state->read("empty")->size(), 0U);
  EXPECT_EQ(state->read("nothing").error().code(), Errc::not_found);
  EXPECT_EQ(state->read("no/thing").error().code(), Errc::not_found);
  EXPECT_EQ(refusal(folder / "state"), "opened") << "it is found in order afterwards";
}

TEST(StateDir, names_do_not_lead_out_of_it) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  for (const char* name :
       {"", "/etc/passwd", "..", "../x", "a/../../x", "a//b", ".lock", "a/.b", "a/", "a b", "a\n", "./a"}) {
    EXPECT_EQ(state->write(name, "x").error().code(), Errc::internal) << name;
    EXPECT_FALSE(state->read(name)) << name;
    EXPECT_FALSE(state->directory(name)) << name;
  }
}

TEST(StateDir, a_directory_is_made_on_demand) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  EXPECT_EQ(*state->directory("nodes/8001/data"), folder / "state/nodes/8001/data");
  EXPECT_EQ(*state->directory("nodes/8001/data"), folder / "state/nodes/8001/data");
  EXPECT_EQ(mode_of(folder / "state/nodes"), 0700U);
  EXPECT_EQ(mode_of(folder / "state/nodes/8001/data"), 0700U);
}

TEST(StateDir, a_wrong_mode_is_refused_with_the_line_that_repairs_it) {
  const TempFolder folder;
  const std::string path = (folder / "state").native();
  ASSERT_TRUE(StateDir::open(path));
  for (const mode_t mode : {0755U, 0770U, 0701U, 0500U, 01700U}) {
    ::chmod(path.c_str(), mode);
    EXPECT_NE(refusal(path).find("must be 0700; run: chmod 700 " + path), std::string::npos) << refusal(path);
  }
  ::chmod(path.c_str(), 0700);
  EXPECT_EQ(refusal(path), "opened");
}

TEST(StateDir, a_file_with_a_wrong_mode_is_refused_wherever_it_lies) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  for (const char* name : {"cluster.key", "jwt/key", "nodes/8001/node_id"}) {
    ASSERT_TRUE(state->write(name, "x"));
    const std::string path = (folder / "state" / name).native();
    ::chmod(path.c_str(), 0640);
    EXPECT_NE(refusal(folder / "state").find("has mode 0640, must be 0600; run: chmod 600 " + path),
              std::string::npos);
    EXPECT_EQ(state->read(name).error().code(), Errc::unavailable) << "also when it changes later";
    ::chmod(path.c_str(), 0600);
  }
  EXPECT_EQ(refusal(folder / "state"), "opened");
}

TEST(StateDir, work_of_programs_is_not_looked_at) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  ASSERT_TRUE(state->directory("build") && state->directory("nodes/8001/data"));
  put(folder / "state/build/service.so", "x", 0755);
  put(folder / "state/nodes/8001/data/file", "x", 0644);
  fs::create_symlink("/usr/bin/python3", folder / "state/build/python");
  EXPECT_EQ(refusal(folder / "state"), "opened");
  ::chmod((folder / "state/build").c_str(), 0755);
  EXPECT_NE(refusal(folder / "state").find("chmod 700"), std::string::npos);
}

TEST(StateDir, symbolic_links_are_refused) {
  const TempFolder folder;
  ASSERT_TRUE(StateDir::open(folder / "real"));
  fs::create_directory_symlink(folder / "real", folder / "link");
  EXPECT_NE(refusal(folder / "link").find("is a symbolic link; run: rm "), std::string::npos);
  EXPECT_NE(refusal(folder / "link/").find("is a symbolic link"), std::string::npos)
      << "a slash changes nothing";

  const auto state = StateDir::open(folder / "real");
  put(folder / "secret", "x");
  fs::create_symlink(folder / "secret", folder / "real/cluster.key");
  fs::create_directory_symlink(folder.path(), folder / "real/jwt");
  EXPECT_NE(refusal(folder / "real").find("is a symbolic link"), std::string::npos);
  EXPECT_NE(state->read("cluster.key").error().message().find("is a symbolic link"), std::string::npos);
  EXPECT_FALSE(state->read("jwt/secret"));
  EXPECT_FALSE(state->write("jwt/other", "x"));
  EXPECT_FALSE(fs::exists(folder / "other"));
}

TEST(StateDir, what_is_no_file_is_refused) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  ASSERT_EQ(::mkfifo((folder / "state/cluster.key").c_str(), 0600), 0);
  EXPECT_NE(state->read("cluster.key").error().message().find("is no regular file"), std::string::npos);
  EXPECT_NE(refusal(folder / "state").find("is no regular file"), std::string::npos);
  put(folder / "file", "x");
  EXPECT_NE(refusal(folder / "file").find("is no directory"), std::string::npos);
}

TEST(StateDir, files_of_another_user_are_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state && state->write("cluster.key", "x"));
  const std::string file = (folder / "state/cluster.key").native(), path = (folder / "state").native();
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_NE(refusal(path).find("belongs to uid 12345, the node runs as 0; run: chown 0 " + file),
            std::string::npos);
  EXPECT_FALSE(state->read("cluster.key"));
  ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
  EXPECT_NE(refusal(path).find("run: chown 0 " + path), std::string::npos);
}

TEST(StateDir, the_repair_line_can_be_pasted_whatever_the_path) {
  EXPECT_EQ(shell_word("/var/lib/p2p_admin"), "/var/lib/p2p_admin");
  EXPECT_EQ(shell_word("/a b"), "'/a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("-rf"), "'-rf'");
  EXPECT_EQ(shell_word("$(x)"), "'$(x)'");
}

TEST(StateDir, a_file_is_made_once) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->read_or_make("key", [] { return text("first"); })->reveal(), "first");
  EXPECT_EQ(state->read_or_make("key", [] { return text("second"); })->reveal(), "first");
  ::chmod((folder / "state/key").c_str(), 0644);
  EXPECT_FALSE(state->read_or_make("key", [] { return text("third"); }))
      << "what cannot be trusted is not made anew";
  EXPECT_EQ(content(folder / "state/key"), "first");
}

TEST(StateDir, threads_that_start_together_get_one_set_of_keys) {
  const TempFolder folder;
  std::vector<std::string> got(8);
  std::vector<std::thread> threads;
  for (std::string& mine : got) {
    threads.emplace_back([&] {
      SystemRandom random;
      const auto state = StateDir::open(folder / "state");
      if (!state) return;
      const auto keys = load_cluster_keys(*state, random);
      if (keys)
        mine =
            keys->cluster_id + std::string(keys->cluster_key.reveal()) + std::string(keys->jwt_seed.reveal());
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(got[0].size(), 96U);
  for (const std::string& other : got) EXPECT_EQ(other, got[0]);
}

TEST(StateDir, processes_that_start_together_get_one_set_of_keys) {
  const TempFolder folder;
  int go[2] = {-1, -1}, answers[2] = {-1, -1};
  ASSERT_EQ(::pipe(go) | ::pipe(answers), 0);
  constexpr int children = 4;
  for (int i = 0; i < children; ++i) {
    if (::fork() != 0) continue;
    ::close(go[1]);
    char wait = 0;
    (void)!::read(go[0], &wait, 1);  // returns when the parent closes its end: all begin at once
    SystemRandom random;
    const auto state = StateDir::open(folder / "state");
    const auto keys = state ? load_cluster_keys(*state, random) : fail(state.error());
    const bool told = keys && ::write(answers[1], keys->cluster_id.data(), 32) == 32;
    ::_exit(told ? 0 : 1);
  }
  ::close(go[0]);
  ::close(go[1]);
  for (int i = 0; i < children; ++i) {
    int status = -1;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  std::string ids(32 * children, '\0');
  ASSERT_EQ(::read(answers[0], ids.data(), ids.size()), 32 * children);
  for (int i = 1; i < children; ++i)
    EXPECT_EQ(ids.substr(32U * static_cast<unsigned>(i), 32), ids.substr(0, 32));
  ::close(answers[0]);
  ::close(answers[1]);
}

TEST(StateDir, a_write_that_fails_leaves_the_old_file) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state && state->write("key", "old"));
  const pid_t child = ::fork();
  if (child == 0) {  // in a process of its own: the limit cannot be taken back
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = state->write("key", std::string(10'000, 'n'));
    const bool named =
        !written && written.error().message().find("key: write failed: File too large") != std::string::npos;
    ::_exit(named ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(content(folder / "state/key"), "old");
  EXPECT_FALSE(fs::exists(folder / "state/.key.new"));
}

TEST(StateDir, what_a_killed_process_left_is_in_nobodys_way) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state && state->write("key", "old"));
  put(folder / "state/.key.new", "half a f");
  EXPECT_EQ(refusal(folder / "state"), "opened");
  EXPECT_EQ(state->read("key")->reveal(), "old");
  EXPECT_TRUE(state->write("key", "new"));
  EXPECT_EQ(state->read("key")->reveal(), "new");
  EXPECT_FALSE(fs::exists(folder / "state/.key.new"));
}

TEST(StateDir, a_huge_file_is_not_read) {
  const TempFolder folder;
  const auto state = StateDir::open(folder / "state");
  ASSERT_TRUE(state && state->write("key", "x"));
  ASSERT_EQ(::truncate((folder / "state/key").c_str(), 1LL << 40), 0);
  EXPECT_EQ(state->read("key").error().code(), Errc::too_large);
}

}  // namespace
}  // namespace p2p

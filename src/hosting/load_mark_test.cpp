#include "hosting/load_mark.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

/// A process that ends while it loads `content`.
void die_loading(const std::string& folder, const std::string& content) {
  const pid_t child = ::fork();
  if (child == 0) {
    const LoadMark mark(folder, content);
    ::_exit(0);  // no destructor runs, as none does after abort()
  }
  ::waitpid(child, nullptr, 0);
}

TEST(LoadMark, a_version_that_was_loaded_without_trouble_is_not_blamed) {
  const TempFolder folder;
  {
    const LoadMark mark(folder.path(), "one");
  }
  EXPECT_FALSE(LoadMark(folder.path(), "one").blames());
}

TEST(LoadMark, a_version_whose_loading_ended_a_node_is_blamed_until_it_changes) {
  const TempFolder folder;
  die_loading(folder.path(), "one");
  EXPECT_TRUE(LoadMark(folder.path(), "one").blames());
  EXPECT_TRUE(LoadMark(folder.path(), "one").blames()) << "asking takes the mark away";
  EXPECT_FALSE(LoadMark(folder.path(), "two").blames());
  EXPECT_FALSE(LoadMark(folder.path(), "one").blames()) << "another version has been loaded since";
}

TEST(LoadMark, a_node_that_is_still_loading_is_not_blamed) {
  const TempFolder folder;
  const LoadMark mark(folder.path(), "one");
  EXPECT_FALSE(LoadMark(folder.path(), "one").blames());
}

}  // namespace
}  // namespace p2p

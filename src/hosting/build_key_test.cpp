#include "hosting/build_key.hpp"

#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

using Names = std::vector<std::string>;

TEST(Dependencies, reads_the_files_of_a_makefile_rule) {
  EXPECT_EQ(
      parse_dependencies("service.so: my_service/main.cpp /sdk/p2p/service.hpp \\\n"
                         "  my_service/with\\ space.hpp ./b/api.hpp \\\n  my_service/main.cpp cost$$.hpp\n"),
      (Names{"./b/api.hpp", "/sdk/p2p/service.hpp", "cost$.hpp", "my_service/main.cpp",
             "my_service/with space.hpp"}));
  EXPECT_TRUE(parse_dependencies("").empty());
}

class BuildKey : public testing::Test {
 protected:
  BuildKey() {
    services.write("a/main.cpp", "main");
    services.write("a/unused.hpp", "unused");
    services.write("b/api.hpp", "contract");
  }
  [[nodiscard]] Snapshot snapshot() const {
    return Snapshot::of_sources(services.path(), list_service(services.path(), "a")).value();
  }
  /// Or why there is none.
  [[nodiscard]] std::string key() const {
    const auto key = build_key(base, sources, snapshot(), dependencies);
    return key ? *key : key.error().message;
  }

  TempFolder services;
  BuildBase base{"clang 19", {"-O1"}, "sdk"};
  Names sources{"a/main.cpp"};
  Names dependencies{"./b/api.hpp", "a/main.cpp"};
};

TEST_F(BuildKey, is_the_same_as_long_as_nothing_that_counts_has_changed) {
  const std::string before = key();
  EXPECT_EQ(before.size(), 64u);
  services.write("a/unused.hpp", "changed");
  services.write("a/README.md", "new");
  EXPECT_EQ(key(), before);
}

TEST_F(BuildKey, changes_with_the_source_a_contract_the_compiler_its_flags_and_the_sdk) {
  std::set<std::string> keys{key()};
  const auto is_new = [&] { return keys.insert(key()).second; };
  services.write("a/main.cpp", "changed");
  EXPECT_TRUE(is_new());
  services.write("b/api.hpp", "changed");
  EXPECT_TRUE(is_new());
  base.compiler = "clang 20";
  EXPECT_TRUE(is_new());
  base.flags.emplace_back("-O2");
  EXPECT_TRUE(is_new());
  base.sdk = "another";
  EXPECT_TRUE(is_new());
  sources.emplace_back("a/more.cpp");
  EXPECT_TRUE(is_new());
}

TEST_F(BuildKey, follows_the_machines_own_headers) {
  const TempFolder machine;
  machine.write("stdio.h", "one");
  dependencies.push_back(machine.path("stdio.h"));
  const std::string before = key();
  machine.write("stdio.h", "two");
  EXPECT_NE(key(), before);
  std::filesystem::remove(machine.path("stdio.h"));
  EXPECT_EQ(key(), machine.path("stdio.h") + " was removed while the service was compiled");
}

TEST_F(BuildKey, reads_no_device_no_pipe_and_no_file_without_measure) {
  dependencies.emplace_back("/dev/zero");
  EXPECT_EQ(key(), "/dev/zero is no ordinary file, and a service cannot be built from it");
  const TempFolder machine;
  ASSERT_EQ(::mkfifo(machine.path("pipe.h").c_str(), 0600), 0);
  dependencies.back() = machine.path("pipe.h");
  EXPECT_EQ(key(), machine.path("pipe.h") + " is no ordinary file, and a service cannot be built from it");
  machine.write("large.h", "");
  std::filesystem::resize_file(machine.path("large.h"), largest_dependency + 1);
  dependencies.back() = machine.path("large.h");
  EXPECT_EQ(key(), machine.path("large.h") + " is larger than 64 MiB, and a service cannot be built from it");
}

TEST_F(BuildKey, the_sdks_digest_covers_names_and_contents) {
  const TempFolder sdk;
  sdk.write("p2p/value.hpp", "one");
  const std::string before = digest_of_tree(sdk.path());
  sdk.write("p2p/value.hpp", "two");
  const std::string changed = digest_of_tree(sdk.path());
  EXPECT_NE(changed, before);
  std::filesystem::rename(sdk.path("p2p/value.hpp"), sdk.path("p2p/error.hpp"));
  EXPECT_NE(digest_of_tree(sdk.path()), changed);
}

}  // namespace
}  // namespace p2p

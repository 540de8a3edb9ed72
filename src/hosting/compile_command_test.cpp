#include "hosting/compile_command.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace p2p {
namespace {

CompileSetup setup() {
  CompileSetup setup;
  setup.sdk_include = "/sdk/include";
  setup.sdk_library = "/sdk/libp2psdk.so";
  setup.services_dir = "/srv/services";
  return setup;
}

TEST(CompileCommand, one_source_is_compiled_and_linked_in_one_go) {
  const auto commands = compile_commands(setup(), {"a/main.cpp"}, "/w");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(
      shell_line(commands[0]),
      "clang++-19 -std=c++23 -O1 -g1 -fPIC -fvisibility=hidden -fno-plt -Wall -Werror=return-type "
      "-Werror=unused-result -Wno-undefined-var-template -fdebug-compilation-dir=/srv/services -I. -isystem "
      "/sdk/include -MD -MF /w/depends-0 a/main.cpp -shared -fuse-ld=lld-19 -Wl,--undefined-version "
      "-Wl,-z,defs "
      "-Wl,--version-script=/w/p2p_plugin.map /sdk/libp2psdk.so -o /w/service.so");
}

TEST(CompileCommand, more_sources_have_a_dependency_file_each) {
  const auto commands = compile_commands(setup(), {"a/main.cpp", "a/util.cpp"}, "/w");
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_NE(shell_line(commands[1]).find("-MF /w/depends-1 a/util.cpp -o /w/object-1.o"), std::string::npos);
  EXPECT_TRUE(shell_line(commands[2]).starts_with("clang++-19 /w/object-0.o /w/object-1.o -shared"));
}

TEST(CompileCommand, a_sanitized_node_makes_sanitized_services_whose_symbols_it_has_itself) {
  CompileSetup sanitized = setup();
  sanitized.extra_flags = {"-fsanitize=address"};
  const std::string line = shell_line(compile_commands(sanitized, {"a/main.cpp"}, "/w")[0]);
  EXPECT_NE(line.find("-fsanitize=address"), std::string::npos);
  EXPECT_EQ(line.find("-z,defs"), std::string::npos);
}

TEST(CompileCommand, places_are_no_part_of_the_flags) {
  CompileSetup elsewhere = setup();
  elsewhere.sdk_include = elsewhere.sdk_library = elsewhere.services_dir = "/elsewhere";
  EXPECT_EQ(compile_flags(elsewhere), compile_flags(setup()));
}

}  // namespace
}  // namespace p2p

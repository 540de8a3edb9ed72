#include "hosting/service_source.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using Kind = ServiceSource::Kind;
using Files = std::vector<std::string>;

TEST(ServiceSource, sources_are_every_cpp_beside_main_sorted) {
  const auto source = source_of("a", {"util.cpp", "main.cpp", "api.hpp", "sub/more.cpp", ".main.cpp"});
  ASSERT_TRUE(source.has_value());
  EXPECT_EQ(source->kind, Kind::sources);
  EXPECT_EQ(source->files, (Files{"main.cpp", "util.cpp"}));
}

TEST(ServiceSource, one_library_is_a_service_and_nothing_to_run_is_none) {
  EXPECT_EQ(source_of("a", {"any_name.so", "README.md"})->files, (Files{"any_name.so"}));
  for (const Files& files :
       {Files{}, Files{"api.hpp"}, Files{"util.cpp"}, Files{"sub/main.cpp"}, Files{"requirements.txt"}})
    EXPECT_EQ(source_of("a", files)->kind, Kind::none);
}

TEST(ServiceSource, two_ways_to_run_are_refused_by_both_names) {
  EXPECT_EQ(
      source_of("a", {"main.py", "main.cpp"}).error().message,
      "there are main.cpp and main.py: keep the one that is to run, or name it as `entry` in service.toml");
  EXPECT_EQ(source_of("a", {"b.so", "a.so"}).error().message,
            "there are a.so and b.so: keep the one that is to run, or name it as `entry` in service.toml");
}

TEST(ServiceSource, what_this_version_cannot_do_is_refused) {
  const auto python = source_of("a", {"main.py", "requirements.txt"});
  EXPECT_EQ(python.error().text(), "load: a/main.py: Python services are not supported yet by this version");
}

TEST(ServiceSource, the_entry_decides_between_two_ways) {
  const Files both{"main.cpp", "a.so", "b.so", "util.cpp"};
  EXPECT_EQ(source_of("a", both, "b.so")->files, Files{"b.so"});
  EXPECT_EQ(source_of("a", both, "main.cpp")->files, (Files{"main.cpp", "util.cpp"}));
  EXPECT_EQ(source_of("a", both, "mian.cpp").error().text(),
            "settings: a/service.toml: entry: there is no mian.cpp to run; did you mean main.cpp?");
  EXPECT_EQ(source_of("a", both, "util.cpp").error().message,
            "entry: there is no util.cpp to run, but main.cpp");
  EXPECT_EQ(source_of("a", {"service.toml"}, "main.cpp").error().message,
            "entry: there is no main.cpp to run");
}

TEST(ServiceSource, more_sources_than_can_be_compiled_are_refused) {
  Files files{"main.cpp"};
  for (std::size_t i = 1; i < most_sources; ++i) files.push_back(std::to_string(i) + ".cpp");
  EXPECT_TRUE(source_of("a", files).has_value());
  files.push_back("one_more.cpp");
  EXPECT_EQ(source_of("a", files).error().step, "compile");
}

}  // namespace
}  // namespace p2p

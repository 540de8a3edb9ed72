#include "hosting/library.hpp"

#include <gtest/gtest.h>

#include "hosting/builtin_instance.hpp"
#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

class Counted : public BaseService {
 public:
  Counted() { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() override { --alive; }
  static inline int alive = 0;  // NOLINT: counts objects of this test
};

class Throwing : public BaseService {
 public:
  Throwing() { throw Error(Errc::unavailable, "no disk"); }
};

template <class Service>
PluginEntry entry_of(const char* name) {
  return {P2P_ABI,
          sizeof(PluginEntry),
          P2P_SDK_VERSION,
          __VERSION__,
          name,
          []() -> BaseService* { return new Service; },
          [](BaseService* service) { delete service; },
          &detail::layout_print<BaseService>};
}

TEST(Library, an_entry_of_another_abi_says_which) {
  PluginEntry entry = entry_of<Counted>("x");
  EXPECT_EQ(wrong_entry(entry), "");
  entry.abi = 2;
  EXPECT_EQ(wrong_entry(entry), "built for SDK ABI 2, this node has 1; rebuild it");
  entry.abi = P2P_ABI;
  entry.size = 40;
  EXPECT_EQ(wrong_entry(entry), "its entry has 40 bytes, this node's has 56; rebuild it");
  entry = entry_of<Counted>("x");
  entry.create = nullptr;
  EXPECT_EQ(wrong_entry(entry), "its entry has no functions; rebuild it");
}

struct Grown : BaseService {
  virtual void more() {}
  int size = 0;
};

TEST(Library, other_headers_under_the_same_abi_number_are_noticed) {
  PluginEntry entry = entry_of<Counted>("x");
  entry.layout = &detail::layout_print<Grown>;  // as if BaseService had another member there
  EXPECT_TRUE(wrong_entry(entry).starts_with("built with SDK headers that are not this node's"));
}

TEST(Library, only_old_gcc_is_distrusted) {
  EXPECT_EQ(distrusted_compiler("Debian Clang 19.1.7 (3~deb12u1)"), "");
  EXPECT_EQ(distrusted_compiler("13.2.0"), "");
  EXPECT_EQ(distrusted_compiler(""), "");
  EXPECT_TRUE(distrusted_compiler("12.2.0").starts_with("built by g++ 12.2.0, which destroys"));
}

TEST(Library, no_prefix_of_a_library_is_a_whole_one) {
  std::ifstream file(P2P_TEST_SDK_LIBRARY, std::ios::binary);
  const std::string sdk{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  ASSERT_TRUE(whole_library(sdk));
  for (std::size_t size = 0; size < sdk.size(); size += 997)
    EXPECT_FALSE(whole_library(std::string_view(sdk).substr(0, size))) << size;
  EXPECT_FALSE(whole_library(std::string_view(sdk).substr(0, sdk.size() - 1)));
  EXPECT_FALSE(whole_library("#!/bin/sh\nexit 0\n"));
}

TEST(Library, no_bytes_of_its_head_lead_the_check_astray) {
  std::ifstream file(P2P_TEST_SDK_LIBRARY, std::ios::binary);
  const std::string sdk{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (std::size_t i = 0; i < 1024 && i < sdk.size(); ++i)
    for (const char bad : {'\0', '\x7f', '\xff'}) {
      std::string changed = sdk.substr(0, 4096);
      changed[i] = bad;
      EXPECT_FALSE(whole_library(changed))
          << i;  // it is cut off, whatever its tables say; and nothing is read beyond it
    }
}

TEST(Library, a_file_that_the_loader_refuses_is_named_as_the_author_knows_it_and_deleted) {
  const TempFolder folder;
  folder.write("run-1.so", "no library");
  const auto refused = load_library(folder.path("run-1.so"), "mine", "mine/mine.so", "hash");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().step, "load");
  EXPECT_EQ(refused.error().message.find(folder.path()), std::string::npos) << refused.error().message;
  EXPECT_TRUE(refused.error().message.starts_with("mine/mine.so: ")) << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder.path("run-1.so")));
}

TEST(BuiltinInstance, is_an_object_with_the_name_of_its_entry_until_it_is_unloaded) {
  const PluginEntry entry = entry_of<Counted>("system");
  auto instance = builtin_instance(entry);
  ASSERT_TRUE(instance.has_value());
  EXPECT_EQ((*instance)->name(), "system");
  EXPECT_EQ((*instance)->isolation(), "builtin");
  EXPECT_EQ((*instance)->content_hash(), "");
  EXPECT_EQ(Counted::alive, 1);
  EXPECT_TRUE((*instance)->unload());
  EXPECT_EQ(Counted::alive, 0);
}

TEST(BuiltinInstance, a_constructor_that_throws_says_why) {
  const PluginEntry entry = entry_of<Throwing>("system");
  EXPECT_EQ(builtin_instance(entry).error().text(), "load: the constructor threw: no disk");
}

}  // namespace
}  // namespace p2p

#include "cli/contexts.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace p2p {
namespace {

class ContextFile : public testing::Test {
 protected:
  ContextFile() {
    char name[] = "/tmp/p2p-contexts-XXXXXX";
    folder = std::string(::mkdtemp(name)) + "/deep/p2p_admin";
    path = folder + "/contexts.toml";
  }
  ~ContextFile() override {
    std::filesystem::remove_all(std::filesystem::path(folder).parent_path().parent_path());
  }

  void put(const std::string& text, mode_t mode = 0600) {
    std::filesystem::create_directories(folder);
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
  }
  std::string refused() {
    const auto contexts = read_contexts(folder);
    EXPECT_FALSE(contexts) << "was taken";
    if (contexts) return "";
    EXPECT_EQ(contexts.error().code(), Errc::invalid_params);
    const Value& hint = contexts.error().detail()["hint"];
    return contexts.error().message() + (hint.is_string() ? " | " + hint.as_string() : "");
  }

  std::string folder, path;
};

TEST_F(ContextFile, comes_back_as_it_was_written) {
  Contexts contexts;
  contexts.current = "prod";
  contexts.all.push_back({"prod", "10.0.0.5:8001", Secret("abc.def"), "", "/etc/ca.pem", true});
  contexts.all.push_back({"lab.2", "127.0.0.1:8001", Secret(), "/home/me/\"token\"", "", false});
  ASSERT_TRUE(write_contexts(folder, contexts));
  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600U);
  const auto read = read_contexts(folder);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->current, "prod");
  ASSERT_EQ(read->all.size(), 2U);
  EXPECT_EQ(read->all[0].coord, "10.0.0.5:8001");
  EXPECT_EQ(read->all[0].token.reveal(), "abc.def");
  EXPECT_EQ(read->all[0].ca, "/etc/ca.pem");
  EXPECT_TRUE(read->all[0].is_protected);
  EXPECT_EQ(read->all[1].name, "lab.2");
  EXPECT_EQ(read->all[1].token_file, "/home/me/\"token\"");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1U) << "nothing is left lying beside it";
}

TEST_F(ContextFile, that_is_absent_holds_none) {
  const auto read = read_contexts(folder);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->all.empty());
  EXPECT_TRUE(read_contexts("")->all.empty());
  EXPECT_FALSE(std::filesystem::exists(folder)) << "reading makes nothing";
}

TEST_F(ContextFile, that_others_may_read_is_refused_with_the_line_that_repairs_it) {
  put("", 0644);
  EXPECT_EQ(refused(), path + ": others may read this secret | chmod 0600 " + path);
}

TEST_F(ContextFile, with_a_mistake_is_refused_by_line_and_column) {
  put("current = \"a\"\n[contexts.a]\ncord = \"x\"\n");
  EXPECT_EQ(refused(), path + ":3:1: unknown key 'cord' | did you mean coord?");
  put("[contexts.a]\ncoord = 5\n");
  EXPECT_EQ(refused(), path + ":2:9: coord: must be a text");
  put("[contexts.a]\ntoken = \"x\"\n");
  EXPECT_EQ(refused(), path + ":1:11: context 'a' has no coord");
  put("[contexts.a]\ncoord = \"x\"\nprotected = 1\n");
  EXPECT_EQ(refused(), path + ":3:13: protected: must be true or false");
  put("colour = 1\n");
  EXPECT_TRUE(refused().starts_with(path + ":1:1: unknown key 'colour'"));
  put("current = \n");
  EXPECT_TRUE(refused().starts_with(path + ":1:"));
}

TEST_F(ContextFile, an_unknown_name_gets_the_nearest_ones) {
  Contexts contexts;
  contexts.all.push_back({"prod", "a:1", Secret(), "", "", false});
  EXPECT_EQ((*contexts.find("prod"))->coord, "a:1");
  const auto none = contexts.find("prd");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message(), "no context 'prd'");
  EXPECT_EQ(none.error().detail()["hint"].as_string(), "did you mean prod?   (p2p_admin context ls)");
}

TEST(ContextName, is_a_word) {
  for (const char* name : {"prod", "lab.2", "a_b-C"}) EXPECT_TRUE(is_context_name(name)) << name;
  for (const char* name : {"", ".x", "a b", "a/b", "a\n"}) EXPECT_FALSE(is_context_name(name)) << name;
  EXPECT_FALSE(is_context_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace p2p

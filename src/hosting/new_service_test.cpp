#include "hosting/new_service.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "hosting/folder_listing.hpp"
#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

class NewServiceTest : public testing::Test {
 protected:
  NewServiceTest() { fs::create_directory(services); }

  [[nodiscard]] Result<NewService> make(const std::string& name) const {
    return make_service(services, name, cpp_template(name));
  }
  /// "invalid_params: ... | hint"
  [[nodiscard]] std::string refused(const std::string& name) const {
    const auto made = make(name);
    if (made) return "made";
    return std::string(errc_name(made.error().code())) + ": " + made.error().message() + " | " +
           made.error().detail()["hint"].as_string();
  }
  [[nodiscard]] std::set<std::string> names_in(const std::string& path) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.insert(entry.path().filename());
    return names;
  }

  TempFolder folder;
  std::string services = folder.path("services");
};

mode_t mode_of(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

TEST_F(NewServiceTest, the_folder_appears_whole_and_may_be_loaded_whatever_the_umask) {
  ::umask(0002);
  const auto made = make("prices");
  ::umask(0022);
  ASSERT_TRUE(made) << made.error().what();
  EXPECT_EQ(made->folder, services + "/prices");
  EXPECT_EQ(names_in(services), std::set<std::string>{"prices"});  // no draft is left
  EXPECT_EQ(names_in(services + "/prices"),
            (std::set<std::string>{"main.cpp", "service.toml", "test.sh", "README.md"}));
  EXPECT_EQ(mode_of(services + "/prices"), 0755U);
  EXPECT_EQ(mode_of(services + "/prices/main.cpp"), 0644U);
  EXPECT_EQ(mode_of(services + "/prices/test.sh"), 0755U);
  EXPECT_EQ(made->warning, "");
  EXPECT_FALSE(list_service(services, "prices").wrong);
}

TEST_F(NewServiceTest, the_name_stands_wherever_the_template_asks_for_it) {
  ASSERT_TRUE(make("prices"));
  const std::string source = folder.read("services/prices/main.cpp");
  EXPECT_NE(source.find("SERVICE_NAME = \"prices\""), source.npos);
  EXPECT_NE(source.find("public = true"), source.npos);
  EXPECT_NE(source.find("The default is\n  // false"), source.npos);
  for (const TemplateFile& file : cpp_template("prices")) {
    EXPECT_EQ(file.text.find("@NAME@"), file.text.npos) << file.name;
    EXPECT_FALSE(file.text.empty()) << file.name;
  }
}

TEST_F(NewServiceTest, a_folder_that_is_there_is_not_touched) {
  folder.write("services/prices/main.cpp", "mine");
  EXPECT_EQ(refused("prices"), "conflict: " + services + "/prices is there already and was not touched | " +
                                   "choose another name, or look at what it holds: p2p_admin lint " +
                                   services + "/prices");
  EXPECT_EQ(names_in(services + "/prices"), std::set<std::string>{"main.cpp"});
  EXPECT_EQ(folder.read("services/prices/main.cpp"), "mine");
  EXPECT_EQ(names_in(services), std::set<std::string>{"prices"});
}

TEST_F(NewServiceTest, an_empty_folder_and_a_dangling_link_are_there_too) {
  fs::create_directory(services + "/empty");
  fs::create_symlink("/nowhere", services + "/link");
  EXPECT_TRUE(refused("empty").starts_with("conflict"));
  EXPECT_TRUE(refused("link").starts_with("conflict"));
  EXPECT_TRUE(names_in(services + "/empty").empty());
}

TEST_F(NewServiceTest, a_name_that_no_service_can_have_is_refused_with_one_that_it_can) {
  EXPECT_EQ(refused("My Service"),
            "invalid_params: 'My Service' is no name for a service: it must match [a-z][a-z0-9_-]{0,63} | "
            "p2p_admin new service my_service");
  EXPECT_TRUE(refused("9lives").ends_with("| p2p_admin new service lives"));
  EXPECT_TRUE(refused("../etc").ends_with("| p2p_admin new service etc"));
  EXPECT_TRUE(refused("a.b").ends_with("| p2p_admin new service a_b"));
  EXPECT_TRUE(refused("").ends_with("| p2p_admin new service my_service"));
  EXPECT_TRUE(refused(std::string(70, 'x')).ends_with("| p2p_admin new service " + std::string(64, 'x')));
  EXPECT_TRUE(
      refused("system").starts_with("invalid_params: the name system belongs to the built-in service"));
  EXPECT_TRUE(names_in(services).empty());
}

TEST_F(NewServiceTest, a_services_folder_that_is_missing_is_made_but_not_the_way_to_it) {
  const auto made = make_service(folder.path("other"), "prices", cpp_template("prices"));
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->made_services);
  const auto lost = make_service(folder.path("no/way"), "prices", cpp_template("prices"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code(), Errc::not_found);
  EXPECT_EQ(lost.error().detail()["hint"].as_string(), "mkdir -p " + folder.path("no/way"));
}

TEST_F(NewServiceTest, a_file_that_cannot_be_written_leaves_nothing_behind) {
  const auto made = make_service(services, "prices", {{"main.cpp", "x"}, {"no/such/folder.cpp", "x"}});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message().find("prices/no/such/folder.cpp"), std::string::npos);
  EXPECT_TRUE(names_in(services).empty());
}

TEST_F(NewServiceTest, a_services_folder_that_others_may_write_is_told_with_its_repair) {
  ::chmod(services.c_str(), 0777);
  const auto made = make("prices");
  ASSERT_TRUE(made);
  EXPECT_NE(made->warning.find("chmod go-w " + services), std::string::npos) << made->warning;
}

TEST(ServiceTemplate, the_example_hello_is_what_new_service_hello_writes) {
  const fs::path example = P2P_TEST_EXAMPLES "/hello";
  std::set<std::string> names;
  for (const TemplateFile& file : cpp_template("hello")) {
    names.insert(file.name);
    std::ifstream in(example / file.name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text, file.text) << "services/examples/hello/" << file.name << " and services/templates/cpp/"
                               << file.name
                               << " have parted; `p2p_admin new service hello` writes the example anew";
    EXPECT_EQ((mode_of(example / file.name) & 0100U) != 0, file.runs) << file.name;
  }
  for (const auto& entry : fs::directory_iterator(example))
    EXPECT_TRUE(names.contains(entry.path().filename())) << entry.path() << " is not in the template";
}

}  // namespace
}  // namespace p2p

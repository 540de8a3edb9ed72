#include "hosting/lint.hpp"

#include <gtest/gtest.h>

#include "hosting/service_template.hpp"
#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// A service with `body` in its class.
std::string service_with(const std::string& body) {
  return "#include <p2p/service.hpp>\nusing namespace p2p;\nclass Run : public BaseService {\n public:\n" +
         body + "};\nEXPORT_SERVICE(Run)\n";
}

class Lint : public testing::Test {
 protected:
  Lint() {
    fs::create_directory(folder.path("services"));
    fs::create_directory(folder.path("tmp"));
  }
  ~Lint() override { EXPECT_TRUE(fs::is_empty(folder.path("tmp"))) << "something was left behind"; }

  [[nodiscard]] LintReport of(const std::string& service,
                              std::chrono::milliseconds load_limit = std::chrono::seconds(60)) const {
    LintOrder order;
    order.folder = folder.path("services/" + service);
    order.temporary = folder.path("tmp");
    order.setup.sdk_include = P2P_TEST_SDK_INCLUDE;
    order.setup.sdk_library = P2P_TEST_SDK_LIBRARY;
    order.setup.extra_flags = flags_of_this_program();
    order.describer = {P2P_TEST_DESCRIBER};
    order.load_limit = load_limit;
    return lint(order);
  }
  /// The report's text, with paths below the temporary folder.
  [[nodiscard]] std::string text(const LintReport& report) const {
    std::string text = report.text();
    const std::string place = folder.path("");
    for (auto at = text.find(place); at != text.npos; at = text.find(place)) text.erase(at, place.size());
    return text;
  }
  [[nodiscard]] std::string text_of(const std::string& service) const { return text(of(service)); }
  void put(const std::string& file, std::string_view content) const {
    folder.write("services/" + file, content);
  }

  TempFolder folder;
};

TEST_F(Lint, what_new_service_writes_has_nothing_to_complain_about) {
  for (const TemplateFile& file : cpp_template("prices")) put("prices/" + file.name, file.text);
  const LintReport report = of("prices/");
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(text(report),
            "METHOD        PARAMETERS  ROLE      DESCRIPTION\n"
            "greet         name?       viewer    Greets someone by name\n"
            "set_greeting  greeting    operator  What to say instead of hello\n"
            "prices: 4 methods (2 of every service), 4 public, nothing to complain about\n");
  const Value greet = report.value()["methods"][2];
  EXPECT_EQ(greet["params_schema"]["properties"]["name"]["default"].as_string(), "world");
  EXPECT_EQ(greet["result_schema"]["properties"]["node_id"]["type"].as_string(), "string");
  EXPECT_NE(report.build_log.find("clang"), std::string::npos);
}

TEST_F(Lint, a_mistake_and_a_warning_of_the_compiler_have_their_place) {
  put("prices/main.cpp", service_with("  void f() { int unused = 1; }\n  int g() { return nothing; }\n"));
  const LintReport report = of("prices");
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(text(report),
            "services/prices/main.cpp:5:18: warning: unused variable 'unused' [-Wunused-variable]\n"
            "services/prices/main.cpp:6:20: error: use of undeclared identifier 'nothing'\n"
            "prices: 1 error, 1 warning\n");
  EXPECT_EQ(report.value()["findings"][1]["line"].as_int(), 6);
}

TEST_F(Lint, a_library_that_crashes_takes_its_child_alone) {
  put("prices/main.cpp", "#include <cstdio>\n#include <cstdlib>\n" +
                             service_with("  Run() { std::puts(\"last words\"); std::fflush(nullptr); "
                                          "std::abort(); }\n"));
  const std::string said = text_of("prices");
  EXPECT_NE(said.find("error: it crashed with signal 6 (SIGABRT) while it was loaded, its object made and "
                      "unmade; a node that loads it ends the same way; it printed: last words\n"),
            said.npos)
      << said;
}

TEST_F(Lint, a_constructor_that_never_returns_is_given_up) {
  put("prices/main.cpp", "#include <unistd.h>\n" + service_with("  Run() { for (;;) pause(); }\n"));
  const std::string said = text(of("prices", std::chrono::seconds(3)));
  EXPECT_NE(said.find("error: it hangs: it took longer than 3 s"), said.npos) << said;
}

TEST_F(Lint, a_constructor_that_ends_the_process_or_throws_is_told) {
  put("ends/main.cpp", "#include <cstdlib>\n" + service_with("  Run() { std::_Exit(0); }\n"));
  EXPECT_NE(text_of("ends").find("error: it ended its process with code 0 while"), std::string::npos);
  put("throws/main.cpp", service_with("  Run() { throw Error(Errc::unavailable, \"no disk\"); }\n"));
  EXPECT_EQ(text_of("throws"),
            "services/throws: error: the constructor threw: no disk\nthrows: 1 error, 0 warnings\n");
}

TEST_F(Lint, a_default_of_the_wrong_type_is_an_error) {
  put("prices/main.cpp",
      service_with("  SERVICE_METHOD(get, (id = \"x\"), description = \"Gets\", public = true);\n"
                   "  int get(int id) { return id; }\n"));
  const std::string said = text_of("prices");
  EXPECT_NE(said.find("error: get: the default of id is wrong: "), said.npos) << said;
}

TEST_F(Lint, a_mistake_in_service_toml_has_its_place_and_the_rest_is_looked_at) {
  put("prices/main.cpp", "int x = ;\n");
  put("prices/service.toml", "enabled = true\nrelod = \"overlap\"\n");
  EXPECT_EQ(text_of("prices"),
            "services/prices/service.toml:2:1: error: unknown key relod; did you mean reload?\n"
            "services/prices/main.cpp:1:9: error: expected expression\n"
            "prices: 2 errors, 0 warnings\n");
}

TEST_F(Lint, words_about_a_method_that_is_not_there_are_an_error) {
  put("prices/main.cpp", service_with("  SERVICE_METHOD(get, (id), description = \"Gets\", public = true);\n"
                                      "  int get(int id) { return id; }\n"));
  put("prices/service.toml", "methods.gett = { role = \"admin\" }\n");
  const std::string said = text_of("prices");
  EXPECT_NE(said.find("services/prices/service.toml:1:"), said.npos) << said;
  EXPECT_NE(said.find("error: methods.gett: the service has no such method; did you mean get?"), said.npos)
      << said;
}

TEST_F(Lint, every_file_that_others_may_write_is_told_with_its_repair) {
  put("prices/main.cpp", "");
  put("prices/util/text.hpp", "");
  ::chmod(folder.path("services/prices/main.cpp").c_str(), 0666);
  ::chmod(folder.path("services/prices/util").c_str(), 0775);
  EXPECT_EQ(
      text_of("prices"),
      "services/prices: error: services/prices/util may be written by its group; run: chmod go-w "
      "services/prices/util\n"
      "services/prices: error: services/prices/main.cpp may be written by group and others; run: chmod go-w "
      "services/prices/main.cpp\n"
      "prices: 2 errors, 0 warnings\n");
}

TEST_F(Lint, a_folder_that_is_a_link_is_not_followed) {
  put("prices/main.cpp", "");
  fs::create_symlink(folder.path("services/prices"), folder.path("services/link"));
  EXPECT_NE(text_of("link").find("is a symbolic link, which is not followed"), std::string::npos);
}

TEST_F(Lint, what_is_no_service_says_what_it_is) {
  EXPECT_NE(text_of("nope").find("error: there is no such folder\n"), std::string::npos);
  put("file", "");
  EXPECT_NE(text_of("file").find("error: is a file; lint takes the folder that holds it"), std::string::npos);
  ASSERT_EQ(::mkfifo(folder.path("services/pipe").c_str(), 0600), 0);
  EXPECT_NE(text_of("pipe").find("error: is no folder\n"), std::string::npos);
  put("system/main.cpp", "");
  EXPECT_NE(text_of("system").find("belongs to the built-in service"), std::string::npos);
  put("My Service/main.cpp", "");
  EXPECT_NE(text_of("My Service").find("rename the folder, to my_service for example"), std::string::npos);
  put("empty/README.md", "");
  EXPECT_NE(text_of("empty").find("nothing in it can run: a service has a main.cpp, or one .so\n"),
            std::string::npos);
  put("holder/inner/main.cpp", "");
  EXPECT_NE(text_of("holder").find("did you mean p2p_admin lint services/holder/inner?"), std::string::npos);
  put("both/main.cpp", "");
  put("both/main.so", "");
  EXPECT_NE(text_of("both").find("keep the one that is to run"), std::string::npos);
}

TEST_F(Lint, a_ready_made_library_is_looked_at_without_a_compiler) {
  put("prices/prices.so", "no library");
  EXPECT_NE(text_of("prices").find("services/prices/prices.so: error: is no whole library for this machine"),
            std::string::npos);
}

}  // namespace
}  // namespace p2p

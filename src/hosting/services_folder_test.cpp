#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/services_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

TEST(ServicesFolder, a_source_that_is_put_in_is_served_changed_broken_and_taken_out_without_a_pause) {
  TestNode node;
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));

  node.put("greeter/main.cpp", saying("one"));
  ASSERT_TRUE(node.until_status("greeter", "running")) << node.log.text();
  EXPECT_EQ(node.call("greeter", "say"), "one");
  EXPECT_TRUE(node.log.has("INFO | Hosting | compiling greeter")) << node.log.text();
  EXPECT_TRUE(node.log.has("greeter compiled in ")) << node.log.text();

  const auto first = node.generation("greeter");
  node.put("greeter/main.cpp", saying("two"));
  ASSERT_TRUE(node.until_newer("greeter", first)) << node.log.text();
  EXPECT_EQ(node.call("greeter", "say"), "two");

  node.put("greeter/main.cpp", saying("three") + "\nint broken() { return nothing; }\n");
  ASSERT_TRUE(node.until_update_refused("greeter")) << node.log.text();
  const Value reason = node.registry.describe("greeter")["update"]["reason"];
  EXPECT_EQ(reason["step"].as_string(), "compile");
  EXPECT_EQ(reason["file"].as_string(), "greeter/main.cpp");
  EXPECT_EQ(reason["line"].as_int(), 9);
  EXPECT_EQ(reason["message"].as_string(), "use of undeclared identifier 'nothing'");
  const std::string log = node.folder.read("state/" + reason["log"].as_string());
  EXPECT_NE(log.find("-fvisibility=hidden"), log.npos) << log;
  EXPECT_NE(log.find("greeter/main.cpp:9:23: error: use of undeclared identifier"), log.npos) << log;
  EXPECT_EQ(node.call("greeter", "say"), "two");
  EXPECT_EQ(node.status("greeter"), "running");

  // What was there before is built already.
  const auto compiled = node.log.count("compiling greeter");
  const auto second = node.generation("greeter");
  node.put("greeter/main.cpp", saying("one"));
  ASSERT_TRUE(node.until_newer("greeter", second)) << node.log.text();
  EXPECT_EQ(node.call("greeter", "say"), "one");
  EXPECT_EQ(node.log.count("compiling greeter"), compiled);
  EXPECT_TRUE(node.registry.describe("greeter")["update"].is_null());

  node.take_out("greeter");
  ASSERT_TRUE(node.until_status("greeter", "none")) << node.log.text();
  EXPECT_TRUE(node.until([&] { return node.unloaded(); }));
  EXPECT_EQ(node.registry.leaked(), 0u) << node.log.text();
}

TEST(ServicesFolder, a_restarted_node_compiles_nothing_that_did_not_change) {
  TestNode first;
  std::string user = saying("x");
  user.replace(user.find("\"x\""), 3, "word()");
  first.put("kept/main.cpp", "const char* word();\n" + user);
  first.put("kept/word.cpp", "const char* word() { return \"kept\"; }\n");
  first.start();
  ASSERT_TRUE(first.until_status("kept", "running")) << first.log.text();
  first.services->stop();
  TestNode second;
  second.settings.services_dir = first.settings.services_dir;
  second.settings.state_dir = first.settings.state_dir;
  second.start();
  ASSERT_TRUE(second.until_status("kept", "running")) << second.log.text();
  EXPECT_EQ(second.call("kept", "say"), "kept");
  EXPECT_FALSE(second.log.has("compiling")) << second.log.text();
}

TEST(ServicesFolder, a_change_during_a_build_is_built_after_it_and_has_no_part_in_it) {
  TestNode node;
  node.put("moving/main.cpp", saying("old"));
  node.start();
  ASSERT_TRUE(node.until([&] { return node.log.has("compiling moving"); })) << node.log.text();
  node.put_whole("moving/main.cpp", saying("new"));
  ASSERT_TRUE(node.until_status("moving", "running")) << node.log.text();
  const auto before = node.generation("moving");
  const std::string said = node.call("moving", "say");
  if (node.generation("moving") == before) EXPECT_EQ(said, "old");
  EXPECT_TRUE(node.until([&] { return node.log.count("moving compiled in") == 2; })) << node.log.text();
  ASSERT_TRUE(node.until_newer("moving", before)) << node.log.text();
  EXPECT_EQ(node.call("moving", "say"), "new");
}

TEST(ServicesFolder, what_is_removed_while_it_is_compiled_is_never_offered) {
  TestNode node;
  node.put("fleeting/main.cpp", saying("never"));
  node.start();
  ASSERT_TRUE(node.until([&] { return node.log.has("compiling fleeting"); })) << node.log.text();
  node.take_out("fleeting");
  ASSERT_TRUE(node.until_status("fleeting", "none")) << node.log.text();
  EXPECT_FALSE(node.log.has("reloaded"));
  EXPECT_FALSE(node.log.has("1 methods")) << node.log.text();
}

TEST(ServicesFolder, a_changed_contract_rebuilds_those_that_include_it) {
  TestNode node;
  std::string user = saying("x");
  user.replace(user.find("\"x\""), 3, "word()");
  node.put("user/main.cpp", "#include <words/api.hpp>\n" + user);
  node.start();
  ASSERT_TRUE(node.until_status("user", "failed")) << node.log.text();
  EXPECT_EQ(node.reason_of("user"), "compile: 'words/api.hpp' file not found");

  node.put_whole("words/api.hpp", "inline const char* word() { return \"first\"; }\n");
  ASSERT_TRUE(node.until_status("user", "running")) << node.log.text();
  EXPECT_EQ(node.call("user", "say"), "first");

  const auto before = node.generation("user");
  node.put_whole("words/api.hpp", "inline const char* word() { return \"second\"; }\n");
  ASSERT_TRUE(node.until_newer("user", before)) << node.log.text();
  EXPECT_EQ(node.call("user", "say"), "second");
}

TEST(ServicesFolder, a_source_that_is_still_being_written_is_not_compiled) {
  TestNode node;
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  fs::create_directory(node.settings.services_dir + "/slow");
  // The first part would do by itself, and must not be taken for the whole.
  const std::string first = saying("half");
  const int file =
      ::open((node.settings.services_dir + "/slow/main.cpp").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_GE(file, 0);
  ASSERT_TRUE(node.until_status("slow", "none") &&
              node.until([&] { return ::write(file, first.data(), first.size()) > 0; }));
  const Instant quiet_twice = node.clock.now() + 2 * ServicesFolder::quiet;
  ASSERT_TRUE(
      node.until([&] { return node.clock.now() > quiet_twice && node.status("slow") == "starting"; }));
  EXPECT_FALSE(node.log.has("compiling")) << node.log.text();

  const std::string second = "static_assert(__cplusplus < 0, \"the whole file\");\n";
  ASSERT_EQ(::write(file, second.data(), second.size()), static_cast<ssize_t>(second.size()));
  ::close(file);
  ASSERT_TRUE(node.until_status("slow", "failed")) << node.log.text();
  EXPECT_NE(node.reason_of("slow").find("the whole file"), std::string::npos) << node.reason_of("slow");
}

TEST(ServicesFolder, a_source_without_EXPORT_SERVICE_says_so) {
  TestNode node;
  node.put("silent/main.cpp", "int answer = 42;\n");
  node.start();
  ASSERT_TRUE(node.until_status("silent", "failed")) << node.log.text();
  EXPECT_EQ(node.reason_of("silent"), "load: no EXPORT_SERVICE");
}

TEST(ServicesFolder, a_compiler_that_takes_too_long_is_stopped) {
  TestNode node;
  node.settings.compile_timeout = std::chrono::milliseconds(1);
  node.put("long/main.cpp", saying("x"));
  node.start();
  ASSERT_TRUE(node.until_status("long", "failed")) << node.log.text();
  EXPECT_TRUE(node.reason_of("long").starts_with("compile: the compiler was stopped: it took longer than"))
      << node.reason_of("long");
}

TEST(ServicesFolder, folders_that_hold_no_service_are_passed_over) {
  TestNode node;
  node.put("system/main.cpp", saying("x"));
  node.put("examples/hello/main.cpp", saying("x"));
  node.put(".hidden/main.cpp", saying("x"));
  node.put("old.bak/main.cpp", saying("x"));
  node.put("Wrong Name/main.cpp", saying("x"));
  node.put("notes/README.md", "nothing to run");
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  EXPECT_EQ(node.registry.describe().size(), 0u) << node.log.text();
  EXPECT_TRUE(node.log.has("DEBUG | Hosting | system: built in")) << node.log.text();
  EXPECT_TRUE(node.log.has("WARN | Hosting | Wrong Name: no name for a service")) << node.log.text();
}

}  // namespace
}  // namespace p2p

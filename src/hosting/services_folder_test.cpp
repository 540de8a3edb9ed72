#include "hosting/services_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "hosting/services_folder_test_kit.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// A service whose method `say` gives `word`.
std::string saying(const std::string& word) {
  return "#include <p2p/service.hpp>\n"
         "class Run : public p2p::BaseService {\n"
         " public:\n"
         "  SERVICE_METHOD(say, (), public = true, role = \"viewer\");\n"
         "  p2p::Task<std::string> say() { co_return \"" +
         word +
         "\"; }\n"
         "};\n"
         "EXPORT_SERVICE(Run)\n";
}

/// A library from the compiler itself: quick, since it includes nothing.
std::string library_from(TestNode& node, const std::string& text) {
  node.folder.write("c/source.c", text);
  std::optional<ChildResult> result;
  ChildSpec spec;
  spec.argv = {"clang++-19", "-x", "c", "-shared", "-fPIC", "-o", node.folder.path("c/out.so"), node.folder.path("c/source.c")};
  spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  const auto child = ChildProcess::start(node.loop, spec, [&](ChildResult end) { result = std::move(end); });
  EXPECT_TRUE(child.has_value());
  EXPECT_TRUE(node.until([&] { return result.has_value(); }));
  EXPECT_TRUE(result && result->ok()) << (result ? result->output : "");
  return node.folder.read("c/out.so");
}

std::string built_library(const TestNode& node, const std::string& service) {
  for (const auto& file : fs::directory_iterator(node.settings.state_dir + "/build/" + service)) {
    const std::string name = file.path().filename().string();
    if (name.ends_with(".so") && !name.starts_with("run-")) return node.folder.read("state/build/" + service + '/' + name);
  }
  return {};
}

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
  EXPECT_NE(log.find("greeter/main.cpp:9:25: error: use of undeclared identifier"), log.npos) << log;
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
  EXPECT_TRUE(node.until([&] { return node.registry.leaked() > 0 || node.mapped() == 0; }));
  EXPECT_EQ(node.registry.leaked(), 0u) << node.log.text();
}

}  // namespace
}  // namespace p2p

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hosting/services_folder_kit_test.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// A library from the compiler itself: quick, since it includes nothing.
std::string library_from(TestNode& node, const std::string& text) {
  node.folder.write("c/source.c", text);
  std::optional<ChildResult> result;
  ChildSpec spec;
  spec.argv = {"clang++-19",
               "-x",
               "c",
               "-shared",
               "-fPIC",
               "-o",
               node.folder.path("c/out.so"),
               node.folder.path("c/source.c")};
  spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  const auto child = ChildProcess::start(node.loop, spec, [&](ChildResult end) { result = std::move(end); });
  EXPECT_TRUE(child.has_value());
  EXPECT_TRUE(node.until([&] { return result.has_value(); }));
  EXPECT_TRUE(result && result->ok()) << (result ? result->output : "");
  return node.folder.read("c/out.so");
}

/// A library of a service that says "built", named by its folder.
class ServicesFolderWithLibrary : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    TestNode node;
    node.put("built/main.cpp", saying("built"));
    node.start();
    ASSERT_TRUE(node.until_status("built", "running")) << node.log.text();
    for (const auto& file : fs::directory_iterator(node.settings.state_dir + "/build/built")) {
      const std::string name = file.path().filename().string();
      if (name.ends_with(".so") && !name.starts_with("run-"))
        library = node.folder.read("state/build/built/" + name);
    }
    ASSERT_FALSE(library.empty());
  }
  static inline std::string library;  // NOLINT: what the tests share
  TestNode node;
};

TEST_F(ServicesFolderWithLibrary, a_library_is_loaded_replaced_and_unloaded) {
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  node.put("ready/ready.so", library);
  ASSERT_TRUE(node.until_status("ready", "running")) << node.log.text();
  EXPECT_EQ(node.call("ready", "say"), "built");
  EXPECT_FALSE(node.log.has("compiling"));

  // One more byte behind its tables: another file, the same code.
  const auto first = node.generation("ready");
  node.put_whole("ready/ready.so", library + '\n');
  ASSERT_TRUE(node.until_newer("ready", first)) << node.log.text();
  EXPECT_EQ(node.call("ready", "say"), "built");

  node.take_out("ready");
  ASSERT_TRUE(node.until_status("ready", "none")) << node.log.text();
  ASSERT_TRUE(node.until([&] { return node.unloaded(); })) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, a_library_that_is_still_being_written_is_not_loaded) {
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  fs::create_directory(node.settings.services_dir + "/slow");
  node.put("marker/marker.so", library);  // once it runs, the folder made before it is watched
  ASSERT_TRUE(node.until_status("marker", "running")) << node.log.text();
  const int file =
      ::open((node.settings.services_dir + "/slow/slow.so").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_GE(file, 0);
  const std::size_t half = library.size() / 2;
  ASSERT_EQ(::write(file, library.data(), half), static_cast<ssize_t>(half));
  const Instant quiet_twice = node.clock.now() + 2 * ServicesFolder::quiet;
  ASSERT_TRUE(node.until([&] { return node.clock.now() > quiet_twice && node.status("slow") == "starting"; }))
      << node.log.text();
  ASSERT_EQ(::write(file, library.data() + half, library.size() - half),
            static_cast<ssize_t>(library.size() - half));
  ::close(file);
  ASSERT_TRUE(node.until_status("slow", "running")) << node.log.text();
  EXPECT_EQ(node.log.count("ERROR"), 0u) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, a_broken_library_does_not_replace_one_that_serves) {
  node.put("steady/steady.so", library);
  node.start();
  ASSERT_TRUE(node.until_status("steady", "running")) << node.log.text();
  node.put_whole("steady/steady.so", library.substr(0, library.size() / 2));
  ASSERT_TRUE(node.until_update_refused("steady")) << node.log.text();
  EXPECT_EQ(node.registry.describe("steady")["update"]["reason"]["message"].as_string(),
            "is no whole library for this machine");
  EXPECT_EQ(node.call("steady", "say"), "built");
  EXPECT_TRUE(node.log.has("the running version stays")) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, a_service_is_loaded_again_when_that_is_asked_though_nothing_changed) {
  node.put("again/again.so", library);
  node.start();
  ASSERT_TRUE(node.until_status("again", "running")) << node.log.text();
  const auto first = node.generation("again");
  node.services->rescan();
  node.services->bring_again("again");
  ASSERT_TRUE(node.until_newer("again", first)) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, rights_that_are_too_wide_are_refused_with_the_command_that_mends_them) {
  node.put("open/open.so", library);
  fs::permissions(node.settings.services_dir + "/open", fs::perms::all);
  node.put("fine/fine.so", library);
  node.start();
  ASSERT_TRUE(node.until_status("open", "failed")) << node.log.text();
  const std::string path = node.settings.services_dir + "/open";
  EXPECT_EQ(node.reason_of("open"),
            "folder: " + path + " may be written by group and others; run: chmod go-w " + path);
  ASSERT_TRUE(node.until_status("fine", "running")) << node.log.text();
  fs::permissions(path, fs::perms::owner_all);
  ASSERT_TRUE(node.until_status("open", "running")) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, a_services_folder_that_others_may_write_loads_nothing_until_it_is_mended) {
  node.put("inside/inside.so", library);
  fs::permissions(node.settings.services_dir, fs::perms::all);
  node.start();
  ASSERT_TRUE(node.until_status("inside", "failed")) << node.log.text();
  EXPECT_NE(node.reason_of("inside").find("chmod go-w " + node.settings.services_dir), std::string::npos);
  fs::permissions(node.settings.services_dir, fs::perms::owner_all);
  ASSERT_TRUE(node.until_status("inside", "running")) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, a_services_folder_may_come_later_and_be_replaced) {
  fs::remove(node.settings.services_dir);
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  node.put("early/early.so", library);
  ASSERT_TRUE(node.until_status("early", "running")) << node.log.text();
  fs::rename(node.settings.services_dir, node.folder.path("away"));
  node.put("late/late.so", library);
  ASSERT_TRUE(node.until_status("late", "running")) << node.log.text();
  ASSERT_TRUE(node.until_status("early", "none")) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, without_inotify_the_scan_finds_what_changed) {
  node.settings.watch = false;
  node.settings.scan_interval = std::chrono::milliseconds(50);
  node.start();
  ASSERT_TRUE(node.until([&] { return node.services->first_scan_done(); }));
  node.put("scanned/scanned.so", library);
  ASSERT_TRUE(node.until_status("scanned", "running")) << node.log.text();
  node.take_out("scanned");
  ASSERT_TRUE(node.until_status("scanned", "none")) << node.log.text();
}

TEST_F(ServicesFolderWithLibrary, without_a_compiler_libraries_still_run_and_sources_say_what_is_missing) {
  node.settings.compiler = "clang++-0";
  node.put("source/main.cpp", saying("x"));
  node.put("library/library.so", library);
  node.start();
  ASSERT_TRUE(node.until_status("library", "running")) << node.log.text();
  ASSERT_TRUE(node.until_status("source", "failed")) << node.log.text();
  EXPECT_EQ(node.reason_of("source"),
            "compile: no compiler (clang++-0 not found); install it or drop in a ready-made .so");
}

TEST_F(ServicesFolderWithLibrary, folders_that_cannot_be_understood_say_why) {
  node.put("python/main.py", "print('hello')\n");
  node.put("both/main.cpp", saying("x"));
  node.put("both/both.so", library);
  node.put("limited/limited.so", library);
  node.put("limited/service.toml", "limits = { memory_mib = 100 }\n");
  node.start();
  ASSERT_TRUE(node.until_status("python", "failed") && node.until_status("both", "failed") &&
              node.until_status("limited", "failed"));
  EXPECT_EQ(node.reason_of("python"), "load: Python services are not supported yet by this version");
  EXPECT_EQ(node.reason_of("both"),
            "load: there are main.cpp and both.so: keep the one that is to run, or name it as `entry` in "
            "service.toml");
  EXPECT_EQ(
      node.reason_of("limited"),
      "settings: limits is for a service in a process of its own, which this version cannot run; remove it");
}

TEST(ServicesFolder, libraries_that_are_no_services_say_why) {
  TestNode node;
  node.put("plain/plain.so", library_from(node, "int answer = 42;\n"));
  const std::string entry =
      "struct entry { unsigned abi, size; const char *sdk, *compiler, *name; void* (*make)(void); void "
      "(*destroy)(void*); };\n"
      "__attribute__((visibility(\"default\"))) const struct entry p2p_plugin_v1 = ";
  node.put("newer/newer.so",
           library_from(node, entry + "{2, sizeof(struct entry), \"2.0.0\", \"x\", 0, 0, 0};\n"));
  node.put("other/other.so", library_from(node, entry + "{1, 8, \"1.0.0\", \"x\", 0, 0, 0};\n"));
  node.put("undefined/undefined.so",
           library_from(node, "int missing(void);\nint call(void) { return missing(); }\n"));
  node.start();
  for (const char* name : {"plain", "newer", "other", "undefined"})
    ASSERT_TRUE(node.until_status(name, "failed")) << name << node.log.text();
  EXPECT_EQ(node.reason_of("plain"), "load: no EXPORT_SERVICE");
  EXPECT_EQ(node.reason_of("newer"), "load: built for SDK ABI 2, this node has 1; rebuild it");
  EXPECT_EQ(node.reason_of("other"), "load: its entry has 8 bytes, this node's has 56; rebuild it");
  EXPECT_EQ(node.reason_of("undefined"), "load: undefined/undefined.so: undefined symbol: missing");
  EXPECT_TRUE(node.unloaded());
}

}  // namespace
}  // namespace p2p

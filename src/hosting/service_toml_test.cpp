#include "hosting/service_toml.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "hosting/temp_folder_kit_test.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

ServiceSettings read(std::string_view text) {
  auto settings = read_service_toml("mine", text);
  if (settings) return *std::move(settings);
  ADD_FAILURE() << settings.error().text();
  return {};
}

/// "line:column: message" of a text that is refused.
std::string refused(std::string_view text) {
  const auto settings = read_service_toml("mine", text);
  if (settings) return "it is taken";
  const FailureReason& why = settings.error();
  EXPECT_EQ(why.step, "settings");
  EXPECT_EQ(why.file, "mine/service.toml");
  return std::to_string(why.line) + ':' + std::to_string(why.column) + ": " + why.message;
}

TEST(ServiceToml, an_empty_file_says_nothing_but_that_it_is_there) {
  ServiceSettings settings = read("# nothing\n");
  EXPECT_EQ(settings.file, "mine/service.toml");
  EXPECT_EQ(settings.hash.size(), 64u);
  EXPECT_NE(settings.hash, read("").hash);
  settings.file = settings.hash = {};
  EXPECT_EQ(settings, ServiceSettings{});
}

TEST(ServiceToml, every_key_is_read) {
  const ServiceSettings settings = read(R"(
enabled = false
entry = "main.cpp"
isolation = "in_process"
start = "auto"
reload = "stop-first"
role = "admin"
domain = "shop"
timeouts = { start = "90s", stop = 2.5 }
build = { flags = ["-O2"], include = ["third_party", "/usr/include"], link = ["-lsqlite3"] }
restart = { max_failures = 3, window = "5m" }
methods.buy = { timeout = 5, role = "admin", public = true, idempotent = true, broadcastable = false }
config = { interval = 10, hosts = ["10.0.0.1"], deep = { a = 1.5, b = true } }
[methods.list]
enabled = false
description = "All of it"
cache_ttl = "250ms"
cache_scope = "caller"
cache_tags = "stock"
max_concurrency = 4
max_body = 1024
secret = "password, key"
)");
  EXPECT_FALSE(settings.enabled);
  EXPECT_EQ(settings.entry, "main.cpp");
  EXPECT_EQ(settings.reload, ReloadMode::stop_first);
  EXPECT_EQ(settings.role, Role::admin);
  EXPECT_EQ(settings.domain, "shop");
  EXPECT_EQ(settings.start, 90s);
  EXPECT_EQ(settings.stop, 2500ms);
  EXPECT_EQ(settings.build.flags, std::vector<std::string>{"-O2"});
  EXPECT_EQ(settings.build.include, (std::vector<std::string>{"third_party", "/usr/include"}));
  EXPECT_EQ(settings.build.link, std::vector<std::string>{"-lsqlite3"});
  EXPECT_EQ(settings.restart.max_failures, 3);
  EXPECT_EQ(settings.restart.window, 5min);
  const MethodOverride& buy = settings.methods.at("buy");
  EXPECT_EQ(buy.timeout_ns, 5'000'000'000);
  EXPECT_EQ(buy.role, Role::admin);
  EXPECT_EQ(buy.is_public, true);
  EXPECT_EQ(buy.idempotent, true);
  EXPECT_EQ(buy.broadcastable, false);
  EXPECT_FALSE(buy.enabled || buy.max_body);
  EXPECT_EQ(buy.line, 12);
  const MethodOverride& list = settings.methods.at("list");
  EXPECT_EQ(list.enabled, false);
  EXPECT_EQ(list.description, "All of it");
  EXPECT_EQ(list.cache_ttl_ns, 250'000'000);
  EXPECT_EQ(list.cache_scope, "caller");
  EXPECT_EQ(list.cache_tags, "stock");
  EXPECT_EQ(list.max_concurrency, 4);
  EXPECT_EQ(list.max_body, 1024);
  EXPECT_EQ(list.secrets, (std::vector<std::string>{"password", "key"}));
  EXPECT_EQ(json::dump(settings.config), R"({"interval":10,"hosts":["10.0.0.1"],"deep":{"a":1.5,"b":true}})");
}

TEST(ServiceToml, a_table_may_be_written_in_either_way) {
  const ServiceSettings inline_tables = read("methods.x = { timeout = 1 }\nconfig = { a = 1 }\n");
  const ServiceSettings headers = read("[methods.x]\ntimeout = 1\n[config]\na = 1\n");
  EXPECT_EQ(inline_tables.methods.at("x").timeout_ns, headers.methods.at("x").timeout_ns);
  EXPECT_EQ(inline_tables.config, headers.config);
}

TEST(ServiceToml, an_unknown_key_is_told_with_its_place_and_the_nearest_known_one) {
  EXPECT_EQ(refused("enabled = true\nrelaod = \"manual\"\n"),
            "2:1: unknown key relaod; did you mean reload?");
  EXPECT_EQ(refused("methods.x = { timout = 5 }"),
            "1:15: unknown key methods.x.timout; did you mean methods.x.timeout?");
  EXPECT_EQ(refused("[timeouts]\nquickly = 1"), "2:1: unknown key timeouts.quickly; known: start, stop");
  EXPECT_EQ(refused("[build]\nflag = []"), "2:1: unknown key build.flag; did you mean build.flags?");
}

TEST(ServiceToml, of_several_mistakes_the_first_in_the_file_is_told) {
  EXPECT_EQ(refused("role = \"adm\"\n[methods.x]\nrole = 1\n[config]\n").substr(0, 4), "1:8:");
}

TEST(ServiceToml, a_wrong_value_is_told_with_what_is_expected_and_what_stands_there) {
  EXPECT_EQ(refused("enabled = 1"), "1:11: enabled: expected true or false, got 1");
  EXPECT_EQ(refused("role = \"admn\""),
            "1:8: role: expected one of \"viewer\", \"operator\", \"admin\", got \"admn\"; did you mean "
            "\"admin\"?");
  EXPECT_EQ(refused("timeouts = 3"), "1:12: timeouts: expected a table, got 3");
  EXPECT_EQ(refused("timeouts.start = \"soon\""),
            "1:18: timeouts.start: expected a time from 1ms to 1h (\"250ms\", \"30s\", or a number of "
            "seconds), got \"soon\"");
  EXPECT_EQ(refused("methods.x = { timeout = 601 }").substr(0, 62),
            "1:25: methods.x.timeout: expected a time from 1ms to 10m (\"250");
  EXPECT_EQ(refused("restart.max_failures = 0"),
            "1:24: restart.max_failures: expected a whole number from 1 to 1000, got 0");
  EXPECT_EQ(refused("entry = \"\"").substr(0, 40), "1:9: entry: expected a text of 1 to 1024");
  EXPECT_EQ(refused("methods = 1"), "1:11: methods: expected a table, got 1");
  EXPECT_EQ(refused("methods.x = 1"), "1:13: methods.x: expected a table, got 1");
  EXPECT_EQ(refused("config = []"), "1:10: config: expected a table, got an array");
  EXPECT_EQ(refused("config = { day = 2024-01-01 }"),
            "1:18: config.day is a date or time; write it as a text, in quotes");
}

TEST(ServiceToml, what_is_no_toml_is_told_with_its_place) {
  EXPECT_EQ(refused("enabled = true\nenabled =\n").substr(0, 2), "2:");
  EXPECT_NE(refused("a = 1\na = 2").find("cannot redefine"), std::string::npos);
  EXPECT_EQ(refused("x = \"\xff\"").substr(0, 2), "1:");
}

TEST(ServiceToml, what_this_version_cannot_do_is_refused_rather_than_passed_over) {
  EXPECT_NE(refused("isolation = \"process\"").find("cannot run a service in a process of its own"),
            std::string::npos);
  EXPECT_EQ(refused("start = \"manual\"").substr(0, 30), "1:9: start = \"manual\" is for a");
  for (const char* text :
       {"command = [\"node\"]", "python = \"python3\"", "limits = { memory_mib = 5 }", "env = []"})
    EXPECT_NE(refused(text).find("is for a service in a process of its own"), std::string::npos) << text;
  for (const char* key : {"threadsafe", "stream"})
    EXPECT_NE(refused("methods.x = { " + std::string(key) + " = true }").find("a fact about the code"),
              std::string::npos);
}

TEST(ServiceToml, options_of_the_build_stay_options_and_beneath_the_folder) {
  EXPECT_NE(refused("build.flags = [\"main.cpp\"]").find("is no option"), std::string::npos);
  EXPECT_NE(refused("build.flags = [\"@file\"]").find("is no option"), std::string::npos);
  for (const char* flag : {"-o", "-o/tmp/x", "-c", "-MF", "-MD", "--output=x"})
    EXPECT_NE(refused("build.flags = [\"" + std::string(flag) + "\"]").find("write elsewhere"),
              std::string::npos)
        << flag;
  for (const char* flags :
       {"-Wl,-o,/x", "-Wl,-s,-o/x", "-Wl,--output=/x", "-Wl,--outp,/x", "-Wl,@file", "-Xlinker\", \"-o"})
    EXPECT_NE(refused("build.link = [\"" + std::string(flags) + "\"]").find("write elsewhere"),
              std::string::npos)
        << flags;
  EXPECT_EQ(refused("build.link = [\"-Wl,--orphan-handling=warn,-O1\", \"-Xlinker\", \"--as-needed\"]"),
            "it is taken");
  EXPECT_NE(refused("build.link = [\"x.a\"]").find("is no option"), std::string::npos);
  EXPECT_NE(refused("build.include = [\"../other\"]").find("leaves the service's folder"), std::string::npos);
  EXPECT_NE(refused("build.include = [\"/never/there\"]").find("there is no folder /never/there"),
            std::string::npos);
  EXPECT_NE(refused("build.flags = [\"-DX=\\n\"]").find("control characters"), std::string::npos);
  EXPECT_NE(refused("build.flags = \"-O2\"").find("expected a list of texts"), std::string::npos);
}

TEST(ServiceToml, a_folder_that_others_may_write_to_is_not_included) {
  const TempFolder folder;
  const std::string open = folder.path("open");
  std::filesystem::create_directory(open);
  std::filesystem::permissions(open, std::filesystem::perms::all);
  EXPECT_NE(refused("build.include = [\"" + open + "\"]").find("chmod go-w"), std::string::npos);
}

TEST(ServiceToml, size_depth_and_number_are_bounded) {
  EXPECT_NE(refused(std::string(service_toml_limit + 1, '#')).find("65536 bytes"), std::string::npos);
  std::string deep = "config = { a";
  for (int i = 0; i < 5000; ++i) deep += ".a";
  EXPECT_NE(refused(deep + " = 1 }").find("too many dots"), std::string::npos);
  std::string nested = "[config";
  for (int i = 0; i < 40; ++i) nested += ".a";
  EXPECT_NE(refused(nested + "]\nb = 1").find("nested more than 32 deep"), std::string::npos);
  std::string many = "build.flags = [";
  for (int i = 0; i < 65; ++i) many += "\"-O2\",";
  EXPECT_NE(refused(many + "]").find("at most 64 items"), std::string::npos);
}

}  // namespace
}  // namespace p2p

// The methods that look at processes and end them, as the node calls them.
#include <string>

#include <gmock/gmock.h>
#include <system/api.hpp>
#include <unistd.h>

#include "answer_kit.hpp"
#include "child_kit.hpp"

namespace system_service {
namespace {

using Kind = p2p::Value::Kind;
using p2p::Errc;
using p2p::Error;
using p2p::Value;
using testing::HasSubstr;

/// Its parent is not the node, as that of most processes: the shell between says its number and waits.
struct Stranger {
  explicit Stranger(const std::string& text)
      : parent("sh -c '" + text + "' & wait"), pid(std::stoi(parent.line())) {}
  Child parent;
  int pid;
};
constexpr const char* sleeper = "echo $$; exec sleep 1000";
constexpr const char* stubborn = "trap \"\" TERM; echo $$; while :; do sleep 1000; done";

TEST(System, list_processes_has_every_field) {
  ServiceUnderTest system;
  const Value list = system.call("list_processes");
  expect_fields(list, {{"processes", Kind::array},
                       {"total", Kind::integer},
                       {"not_read", Kind::integer},
                       {"timestamp", Kind::string}});
  ASSERT_GT(list["processes"].size(), 0U);
  for (const Value& row : list["processes"].as_array())
    expect_fields(row, {{"pid", Kind::integer},
                        {"name", Kind::string},
                        {"username", Kind::string},
                        {"status", Kind::string},
                        {"cpu_percent", Kind::real},
                        {"memory_percent", Kind::real},
                        {"create_time", Kind::real}});
  EXPECT_EQ(system.method("list_processes").result_schema["properties"]["processes"]["type"].as_string(),
            "array");
}

TEST(System, list_processes_selects_sorts_and_cuts) {
  ServiceUnderTest system;
  const Stranger one(stubborn), two(stubborn);
  const Value cut =
      system.call("list_processes", Value{{"filter_name", "SH"}, {"limit", 1}, {"sort", "cpu"}});
  ASSERT_EQ(cut["processes"].size(), 1U);
  EXPECT_THAT(cut["processes"][0]["name"].as_string(), HasSubstr("sh"));
  EXPECT_GE(cut["total"].as_int(), 2);
}

TEST(System, list_processes_names_all_wrong_parameters) {
  ServiceUnderTest system;
  const Error error =
      error_of(system, "list_processes", Value{{"filter_name", ""}, {"limit", 5001}, {"sort", "name"}});
  EXPECT_EQ(error.code(), Errc::invalid_params);
  EXPECT_EQ(error.detail()["errors"].size(), 3U);
}

TEST(System, get_process_info_has_every_field) {
  ServiceUnderTest system;
  const Value info = system.call("get_process_info", Value{{"pid", ::getpid()}});
  expect_fields(info, {{"pid", Kind::integer},
                       {"name", Kind::string},
                       {"username", Kind::string},
                       {"status", Kind::string},
                       {"cpu_percent", Kind::real},
                       {"memory_percent", Kind::real},
                       {"memory_info", Kind::object},
                       {"create_time", Kind::real},
                       {"num_threads", Kind::integer},
                       {"cmdline", Kind::array},
                       {"exe", Kind::string},
                       {"cwd", Kind::string},
                       {"ppid", Kind::integer},
                       {"open_files", Kind::integer},
                       {"timestamp", Kind::string}});
  expect_fields(info["memory_info"], {{"rss", Kind::integer}, {"vms", Kind::integer}});
}

TEST(System, a_process_that_is_not_there_is_a_clear_failure) {
  ServiceUnderTest system;
  for (const char* method : {"get_process_info", "terminate_process"}) {
    const Error error = error_of(system, method, Value{{"pid", 4'194'303}});
    EXPECT_EQ(error.code(), Errc::method_failed);
    EXPECT_EQ(error.message(), "there is no process 4194303");
    for (const int pid : {0, -1, 4'194'305})
      EXPECT_EQ(error_of(system, method, Value{{"pid", pid}}).message(), "pid: must be 1 to 4194304");
  }
}

TEST(System, terminate_process_ends_a_process_and_says_so) {
  ServiceUnderTest system;
  const Stranger stranger(sleeper);
  const Value info = system.call("get_process_info", Value{{"pid", stranger.pid}});
  const Value result = system.call(
      "terminate_process", Value{{"pid", stranger.pid}, {"create_time", info["create_time"]}, {"grace", 20}});
  expect_fields(result, {{"pid", Kind::integer},
                         {"name", Kind::string},
                         {"signal", Kind::string},
                         {"terminated", Kind::boolean},
                         {"exit_seen_ms", Kind::integer},
                         {"success", Kind::boolean},
                         {"timestamp", Kind::string}});
  EXPECT_EQ(result["signal"].as_string(), "SIGTERM");
  EXPECT_THAT(result["name"].as_string(), testing::AnyOf("sleep", "sh")) << "it may not have become it yet";
  EXPECT_TRUE(result["terminated"].as_bool());
  EXPECT_TRUE(result["success"].as_bool());
}

TEST(System, who_ignores_SIGTERM_is_still_there_and_force_ends_it) {
  ServiceUnderTest system;
  const Stranger stranger(stubborn);
  const Value asked = system.call("terminate_process", Value{{"pid", stranger.pid}, {"grace", 0}});
  EXPECT_FALSE(asked["terminated"].as_bool());
  EXPECT_FALSE(asked["success"].as_bool());
  EXPECT_TRUE(asked["exit_seen_ms"].is_null());
  const Value forced =
      system.call("terminate_process", Value{{"pid", stranger.pid}, {"force", true}, {"grace", 20}});
  EXPECT_EQ(forced["signal"].as_string(), "SIGKILL");
  EXPECT_TRUE(forced["terminated"].as_bool());
}

TEST(System, a_reused_number_is_refused_and_nobody_gets_a_signal) {
  ServiceUnderTest system;
  const Stranger stranger(sleeper);
  const double began =
      system.call("get_process_info", Value{{"pid", stranger.pid}})["create_time"].as_double();
  const Error error = error_of(system, "terminate_process",
                               Value{{"pid", stranger.pid}, {"create_time", began - 100}, {"force", true}});
  EXPECT_EQ(error.code(), Errc::conflict);
  EXPECT_EQ(error.detail()["create_time"].as_double(), began);
  EXPECT_EQ(::kill(stranger.pid, 0), 0);
}

TEST(System, the_node_its_children_and_process_1_get_no_signal) {
  ServiceUnderTest system;
  const Child child("echo here; sleep 1000");
  ASSERT_EQ(child.line(), "here");
  for (const int pid : {1, static_cast<int>(::getpid()), static_cast<int>(child.pid())})
    EXPECT_EQ(error_of(system, "terminate_process", Value{{"pid", pid}}).code(), Errc::forbidden) << pid;
  EXPECT_EQ(::kill(child.pid(), 0), 0);
}

TEST(System, processes_kill_none_spares_all) {
  ServiceUnderTest system(Value{{"processes_kill", "none"}});
  const Stranger stranger(sleeper);
  const Error error = error_of(system, "terminate_process", Value{{"pid", stranger.pid}});
  EXPECT_EQ(error.code(), Errc::forbidden);
  EXPECT_THAT(error.detail()["hint"].as_string(), HasSubstr("system.processes_kill"));
}

TEST(System, other_methods_answer_while_one_waits_for_a_process) {
  ServiceUnderTest system;
  const Stranger stranger(stubborn);
  const auto waiting = system.begin("terminate_process", Value{{"pid", stranger.pid}, {"grace", 30}});
  EXPECT_TRUE(system.call("ping")["pong"].as_bool());
  EXPECT_FALSE(waiting->running->ended());
  waiting->running->stop(p2p::Stop::cancelled);
  EXPECT_THROW((void)system.end(*waiting), Error);
}

}  // namespace
}  // namespace system_service

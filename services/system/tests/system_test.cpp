// The service as the node runs it: its declared methods, called by name through the SDK.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <system/api.hpp>
#include <unistd.h>

#include "../mounts.hpp"
#include "../proc_reader.hpp"
#include "answer_kit.hpp"
#include "fake_runtime.hpp"

namespace system_service {
namespace {

using Kind = p2p::Value::Kind;
using p2p::Errc;
using p2p::Error;
using p2p::Role;
using p2p::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(System, declares_its_methods_with_their_roles) {
  ServiceUnderTest system;
  const auto shape = [&](const std::string& name) {
    const p2p::MethodOptions& options = system.method(name).options;
    return std::tuple(options.is_public, options.role, options.cache_ttl_ns / 1'000'000'000,
                      options.timeout_ns / 1'000'000'000);
  };
  EXPECT_EQ(shape("get_system_info"), std::tuple(true, Role::viewer, 60, 0));
  EXPECT_EQ(shape("get_system_metrics"), std::tuple(true, Role::viewer, 0, 0));
  EXPECT_EQ(shape("ping"), std::tuple(true, Role::viewer, 0, 0));
  EXPECT_EQ(shape("execute_command"), std::tuple(true, Role::admin, 0, 600));
  EXPECT_EQ(shape("execute_simple_test"), std::tuple(true, Role::operator_, 0, 0));
  EXPECT_EQ(shape("list_processes"), std::tuple(true, Role::operator_, 0, 0));
  EXPECT_EQ(shape("get_process_info"), std::tuple(true, Role::operator_, 0, 0));
  EXPECT_EQ(shape("terminate_process"), std::tuple(true, Role::admin, 0, 45));
  EXPECT_EQ(shape("list_services"), std::tuple(true, Role::operator_, 5, 0));
  EXPECT_EQ(shape("service_action"), std::tuple(true, Role::admin, 0, 60));
  EXPECT_EQ(system.service().declared_methods().size(), 12U);  // with the two that every service has
}

TEST(System, all_but_the_two_that_act_on_one_machine_may_be_broadcast) {
  ServiceUnderTest system;
  for (const p2p::MethodInfo& method : system.service().declared_methods())
    EXPECT_EQ(method.options.broadcastable,
              method.name != "terminate_process" && method.name != "service_action")
        << method.name;
}

TEST(System, get_system_info_has_every_field_at_once) {
  ServiceUnderTest system;
  const Value info = system.call("get_system_info");
  expect_fields(info, {{"hostname", Kind::string},
                       {"platform", Kind::string},
                       {"architecture", Kind::string},
                       {"cpu_count", Kind::integer},
                       {"memory_total", Kind::integer},
                       {"boot_time", Kind::integer},
                       {"disk_usage", Kind::object},
                       {"stale_mounts", Kind::array},
                       {"network_interfaces", Kind::array},
                       {"kernel", Kind::string},
                       {"os", Kind::string},
                       {"node_id", Kind::string},
                       {"node_version", Kind::string},
                       {"timestamp", Kind::string}});
  EXPECT_EQ(info["platform"].as_string(), "Linux");
  EXPECT_EQ(info["node_id"].as_string(), "node-1");
  EXPECT_EQ(info["node_version"].as_string(), "1.2.3");
  EXPECT_EQ(info["cpu_count"].as_int(), ::sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_GT(info["memory_total"].as_int(), 0);
  for (const p2p::Member& mount : info["disk_usage"].as_object())
    expect_fields(mount.second, {{"total", Kind::integer}, {"used", Kind::integer}, {"free", Kind::integer}});
}

TEST(System, get_system_metrics_has_every_field_and_answers_at_once) {
  ServiceUnderTest system;
  Value metrics = system.call("get_system_metrics");
  std::erase_if(metrics.make_object(),
                [](const auto& member) { return member.first == "limits"; });  // in a container
  expect_fields(metrics, {{"cpu_percent", Kind::real},
                          {"memory", Kind::object},
                          {"memory_percent", Kind::real},
                          {"disk_io", Kind::object},
                          {"network_io", Kind::object},
                          {"load_average", Kind::array},
                          {"process_count", Kind::integer},
                          {"timestamp", Kind::string},
                          {"cpu_percent_per_core", Kind::array},
                          {"sample_age_ms", Kind::integer},
                          {"sample_window_ms", Kind::integer}});
  expect_fields(metrics["memory"], {{"percent", Kind::real},
                                    {"available", Kind::integer},
                                    {"used", Kind::integer},
                                    {"total", Kind::integer}});
  EXPECT_EQ(metrics["disk_io"].size(), 9U);
  EXPECT_EQ(metrics["network_io"].size(), 8U);
  EXPECT_EQ(metrics["load_average"].size(), 3U);
  EXPECT_FALSE(system.method("get_system_metrics").result_schema["properties"]["cpu_percent"].is_null());
}

TEST(System, an_answer_reads_back_as_the_contract_s_type) {
  ServiceUnderTest system;
  const auto metrics = p2p::from_value<SystemMetrics>(system.call("get_system_metrics"));
  EXPECT_EQ(metrics.load_average.size(), 3U);
  EXPECT_GT(metrics.memory.total, 0);
  const auto result = p2p::from_value<CommandResult>(system.call("execute_simple_test"));
  EXPECT_EQ(result.stdout, "Hello World\n");
}

TEST(System, ping_answers) {
  ServiceUnderTest system;
  const Value pong = system.call("ping");
  expect_fields(pong, {{"pong", Kind::boolean}, {"node_id", Kind::string}, {"timestamp", Kind::string}});
  EXPECT_TRUE(pong["pong"].as_bool());
}

TEST(System, is_healthy_while_its_samples_are_fresh) {
  ServiceUnderTest system;
  EXPECT_EQ(system.call("health_check")["status"].as_string(), "healthy");
}

TEST(System, execute_command_has_every_field) {
  ServiceUnderTest system;
  const Value result = system.call("execute_command",
                                   Value{{"command", "pwd; echo oops >&2; exit 2"}, {"working_dir", "/usr"}});
  expect_fields(result, {{"command", Kind::string},
                         {"return_code", Kind::integer},
                         {"stdout", Kind::string},
                         {"stderr", Kind::string},
                         {"success", Kind::boolean},
                         {"working_dir", Kind::string},
                         {"timeout_used", Kind::integer},
                         {"platform", Kind::string},
                         {"method", Kind::string},
                         {"timestamp", Kind::string},
                         {"duration_ms", Kind::integer},
                         {"stdout_truncated", Kind::boolean},
                         {"stderr_truncated", Kind::boolean},
                         {"stdout_bytes", Kind::integer},
                         {"stderr_bytes", Kind::integer}});
  EXPECT_EQ(result["return_code"].as_int(), 2);
  EXPECT_FALSE(result["success"].as_bool());
  EXPECT_EQ(result["stdout"].as_string(), "/usr\n");
  EXPECT_EQ(result["stderr"].as_string(), "oops\n");
  EXPECT_EQ(result["timeout_used"].as_int(), 30);
  EXPECT_EQ(result["platform"].as_string(), "Unix");
  EXPECT_EQ(result["method"].as_string(), "async_subprocess");
}

TEST(System, a_command_past_its_time_is_no_success_and_says_why) {
  ServiceUnderTest system;
  const Value result = system.call("execute_command", Value{{"command", "sleep 1000"}, {"timeout", 1}});
  EXPECT_FALSE(result["success"].as_bool());
  ASSERT_NE(result.find("return_code"), nullptr);
  EXPECT_TRUE(result["return_code"].is_null());
  EXPECT_EQ(result["error"].as_string(), "Command timeout after 1 seconds");
  EXPECT_EQ(result["timeout_used"].as_int(), 1);
}

TEST(System, the_simple_test_runs_a_fixed_command) {
  ServiceUnderTest system;
  const Value result = system.call("execute_simple_test");
  EXPECT_EQ(result["command"].as_string(), "echo 'Hello World'");
  EXPECT_EQ(result["stdout"].as_string(), "Hello World\n");
  EXPECT_EQ(result["timeout_used"].as_int(), 5);
  EXPECT_TRUE(result["success"].as_bool());
  EXPECT_EQ(error_of(system, "execute_simple_test", Value{{"command", "id"}}).code(), Errc::invalid_params);
}

TEST(System, a_parameter_out_of_range_is_named_with_its_bounds) {
  ServiceUnderTest system;
  for (const int timeout : {0, 61, -1}) {
    const Error error = error_of(system, "execute_command", Value{{"command", "true"}, {"timeout", timeout}});
    EXPECT_EQ(error.code(), Errc::invalid_params);
    EXPECT_EQ(error.message(), "timeout: must be 1 to 60");
    EXPECT_EQ(
        error.detail()["errors"],
        Value::array({Value{{"pointer", "#/timeout"}, {"detail", "must be 1 to 60"}, {"got", timeout}}}));
  }
}

TEST(System, all_wrong_parameters_are_named_at_once) {
  ServiceUnderTest system;
  const Error error = error_of(system, "execute_command",
                               Value{{"command", ""}, {"timeout", 99}, {"working_dir", "relative"}});
  EXPECT_EQ(error.detail()["errors"].size(), 3U);
  EXPECT_THAT(error.message(),
              HasSubstr("3 parameters are wrong: command: must have 1 to 8192 bytes; timeout: "));
}

TEST(System, a_command_is_bounded_and_holds_no_NUL) {
  ServiceUnderTest system;
  EXPECT_EQ(error_of(system, "execute_command", Value{{"command", std::string(8193, 'x')}}).code(),
            Errc::invalid_params);
  EXPECT_EQ(
      system.call("execute_command", Value{{"command", "true " + std::string(8187, 'x')}})["return_code"]
          .as_int(),
      0);
  EXPECT_EQ(error_of(system, "execute_command", Value{{"command", std::string("id\0x", 4)}}).message(),
            "command: must not contain a NUL character");
}

TEST(System, the_longest_time_and_output_of_a_command_can_be_set) {
  ServiceUnderTest system(Value{{"execute_timeout_max", 2}, {"output_max", 1024}});
  EXPECT_EQ(error_of(system, "execute_command", Value{{"command", "true"}, {"timeout", 3}}).message(),
            "timeout: must be 1 to 2");
  const Value result =
      system.call("execute_command", Value{{"command", "head -c 5000 /dev/zero"}, {"timeout", 2}});
  EXPECT_TRUE(result["stdout_truncated"].as_bool());
  EXPECT_EQ(result["stdout"].as_string().size(), 1024U);
  EXPECT_EQ(result["stdout_bytes"].as_int(), 5000);
}

TEST(System, new_settings_count_from_the_next_call_on) {
  ServiceUnderTest system;
  system.service().config = Value{{"execute_timeout_max", 100}, {"sample_interval_ms", 5}};
  system.run(system.service().config_changed());
  EXPECT_EQ(
      system.call("execute_command", Value{{"command", "true"}, {"timeout", 100}})["timeout_used"].as_int(),
      100);
  EXPECT_THAT(system.runtime().log_lines(), Contains(HasSubstr("system.sample_interval_ms must be 250 to")));
}

TEST(System, a_hundred_calls_for_metrics_at_once_all_answer_without_a_turn_of_the_loop) {
  ServiceUnderTest system;
  std::vector<std::unique_ptr<ServiceUnderTest::PendingResult>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(system.begin("get_system_metrics", Value::object()));
  for (const auto& call : calls) ASSERT_TRUE(call->running->ended());
}

TEST(System, a_mount_that_hangs_is_named_and_delays_no_other_method) {
  if (real_mounts(read_text("/proc/self/mounts")).empty()) GTEST_SKIP() << "no file system of disks here";
  ServiceUnderTest system(Value::object(), 1);  // the second job for the pool asks the first mount
  const Value info = system.call("get_system_info");
  EXPECT_EQ(info["stale_mounts"].size(), 1U);
  EXPECT_FALSE(info["hostname"].as_string().empty());
  EXPECT_TRUE(system.call("ping")["pong"].as_bool());
  EXPECT_GT(system.call("get_system_metrics")["memory"]["total"].as_int(), 0);
}

TEST(System, a_working_dir_that_is_not_there_is_a_wrong_parameter) {
  ServiceUnderTest system;
  const Error error =
      error_of(system, "execute_command", Value{{"command", "true"}, {"working_dir", "/no/such/folder"}});
  EXPECT_EQ(error.code(), Errc::invalid_params);
  EXPECT_EQ(error.message(), "working_dir: No such file or directory");
  EXPECT_EQ(error.detail()["errors"][0]["pointer"].as_string(), "#/working_dir");
}

TEST(System, other_methods_answer_while_a_command_runs) {
  ServiceUnderTest system;
  const auto command = system.begin("execute_command", Value{{"command", "sleep 1000"}});
  EXPECT_TRUE(system.call("ping")["pong"].as_bool());
  EXPECT_FALSE(command->running->ended());
  command->running->stop(p2p::Stop::cancelled);
  EXPECT_THROW((void)system.end(*command), Error);
}

TEST(System, a_cancelled_call_stops_its_command) {
  ServiceUnderTest system;
  const auto command = system.begin("execute_command", Value{{"command", "sleep 1000"}, {"timeout", 60}});
  command->running->stop(p2p::Stop::timeout);
  try {
    (void)system.end(*command);
    ADD_FAILURE() << "a call past its deadline gave a result";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::timeout);
  }
  system.clean_up();  // waits until the command has ended, which by itself it would not
}

TEST(System, nine_commands_at_once_are_one_too_many) {
  ServiceUnderTest system;
  std::vector<std::unique_ptr<ServiceUnderTest::PendingResult>> commands;
  for (int i = 0; i < 8; ++i)
    commands.push_back(system.begin("execute_command", Value{{"command", "sleep 1000"}}));
  EXPECT_EQ(error_of(system, "execute_command", Value{{"command", "true"}}).code(), Errc::overloaded);
  for (const auto& command : commands) command->running->stop(p2p::Stop::cancelled);
  for (const auto& command : commands) EXPECT_THROW((void)system.end(*command), Error);
}

TEST(System, answers_whose_type_is_fixed_are_moved_to_callers_that_know_it) {
  ServiceUnderTest system;
  const auto print = [&](const std::string& name) { return system.method(name).code.fingerprint; };
  EXPECT_EQ(decltype(System::ping)::fingerprint, print("ping"));
  EXPECT_EQ(decltype(System::get_system_info)::fingerprint, print("get_system_info"));
  EXPECT_EQ(decltype(System::get_process_info)::fingerprint, print("get_process_info"));
  EXPECT_EQ(decltype(System::list_services)::fingerprint, print("list_services"));
  EXPECT_NE(decltype(System::execute_simple_test)::fingerprint,
            print("execute_simple_test"));  // a Value there
}

TEST(System, cleanup_stops_the_commands_that_still_run) {
  ServiceUnderTest system;
  const auto command = system.begin("execute_command", Value{{"command", "sleep 1000"}});
  system.clean_up();
  EXPECT_THROW((void)system.end(*command), Error);
}

}  // namespace
}  // namespace system_service

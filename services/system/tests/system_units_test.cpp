// list_services and service_action against a systemctl that stands in for the real one: it writes down how it
// was called and prints what systemd 252 does.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>

#include "answer_kit.hpp"

namespace system_service {
namespace {

using Kind = p2p::Value::Kind;
using p2p::Errc;
using p2p::Error;
using p2p::Value;
using testing::HasSubstr;

constexpr const char* well = R"(#!/bin/sh
here=${0%/*}
echo "$*" >> "$here/calls"
shift 2
case $1 in
list-units)
  echo 'cron.service   loaded active   running Regular background program processing daemon'
  echo 'nginx.service  loaded failed   failed  A high performance web server'
  echo 'rescue.service loaded inactive dead    Rescue Shell' ;;
show) printf 'ActiveState=active\nSubState=running\n' ;;
status) echo '* nginx.service - A high performance web server'; exit 3 ;;
restart) echo 'Job for nginx.service failed.' >&2; exit 1 ;;
esac
)";
constexpr const char* no_bus = R"(#!/bin/sh
echo "System has not been booted with systemd as init system (PID 1). Can't operate." >&2
echo "Failed to connect to bus: Host is down" >&2
exit 1
)";

/// Puts the program into PATH for the test's time.
class FakeSystemctl {
 public:
  explicit FakeSystemctl(const char* script) : before_(std::getenv("PATH")) {
    char name[] = "/tmp/p2p_system_path.XXXXXX";
    path_ = ::mkdtemp(name);
    if (script != nullptr) {
      std::ofstream(path_ + "/systemctl") << script;
      std::filesystem::permissions(path_ + "/systemctl", std::filesystem::perms::owner_all);
    }
    ::setenv("PATH", path_.c_str(), 1);
  }
  FakeSystemctl(const FakeSystemctl&) = delete;
  FakeSystemctl& operator=(const FakeSystemctl&) = delete;
  ~FakeSystemctl() {
    ::setenv("PATH", before_.c_str(), 1);
    std::filesystem::remove_all(path_);
  }
  [[nodiscard]] std::string calls() const {
    std::ifstream file(path_ + "/calls");
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string before_, path_;
};

Value allowed(const char* glob) { return Value{{"services_allow", Value::array({glob})}}; }
Value act(const char* name, const char* action) { return Value{{"service_name", name}, {"action", action}}; }

TEST(System, list_services_has_every_field) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system;
  const Value list = system.call("list_services");
  expect_fields(list, {{"services", Kind::array}, {"total", Kind::integer}, {"timestamp", Kind::string}});
  ASSERT_EQ(list["services"].size(), 3U);
  for (const Value& unit : list["services"].as_array())
    expect_fields(unit, {{"name", Kind::string},
                         {"load", Kind::string},
                         {"active", Kind::string},
                         {"sub", Kind::string},
                         {"description", Kind::string}});
  EXPECT_EQ(systemctl.calls(),
            "--no-ask-password --no-pager list-units --all --full --plain --no-legend -- *.service\n");
}

TEST(System, list_services_is_cut_at_its_limit) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system;
  const Value list = system.call("list_services", Value{{"pattern", "n*.timer"}, {"limit", 2}});
  EXPECT_EQ(list["services"].size(), 2U);
  EXPECT_EQ(list["total"].as_int(), 3);
  EXPECT_THAT(systemctl.calls(), HasSubstr("-- n*.timer\n"));
  EXPECT_EQ(error_of(system, "list_services", Value{{"pattern", "-H evil"}, {"limit", 0}})
                .detail()["errors"]
                .size(),
            2U);
}

TEST(System, service_action_has_every_field_and_tells_the_state_after_it) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system(allowed("nginx.service"));
  const Value result = system.call("service_action", act("nginx", "start"));
  expect_fields(result, {{"service_name", Kind::string},
                         {"action", Kind::string},
                         {"success", Kind::boolean},
                         {"return_code", Kind::integer},
                         {"stdout", Kind::string},
                         {"stderr", Kind::string},
                         {"active_state", Kind::string},
                         {"sub_state", Kind::string},
                         {"timestamp", Kind::string}});
  EXPECT_TRUE(result["success"].as_bool());
  EXPECT_EQ(result["service_name"].as_string(), "nginx");
  EXPECT_EQ(result["active_state"].as_string(), "active");
  EXPECT_EQ(result["sub_state"].as_string(), "running");
  EXPECT_EQ(systemctl.calls(),
            "--no-ask-password --no-pager start -- nginx.service\n"
            "--no-ask-password --no-pager show --property=ActiveState,SubState -- nginx.service\n");
}

TEST(System, a_failed_action_says_what_systemd_said) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system(allowed("nginx.*"));
  const Value result = system.call("service_action", act("nginx.service", "restart"));
  EXPECT_FALSE(result["success"].as_bool());
  EXPECT_EQ(result["return_code"].as_int(), 1);
  EXPECT_EQ(result["stderr"].as_string(), "Job for nginx.service failed.\n");
}

TEST(System, the_status_of_any_unit_may_be_asked_and_one_that_does_not_run_is_no_failure) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system;
  const Value result = system.call("service_action", act("nginx", "status"));
  EXPECT_TRUE(result["success"].as_bool());
  EXPECT_EQ(result["return_code"].as_int(), 3);
  EXPECT_THAT(result["stdout"].as_string(), HasSubstr("high performance"));
}

TEST(System, a_unit_that_is_not_allowed_is_left_alone) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system(allowed("nginx.service"));
  for (const char* action : {"start", "stop", "restart", "enable", "disable"}) {
    const Error error = error_of(system, "service_action", act("ssh", action));
    EXPECT_EQ(error.code(), Errc::forbidden);
    EXPECT_THAT(error.message(), HasSubstr("ssh.service is not among system.services_allow"));
  }
  EXPECT_EQ(systemctl.calls(), "");
}

TEST(System, a_name_for_a_shell_an_option_or_a_path_is_a_wrong_parameter) {
  const FakeSystemctl systemctl(well);
  ServiceUnderTest system(allowed("*"));
  for (const char* name : {"; reboot", "-H evil", "../x", ""})
    EXPECT_EQ(error_of(system, "service_action", act(name, "restart")).code(), Errc::invalid_params) << name;
  EXPECT_EQ(error_of(system, "service_action", act("nginx", "reload-or-kill")).code(), Errc::invalid_params);
  EXPECT_EQ(systemctl.calls(), "");
}

TEST(System, without_systemd_both_say_so) {
  for (const char* script : {no_bus, static_cast<const char*>(nullptr)}) {
    const FakeSystemctl systemctl(script);
    ServiceUnderTest system(allowed("*"));
    for (const Error& error : {error_of(system, "list_services", Value::object()),
                               error_of(system, "service_action", act("nginx", "start")),
                               error_of(system, "service_action", act("nginx", "status"))}) {
      EXPECT_EQ(error.code(), Errc::method_failed);
      EXPECT_EQ(error.message(), "systemd is not running here");
    }
  }
}

TEST(System, a_caller_that_leaves_ends_its_systemctl) {
  const FakeSystemctl systemctl("#!/bin/sh\nexec /bin/sleep 1000\n");
  ServiceUnderTest system;
  const auto call = system.begin("list_services", Value::object());
  EXPECT_TRUE(system.call("ping")["pong"].as_bool());
  call->running->stop(p2p::Stop::cancelled);
  EXPECT_THROW((void)system.end(*call), Error);
  system.clean_up();  // waits until it has ended, which by itself it would not
}

}  // namespace
}  // namespace system_service

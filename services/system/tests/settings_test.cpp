#include "../settings.hpp"

#include <gmock/gmock.h>

namespace system_service {
namespace {

using p2p::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings read(const Value& config, std::vector<std::string>& complaints) {
  return read_settings(config, complaints);
}

TEST(Settings, without_any_they_are_those_of_the_documents) {
  std::vector<std::string> complaints;
  const Settings settings = read(Value::object(), complaints);
  EXPECT_EQ(settings.sample_interval_ms, 1000);
  EXPECT_EQ(settings.execute_timeout_max, 60);
  EXPECT_EQ(settings.output_max, 262'144U);
  EXPECT_THAT(settings.services_allow, IsEmpty());
  EXPECT_EQ(settings.processes_kill, KillScope::own);
  EXPECT_THAT(complaints, IsEmpty());
}

TEST(Settings, each_can_be_set) {
  std::vector<std::string> complaints;
  const Settings settings = read(Value{{"sample_interval_ms", 250},
                                       {"execute_timeout_max", 590},
                                       {"output_max", 1024},
                                       {"services_allow", Value::array({"nginx.service", "app@*"})},
                                       {"processes_kill", "any"}},
                                 complaints);
  EXPECT_EQ(settings.sample_interval_ms, 250);
  EXPECT_EQ(settings.execute_timeout_max, 590);
  EXPECT_EQ(settings.output_max, 1024U);
  EXPECT_THAT(settings.services_allow, ElementsAre("nginx.service", "app@*"));
  EXPECT_EQ(settings.processes_kill, KillScope::any);
  EXPECT_THAT(complaints, IsEmpty());
}

TEST(Settings, nonsense_is_complained_of_and_the_safe_choice_taken) {
  std::vector<std::string> complaints;
  const Settings settings = read(Value{{"sample_interval_ms", 249},
                                       {"execute_timeout_max", "60"},
                                       {"output_max", 1e6},
                                       {"services_allow", Value::array({"a.service", 7, ""})},
                                       {"processes_kill", "all"}},
                                 complaints);
  EXPECT_EQ(settings.sample_interval_ms, 1000);
  EXPECT_EQ(settings.execute_timeout_max, 60);
  EXPECT_EQ(settings.output_max, 262'144U);
  EXPECT_THAT(settings.services_allow, ElementsAre("a.service"));
  EXPECT_EQ(settings.processes_kill, KillScope::none);
  EXPECT_EQ(complaints.size(), 5U);
  EXPECT_THAT(complaints, testing::Contains("system.sample_interval_ms must be 250 to 60000; 1000 is used"));
  EXPECT_THAT(complaints, testing::Contains(HasSubstr("\"none\" is used")));
}

}  // namespace
}  // namespace system_service

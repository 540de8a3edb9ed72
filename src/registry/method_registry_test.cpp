#include "registry/method_registry.hpp"

#include <gtest/gtest.h>

#include "testing/capture_log.hpp"
#include "testing/fake_service.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

struct Sample : BaseService {
  SERVICE_METHOD(open, (), public = true);
  Task<> open() { co_return; }
  SERVICE_METHOD(hidden, ());
  Task<> hidden() { co_return; }
  SERVICE_METHOD(initialize, (), public = true);
  Task<> initialize() override { co_return; }
  SERVICE_METHOD(health_check, (), description = "mine", public = true, role = "admin");
  Task<Value> health_check() override { co_return Value(1); }
};

struct Registered : testing::Test {
  GenerationPtr generation(const std::string& name) {
    return std::make_shared<Generation>(name, 7, &object, object.declared_methods(), stats, &rejected);
  }
  static ServiceEntry entry(const std::string& name, ServiceStatus status, std::string reason = {}) {
    ServiceEntry entry;
    entry.name = name;
    entry.status = status;
    entry.reason = std::move(reason);
    entry.retry_after = 8;
    return entry;
  }
  void run(const std::string& name) {
    ServiceEntry running = entry(name, ServiceStatus::running);
    running.generation = generation(name);
    registry.publish(std::move(running));
  }
  void say(const std::string& name, ServiceStatus status) { registry.publish(entry(name, status)); }

  Sample object;
  CallTable table;
  CallStats& stats = table.loop(0);
  MethodRegistry registry;
  std::vector<std::string> rejected;
};

using MethodRegistryTest = Registered;
using GenerationTest = Registered;

TEST_F(GenerationTest, offers_what_the_object_declares_by_name) {
  const GenerationPtr made = generation("sample");
  ASSERT_NE(made->find("open"), nullptr);
  EXPECT_EQ(made->find("open")->path, "sample/open");
  EXPECT_EQ(made->find("open")->log_name, "Method.sample.open");
  EXPECT_TRUE(made->find("open")->is_public);
  EXPECT_FALSE(made->find("hidden")->is_public);
  EXPECT_EQ(made->find("nope"), nullptr);
  EXPECT_EQ(made->number(), 7u);
}

TEST_F(GenerationTest, names_of_the_life_cycle_are_no_methods_even_if_declared_public) {
  const GenerationPtr made = generation("sample");
  EXPECT_EQ(made->find("initialize"), nullptr);
  EXPECT_EQ(rejected, std::vector<std::string>{"initialize"});
}

TEST_F(GenerationTest, an_inherited_method_that_is_declared_anew_has_the_new_options_and_stands_once) {
  const GenerationPtr made = generation("sample");
  ASSERT_NE(made->find("health_check"), nullptr);
  EXPECT_EQ(made->find("health_check")->role, Role::admin);
  EXPECT_EQ(made->find("health_check")->description, "mine");
  EXPECT_EQ(std::ranges::count(made->methods(), "health_check", [](const MethodEntry* m) { return m->name; }),
            1);
  EXPECT_EQ(made->find("get_service_info")->role, Role::viewer);
}

TEST_F(GenerationTest, pins_are_summed_over_the_loops) {
  const GenerationPtr made = generation("sample");
  made->pins().add(0);
  made->pins().add(5);
  made->pins().drop(0);
  EXPECT_EQ(made->pins().sum(), 1);
  made->pins().drop(5);
  EXPECT_EQ(made->pins().sum(), 0);
}

TEST_F(MethodRegistryTest, each_change_raises_the_version_and_old_snapshots_stay_what_they_were) {
  run("a");
  const auto before = registry.snapshot();
  EXPECT_EQ(before->version, registry.version());
  registry.withdraw("a");
  EXPECT_EQ(registry.version(), before->version + 1);
  EXPECT_NE(before->find("a"), nullptr);
  EXPECT_EQ(registry.snapshot()->find("a"), nullptr);
}

TEST_F(MethodRegistryTest, a_view_sees_a_change_at_its_next_look) {
  RegistryView view(registry);
  EXPECT_EQ(view.get().find("a"), nullptr);
  const RegistrySnapshot* unchanged = &view.get();
  EXPECT_EQ(&view.get(), unchanged);
  run("a");
  ASSERT_NE(view.get().find("a"), nullptr);
  EXPECT_EQ(view.get().find("a")->status, ServiceStatus::running);
  say("a", ServiceStatus::stopping);
  EXPECT_EQ(view.get().find("a")->generation, nullptr);
}

TEST_F(MethodRegistryTest, listeners_hear_of_each_change_after_it_can_be_seen) {
  std::vector<std::string> heard;
  registry.on_change([&](std::string_view service) {
    heard.push_back(std::string(service) + (registry.snapshot()->find(service) != nullptr ? "+" : "-"));
  });
  run("a");
  registry.withdraw("a");
  registry.withdraw("nobody");
  EXPECT_EQ(heard, (std::vector<std::string>{"a+", "a-", "nobody-"}));
}

TEST_F(MethodRegistryTest, public_paths_are_those_of_running_services_sorted) {
  run("b");
  run("a");
  say("c", ServiceStatus::starting);
  EXPECT_EQ(registry.public_paths(),
            (std::vector<std::string>{"a/get_service_info", "a/health_check", "a/open", "b/get_service_info",
                                      "b/health_check", "b/open"}));
}

TEST_F(MethodRegistryTest, an_unknown_service_is_answered_with_the_nearest_name) {
  run("system");
  const Error error = no_such_service(*registry.snapshot(), "sytem");
  EXPECT_EQ(error.code(), Errc::service_not_found);
  EXPECT_EQ(error.detail()["hint"], Value("did you mean system?"));
  EXPECT_TRUE(no_such_service(*registry.snapshot(), "quite_another").detail()["hint"].is_null());
}

TEST_F(MethodRegistryTest, an_internal_method_is_suggested_to_services_alone) {
  const GenerationPtr made = generation("sample");
  EXPECT_EQ(no_such_method(*made, "hiden", false).detail()["hint"], Value("did you mean sample/hidden?"));
  EXPECT_TRUE(no_such_method(*made, "hiden", true).detail()["hint"].is_null());
  EXPECT_EQ(no_such_method(*made, "opne", true).detail()["hint"], Value("did you mean sample/open?"));
}

TEST_F(MethodRegistryTest, a_service_that_does_not_run_says_why_and_when_to_come_again) {
  const auto error = [](ServiceStatus status, std::string reason) {
    return not_running(entry("a", status, std::move(reason)));
  };
  EXPECT_EQ(error(ServiceStatus::stopping, "").code(), Errc::draining);
  EXPECT_EQ(error(ServiceStatus::stopped, "").code(), Errc::service_not_found);
  EXPECT_EQ(error(ServiceStatus::starting, "is starting (compile)").message(),
            "service a is starting (compile)");
  const Error broken = error(ServiceStatus::error, "does not run: initialize: no database");
  EXPECT_EQ(broken.code(), Errc::unavailable);
  EXPECT_EQ(broken.message(), "service a does not run: initialize: no database");
  EXPECT_EQ(broken.detail()["retry_after"].as_double(), 8);
  EXPECT_EQ(broken.detail()["status"], Value("error"));
  EXPECT_EQ(error(ServiceStatus::failed, "").code(), Errc::unavailable);
  EXPECT_EQ(error(ServiceStatus::pending, "").code(), Errc::unavailable);
}

TEST(NameHash, tells_names_of_every_length_apart_and_equals_itself) {
  const std::string text(80, 'x');
  std::vector<std::size_t> seen;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string copy = text.substr(0, size);
    seen.push_back(NameHash{}(copy));
    EXPECT_EQ(NameHash{}(std::string_view(text).substr(0, size)), seen.back());
    EXPECT_TRUE(NameEqual{}(copy, std::string_view(text).substr(0, size)));
    for (std::size_t i = 0; i < size; ++i) {  // one letter differs, at each place
      std::string other = copy;
      other[i] = 'y';
      EXPECT_NE(NameHash{}(other), seen.back()) << size << ' ' << i;
      EXPECT_FALSE(NameEqual{}(other, copy)) << size << ' ' << i;
    }
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

}  // namespace
}  // namespace p2p

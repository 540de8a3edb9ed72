// For tests: the parts of a node that services need (loop, pool, registries, log), and a services folder in a
// temporary place. No test sleeps: `until` runs the loop until something is so, at most two minutes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hosting/services_folder.hpp"
#include "hosting/temp_folder_test_kit.hpp"
#include "net/blocking_pool.hpp"
#include "net/loop.hpp"
#include "registry/rpc_methods.hpp"
#include "testing/capture_log.hpp"

namespace p2p {

class TestNode {
 public:
  TestNode() {
    settings.services_dir = folder.path("services");
    settings.state_dir = folder.path("state");
    settings.sdk_include = P2P_TEST_SDK_INCLUDE;
    settings.sdk_library = P2P_TEST_SDK_LIBRARY;
    std::filesystem::create_directory(settings.services_dir);
    std::filesystem::create_directory(settings.state_dir);
  }
  TestNode(const TestNode&) = delete;
  TestNode& operator=(const TestNode&) = delete;
  ~TestNode() {
    if (services) services->stop();
    bool stopped = false;
    registry.stop_all([&] { stopped = true; });
    EXPECT_TRUE(until([&] { return stopped; }));
  }

  void start() {
    services = std::make_unique<ServicesFolder>(loop, log, registry, settings);
    services->start();
  }

  /// False when it did not come true in time; the test then says what the log holds.
  [[nodiscard]] bool until(std::function<bool()> so) {
    const Instant end = clock.now() + std::chrono::seconds(120);
    bool done = false;
    std::function<void()> check = [&] {
      done = so();
      if (done || clock.now() > end) return loop.stop();
      loop.post_at(clock.now() + std::chrono::milliseconds(1), check);
    };
    loop.post(check);
    loop.run();
    return done;
  }

  void put(const std::string& file, std::string_view text) const { folder.write("services/" + file, text); }
  void take_out(const std::string& file) const { std::filesystem::remove_all(folder.path("services/" + file)); }
  /// As cp and mv of a whole file: nobody sees half of it.
  void put_whole(const std::string& file, std::string_view text) const {
    folder.write("other/file", text);
    std::filesystem::create_directories(std::filesystem::path(folder.path("services/" + file)).parent_path());
    std::filesystem::rename(folder.path("other/file"), folder.path("services/" + file));
  }

  [[nodiscard]] std::string status(std::string_view service) const {
    const Value all = registry.describe(service);
    return all.is_null() ? "none" : all["status"].as_string();
  }
  [[nodiscard]] std::int64_t generation(std::string_view service) const {
    const Value all = registry.describe(service);
    return all.is_null() ? 0 : all["generation"].as_int();
  }
  [[nodiscard]] bool until_status(const std::string& service, const std::string& wanted) {
    return until([&] { return status(service) == wanted; });
  }
  /// A later generation than `before` serves.
  [[nodiscard]] bool until_newer(const std::string& service, std::int64_t before) {
    return until([&] { return generation(service) > before; });
  }
  [[nodiscard]] bool until_update_refused(const std::string& service) {
    return until([&] { return !registry.describe(service)["update"].is_null(); });
  }

  /// What a public method answers, as text; "error: ..." when it fails.
  [[nodiscard]] std::string call(std::string_view service, std::string_view method) {
    struct Call final : RpcCall {
      void answered(Result<Value> result) override {
        if (!result) answer = "error: " + result.error().message();
        else answer = result->kind() == Value::Kind::string ? result->as_string() : std::to_string(result->as_int());
      }
      [[nodiscard]] std::string peer() const override { return "test"; }
      std::optional<std::string> answer;
    } call;
    auto caller = std::make_shared<Caller>();
    caller->subject = "tester";
    caller->role = Role::admin;
    caller->expires = WallTime::max();
    CallRequest request;
    request.path = {service, method};
    request.caller = caller;
    loop.post([&] { rpc.call(std::move(request), call); });
    return until([&] { return call.answer.has_value(); }) ? *call.answer : "no answer";
  }

  /// The libraries of services that are mapped into this process now.
  [[nodiscard]] std::size_t mapped() const {
    std::ifstream maps("/proc/self/maps");
    std::string line, all;
    std::size_t count = 0;
    while (std::getline(maps, line))
      if (line.find(settings.state_dir) != line.npos && line.find(" 00000000 ") != line.npos) ++count;
    return count;
  }

  TempFolder folder;
  SystemClock clock;
  Loop loop{clock, &pool};
  BlockingPool pool;
  CaptureLog log;
  HostingSettings settings;
  MethodRegistry methods;
  CallStats stats;
  CallRunner runner{methods, loop, stats, nullptr, "coordinator-8001"};
  RPCMethods rpc{runner, nullptr, {}};
  ServiceBridge bridge{runner, log, {"coordinator-8001", "coordinator"}};
  ServiceCells cells;
  ServiceSurroundings surroundings{runner, bridge, log, cells, "1.0.0",
                                   [this](const std::string& name) -> Result<std::string> { return folder.path(name); }};
  ServiceRegistry registry{methods, surroundings, {}, [this](Job job) {
                             pool.quiesce([this, held = std::make_shared<Job>(std::move(job))] {
                               loop.post([held] { (*held)(); });
                             });
                           },
                           {[this](const std::string& name) {
                              if (services) services->bring_again(name);
                            },
                            {}}};
  std::unique_ptr<ServicesFolder> services;
};

}  // namespace p2p

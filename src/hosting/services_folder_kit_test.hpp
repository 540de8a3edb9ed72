// For tests: the parts of a node that services need (loop, pool, registries, log), and a services folder in a
// temporary place. No test sleeps: `until` runs the loop until something is so, at most two minutes.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hosting/services_folder.hpp"
#include "hosting/temp_folder_kit_test.hpp"
#include "net/blocking_pool.hpp"
#include "net/loop.hpp"
#include "testing/capture_log.hpp"

namespace p2p {

/// A service whose method `say` gives `word`.
inline std::string saying(const std::string& word) {
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
  void take_out(const std::string& file) const {
    std::filesystem::remove_all(folder.path("services/" + file));
  }
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
  /// "compile: ..." of a service that does not run.
  [[nodiscard]] std::string reason_of(std::string_view service) const {
    const Value reason = registry.describe(service)["reason"];
    return reason.is_null() ? "none" : reason["step"].as_string() + ": " + reason["message"].as_string();
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

  /// What a method answers, as text; "error: ..." when it fails.
  [[nodiscard]] std::string call(std::string_view service, std::string_view method) {
    struct Call final : CallReceiver {
      void call_ended(Result<Value> result) override {
        answer = result ? result->as_string() : "error: " + result.error().message();
      }
      std::optional<std::string> answer;
    } call;
    const ServiceEntry* entry = runner.snapshot().find(service);
    if (entry == nullptr || entry->generation == nullptr) return "error: it does not run";
    const MethodEntry* found = entry->generation->find(method);
    if (found == nullptr) return "error: no such method";
    auto caller = std::make_shared<Caller>();
    caller->subject = "tester";
    caller->role = Role::admin;
    caller->expires = WallTime::max();
    CallRequest request;
    request.path = {service, method};
    request.caller = caller;
    (void)runner.start(*found, std::move(request), call);
    return until([&] { return call.answer.has_value(); }) ? *call.answer : "no answer";
  }

  /// No library of a service is mapped into this process any more. Under ThreadSanitizer none is ever
  /// unmapped.
  [[nodiscard]] bool unloaded() const {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line))
      if (line.find(settings.state_dir) != line.npos) return false;
    return true;
  }

  TempFolder folder;
  SystemClock clock;
  Loop loop{clock, &pool};
  BlockingPool pool;
  CaptureLog log;
  HostingSettings settings;
  MethodRegistry methods;
  CallTable table;
  CallStats& stats = table.loop(0);
  CallRunner runner{methods, loop, stats, nullptr, "coordinator-8001"};
  ServiceBridge bridge{runner, log, {"coordinator-8001", "coordinator"}};
  ServiceCells cells;
  ServiceSurroundings surroundings{
      runner, bridge,  log,
      cells,  "1.0.0", [this](const std::string& name) -> Result<std::string> { return folder.path(name); }};
  ServiceRegistry registry{methods,
                           surroundings,
                           {},
                           [this](Job job) {
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

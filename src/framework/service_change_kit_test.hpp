// What the tests of changes have in common: plans of services that hand over, settings, and a node to change
// them on.
#pragma once

#include <gtest/gtest.h>

#include "framework/planned_services_test.hpp"

namespace p2p {

using namespace std::chrono_literals;
using Plan = Planned::Plan;

inline Plan initialize(Planned::Step step) {
  return {.needs = {}, .initialize = std::move(step), .cleanup = {}};
}
inline Plan hands_over(Value state) {
  return {.needs = {}, .initialize = {}, .cleanup = {}, .hand_over = [state] { return state; }};
}
inline Plan takes_over(Value& into, std::function<void()> also = {}) {
  return {
      .needs = {}, .initialize = {}, .cleanup = {}, .hand_over = {}, .take_over = [&into, also](Value state) {
        into = std::move(state);
        if (also) also();
      }};
}
inline ServiceSettings stop_first() {
  ServiceSettings settings;
  settings.reload = ReloadMode::stop_first;
  return settings;
}
inline ServiceSettings with_config(int number) {
  ServiceSettings settings;
  settings.file = "a/service.toml";
  settings.config = Value{{"number", number}};
  return settings;
}

struct ServiceChange : testing::Test {
  void begin(FakeCall& call, std::string_view path, std::chrono::milliseconds timeout = 0ms) {
    CallRequest request = FakeNode::request(path);
    request.timeout_ns = std::chrono::nanoseconds(timeout).count();
    node.rpc.call(std::move(request), call);
    node.executor.run_ready();
  }
  bool apply(ServiceSettings settings) {
    const bool taken = node.services.apply("a", std::move(settings), "content");
    node.executor.run_ready();
    return taken;
  }
  PlannedNode node;
};

}  // namespace p2p

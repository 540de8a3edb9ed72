#include "bridge/service_bridge.hpp"

namespace p2p {

std::coroutine_handle<> ServiceBridge::start(detail::PendingCall& call, Context* parent,
                                             std::coroutine_handle<> waiter, const CallerPtr& identity) {
  CallRunner& runner = CallRunner::of(parent, home_);
  if (!runs_on_this_node(runner, call)) return waiter;
  return runner.start(call, parent, waiter, identity);
}

std::coroutine_handle<> ServiceBridge::next_item(detail::PendingCall& call, Context* parent,
                                                 std::coroutine_handle<> reader, const CallerPtr& identity) {
  const bool first = call.record == nullptr && !call.error;
  CallRunner& runner = CallRunner::of(parent, home_);
  if (first && !runs_on_this_node(runner, call)) return reader;
  return runner.next_item(call, parent, reader, identity);
}

bool ServiceBridge::look_where(CallRunner& runner, detail::PendingCall& call) {
  if (log_.enabled(LogLevel::debug)) log_call(call);
  if (call.selector.empty() || runner.knows(call.resolved)) return true;
  const Result<Target> target = Target::parse(call.selector);
  Result<void> here = target ? runs_here(*target, self_) : fail(target.error());
  if (here) return true;
  call.error.emplace(std::move(here.error()));
  return false;
}

void ServiceBridge::log_call(const detail::PendingCall& call) {
  const std::string path = std::string(call.service) + '/' + std::string(call.method);
  const std::string logger = "Method." + std::string(call.service) + '.' + std::string(call.method);
  if (call.selector.empty())
    log_.debug(logger, "Local call: {}", path);
  else
    log_.debug(logger, "Targeted call to {}: {}", call.selector, path);
}

}  // namespace p2p

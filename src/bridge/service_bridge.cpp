#include "bridge/service_bridge.hpp"

namespace p2p {

std::coroutine_handle<> ServiceBridge::start(detail::PendingCall& call, Context* parent,
                                             std::coroutine_handle<> waiter, const CallerPtr& identity) {
  if (log_.enabled(LogLevel::debug)) log_call(call);
  if (!call.selector.empty()) {
    const Result<Target> target = Target::parse(call.selector);
    Result<void> here = target ? runs_here(*target, self_) : fail(target.error());
    if (!here) {
      call.error.emplace(std::move(here.error()));
      return waiter;
    }
  }
  return runner_.start(call, parent, waiter, identity);
}

void ServiceBridge::log_call(const detail::PendingCall& call) {
  const std::string path = std::string(call.service.view()) + '/' + std::string(call.method.view());
  const std::string logger =
      "Method." + std::string(call.service.view()) + '.' + std::string(call.method.view());
  if (call.selector.empty())
    log_.debug(logger, "Local call: {}", path);
  else
    log_.debug(logger, "Targeted call to {}: {}", call.selector, path);
}

}  // namespace p2p

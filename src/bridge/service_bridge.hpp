// ServiceBridge: the node's end of `proxy["service"]["method"]()`. The author's SimpleLocalProxy,
// ServiceMethodProxy and MethodCaller (<p2p/proxy.hpp>) collect the names; the call enters the node here, and
// here it is decided where it runs: on this node through the registry, without network, text or copy; or on
// another one.
//
// Threads: any loop's. A call starts on the loop of the call that makes it.
#pragma once

#include <coroutine>

#include <p2p/detail/runtime.hpp>

#include "base/log.hpp"
#include "bridge/target.hpp"
#include "registry/call_runner.hpp"

namespace p2p {

class ServiceBridge {
 public:
  /// `home` is the home loop's runner.
  ServiceBridge(CallRunner& home, Log& log, Self self) : home_(home), log_(log), self_(std::move(self)) {}

  /// Returns what runs next. `identity` is the calling service's own.
  std::coroutine_handle<> start(detail::PendingCall& call, Context* parent, std::coroutine_handle<> waiter,
                                const CallerPtr& identity);
  void finish(detail::PendingCall& call) { CallRunner::finish(call); }
  void drop(detail::PendingCall& call) noexcept { CallRunner::drop(call); }
  std::coroutine_handle<> next_item(detail::PendingCall& call, Context* parent,
                                    std::coroutine_handle<> reader, const CallerPtr& identity);
  [[nodiscard]] bool take_item(detail::PendingCall& call) { return CallRunner::take_item(call); }

 private:
  /// Whether it runs on this node; else the call has its error.
  [[nodiscard]] bool runs_on_this_node(CallRunner& runner, detail::PendingCall& call) {
    const bool usual = call.selector.empty() && !log_.enabled(LogLevel::debug);
    return usual || look_where(runner, call);
  }
  [[nodiscard]] bool look_where(CallRunner& runner, detail::PendingCall& call);
  void log_call(const detail::PendingCall& call);

  CallRunner& home_;
  Log& log_;
  Self self_;
};

}  // namespace p2p

// SideLoop: an event loop beside the main one (--threads): its thread, its share of the port's connections,
// and what it needs to answer calls of threadsafe methods by itself: a door, an authenticator with its own
// cache, a call runner. What is shared with it is immutable, counted per loop, or reached by posting.
//
// Threads:  made, started and ended by the main thread; from `start` to `stop` the parts belong to its own.
// Lifetime: everything in `Shared` outlives it.
#pragma once

#include <memory>

#include "auth/authenticator.hpp"
#include "net/http_relay.hpp"
#include "net/loop_thread.hpp"
#include "node/loop_pulse.hpp"
#include "node/node_audit.hpp"
#include "registry/rpc_methods.hpp"
#include "service_layer/side_door.hpp"

namespace p2p {

/// What an operator may change of a loop while the node runs.
struct LoopLimits {
  HttpLimits http;
  RPCMethods::Limits calls;
  std::chrono::milliseconds call_timeout;
  json::Limits json;
  std::size_t body;
};
void apply_limits(const LoopLimits& limits, HttpServer& server, RPCMethods& rpc, CallRunner& runner,
                  P2PServiceLayer& layer);

class SideLoop {
 public:
  /// What it takes from the node.
  struct Shared {
    const Clock& clock;
    Random& random;
    Log& log;
    BlockingPool& pool;
    Loop& main;
    HttpHandler& main_door;
    CallRunner& home;
    MethodRegistry& methods;
    CallTable& calls;
    NodeAudit& audit;
    NodeView& node;
    const DoorSettings& door;
  };

  /// `number` counts from 1 and is the loop's place in pins and figures. `authenticator` is this loop's own.
  SideLoop(unsigned number, const Shared& shared, std::unique_ptr<Authenticator> authenticator);
  SideLoop(const SideLoop&) = delete;
  SideLoop& operator=(const SideLoop&) = delete;
  ~SideLoop();

  [[nodiscard]] Result<void> listen_beside(HttpServer& first) { return server_.listen_beside(first); }
  /// From the loop's next turn on.
  void set_limits(const LoopLimits& limits);
  /// From here connections that came meanwhile are answered.
  void start();
  /// Waits for the turn that runs.
  void stop() { thread_.stop(); }

  [[nodiscard]] unsigned number() const noexcept { return number_; }
  [[nodiscard]] Loop& loop() noexcept { return thread_.loop(); }
  [[nodiscard]] CallRunner& runner() noexcept { return runner_; }
  [[nodiscard]] HttpServer& server() noexcept { return server_; }
  [[nodiscard]] const P2PServiceLayer& door() const noexcept { return layer_; }
  [[nodiscard]] const LoopPulse& pulse() const noexcept { return pulse_; }

 private:
  const unsigned number_;
  LoopThread thread_;
  LoopPulse pulse_;
  LoopAudit audit_;
  std::unique_ptr<Authenticator> authenticator_;
  CallRunner runner_;
  RPCMethods rpc_;
  P2PServiceLayer layer_;
  HttpRelay relay_;
  SideDoor door_;
  HttpServer server_;
};

}  // namespace p2p

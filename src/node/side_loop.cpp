#include "node/side_loop.hpp"

#include <string>

namespace p2p {

SideLoop::SideLoop(unsigned number, const Shared& shared, std::unique_ptr<Authenticator> authenticator)
    : number_(number),
      thread_(shared.clock, &shared.pool, "p2p-loop-" + std::to_string(number)),
      pulse_(thread_.loop()),
      audit_(shared.audit, thread_.loop()),
      authenticator_(std::move(authenticator)),
      runner_(shared.methods, thread_.loop(), shared.calls.loop(number), &audit_, shared.home.node_id(),
              number),
      rpc_(runner_, &audit_, {}),
      layer_(shared.door, rpc_, runner_, *authenticator_, shared.node, shared.log, shared.clock,
             shared.random),
      relay_(thread_.loop(), shared.main, shared.main_door),
      door_(layer_, rpc_, runner_, relay_),
      server_(thread_.loop(), door_, shared.log, HttpLimits{}, P2PServiceLayer::constant_headers()) {
  runner_.at_side_of(shared.home);
}

SideLoop::~SideLoop() { stop(); }

void apply_limits(const LoopLimits& limits, HttpServer& server, RPCMethods& rpc, CallRunner& runner,
                  P2PServiceLayer& layer) {
  server.set_limits(limits.http);
  rpc.set_limits(limits.calls);
  runner.set_usual_timeout(limits.call_timeout);
  layer.set_limits(limits.json, limits.body);
}

void SideLoop::set_limits(const LoopLimits& limits) {
  loop().post([this, limits] { apply_limits(limits, server_, rpc_, runner_, layer_); });
}

void SideLoop::start() {
  pulse_.start();
  thread_.start();
}

}  // namespace p2p
